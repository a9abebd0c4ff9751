/** Where sound comes from: a microphone, or what stands for one. */
export interface AudioSource {
  /** What a person calls it. */
  readonly name: string;
  /**
   * Starts it. Samples (-1 to 1, one channel) come as they are heard, in an array that is theirs only during the call;
   * `onEnd` once, with why when it was not asked to stop. Returns what stops it.
   */
  start(
    onSamples: (samples: Float32Array, sampleRate: number) => void,
    onEnd: (error: Error | undefined) => void,
  ): () => void;
}

/** Signed 16-bit little-endian bytes to samples, in pieces of any length: half a sample waits for its other half. */
export class Pcm16Decoder {
  #half: number | undefined;

  /** True when the last piece ended in the middle of a sample. */
  get isCut(): boolean {
    return this.#half !== undefined;
  }

  push(bytes: Uint8Array): Float32Array {
    const offset = this.#half === undefined ? 0 : 1;
    const samples = new Float32Array((bytes.length + offset) >> 1);
    for (let index = 0; index < samples.length; index++) {
      const at = 2 * index - offset;
      const low = at < 0 ? this.#half! : bytes[at]!; // a half is there when the offset is
      samples[index] = ((low | (bytes[at + 1]! << 8)) << 16) / 2147483648;
    }
    this.#half = (bytes.length + offset) % 2 === 1 ? (bytes.at(-1) ?? this.#half) : undefined;
    return samples;
  }
}
