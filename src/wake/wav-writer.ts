import type { Audio } from "./audio.js";

/** A WAV file of one channel of 16-bit integers; samples beyond -1 to 1 are clipped. */
export function encodeWav({ samples, sampleRate }: Audio): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let index = 0; index < value.length; index++) bytes[at + index] = value.charCodeAt(index);
  };
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  for (const [index, value] of samples.entries()) {
    view.setInt16(44 + 2 * index, Math.max(-32768, Math.min(32767, Math.round(value * 32768))), true);
  }
  return bytes;
}
