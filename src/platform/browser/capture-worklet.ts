/** The part of AudioWorkletGlobalScope that is used; `globalThis` of a worklet fits. */
export interface WorkletScope {
  readonly AudioWorkletProcessor: new () => {
    readonly port: { postMessage(message: unknown, transfer?: readonly unknown[]): void };
  };
  readonly sampleRate: number;
  registerProcessor(name: string, processor: unknown): void;
}

/** What listens inside the worklet: gets 128 samples at a time, returns what the page should know, or undefined. */
export type WorkletListener = (samples: Float32Array) => unknown;

/**
 * Registers the processor that `workletEar` on the page starts, in the app's worklet script:
 *
 * `registerCapture(globalThis, "mobile-ai-capture", (setup, sampleRate) => { ... return (samples) => reportOrUndefined })`
 *
 * Sound never leaves the worklet unless the listener returns it.
 */
export function registerCapture(
  scope: WorkletScope,
  name: string,
  makeListener: (setup: unknown, sampleRate: number) => WorkletListener,
): void {
  const { AudioWorkletProcessor, sampleRate } = scope;
  class CaptureProcessor extends AudioWorkletProcessor {
    readonly #listener: WorkletListener;

    constructor(options: { readonly processorOptions?: unknown }) {
      super();
      this.#listener = makeListener(options.processorOptions, sampleRate);
    }

    process(inputs: readonly (readonly Float32Array[])[]): boolean {
      const samples = inputs[0]?.[0];
      if (samples === undefined) return true; // nothing is connected yet
      const report = this.#listener(samples);
      if (report !== undefined) this.port.postMessage(report);
      return true;
    }
  }
  scope.registerProcessor(name, CaptureProcessor);
}

/** A listener that hands the sound itself to the page, about ten times a second: for `browserMicrophone`. */
export function soundReporter(sampleRate: number): WorkletListener {
  const held = new Float32Array(Math.ceil(sampleRate / 10 / 128) * 128);
  let filled = 0;
  return (samples) => {
    held.set(samples, filled);
    filled += samples.length;
    if (filled < held.length) return undefined;
    filled = 0;
    return { samples: held.slice(), sampleRate };
  };
}
