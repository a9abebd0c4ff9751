import type { AudioSource } from "./core/audio-source.js";
import type { Clock } from "./core/clock.js";
import type { HeardPhrase, WakeListener } from "./wake/listener.js";
import { SAMPLE_RATE } from "./wake/read-audio.js";
import { Resampler } from "./wake/resample.js";

/** What the ear tells the power states. */
export type WakeLoopEvent =
  /** A phrase was heard: become active. */
  | "wakeWord"
  /** Nothing has been louder than the room for a while. */
  | "silence"
  /** There is no sound any more: sleep. */
  | "microphoneLost"
  /** There is sound again: listen. */
  | "microphoneFound";

/** The other end of the path: whatever holds the power state. */
export interface PowerEvents {
  dispatch(event: WakeLoopEvent): void;
}

export interface WakeLoopOptions {
  readonly source: AudioSource;
  readonly listener: WakeListener;
  readonly power: PowerEvents;
  readonly clock: Clock;
  readonly onWake?: (event: HeardPhrase) => void;
  /** Called with why, and how long until the next try, when the microphone is gone. */
  readonly onLost?: (error: Error | undefined, retryMs: number) => void;
  /** So much sound below the gate is silence; 8000 when absent. */
  readonly silenceMs?: number;
  /** The first wait for a lost microphone, which doubles with every failure; 1000 and 60,000 when absent. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Audio to wake events to power states, until the signal aborts (then it resolves). A microphone that goes away puts the power
 * to sleep and is tried again with growing waits; while it is gone only the clock's one timer runs. No sound is kept.
 */
export async function runWakeLoop(options: WakeLoopOptions): Promise<void> {
  const { clock, power, onLost, firstRetryMs = 1000, lastRetryMs = 60_000, signal } = options;
  let retryMs = firstRetryMs;
  let isLost = false;
  const isOver = (): boolean => signal?.aborted === true;
  while (!isOver()) {
    const { heard, error } = await listenOnce(options, isLost);
    if (isOver()) return;
    if (heard) retryMs = firstRetryMs;
    if (heard || !isLost) power.dispatch("microphoneLost");
    isLost = true;
    onLost?.(error, retryMs);
    try {
      await clock.sleep(retryMs, signal === undefined ? {} : { signal });
    } catch (reason) {
      if (isOver()) return;
      throw reason;
    }
    retryMs = Math.min(lastRetryMs, 2 * retryMs);
  }
}

/** Listens until the source ends; `heard` says whether it gave any sound. */
function listenOnce(
  options: WakeLoopOptions,
  wasLost: boolean,
): Promise<{ readonly heard: boolean; readonly error: Error | undefined }> {
  const { source, listener, power, onWake, silenceMs = 8000, signal } = options;
  return new Promise((resolve) => {
    let resampler: Resampler | undefined;
    let rate = 0;
    let heard = false;
    let quietMs = 0;
    const stop = source.start(
      (samples, sampleRate) => {
        if (!heard && wasLost) power.dispatch("microphoneFound");
        heard = true;
        if (rate !== sampleRate) {
          rate = sampleRate;
          resampler = sampleRate === SAMPLE_RATE ? undefined : new Resampler(sampleRate, SAMPLE_RATE);
        }
        for (const event of listener.process(resampler === undefined ? samples : resampler.push(samples))) {
          power.dispatch("wakeWord");
          onWake?.(event);
        }
        const before = quietMs;
        quietMs = listener.isOpen ? 0 : quietMs + (1000 * samples.length) / sampleRate;
        if (before < silenceMs && quietMs >= silenceMs) power.dispatch("silence");
      },
      (error) => {
        signal?.removeEventListener("abort", stop);
        resolve({ heard, error });
      },
    );
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
