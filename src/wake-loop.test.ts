import { describe, expect, test } from "vitest";
import type { AudioSource } from "./core/audio-source.js";
import { ManualClock } from "./testing.js";
import type { FirstStage } from "./wake/detector.js";
import { WakeListener } from "./wake/listener.js";
import { runWakeLoop, type WakeLoopEvent } from "./wake-loop.js";

/** A source whose sound and end the test decides. */
class ScriptedSource implements AudioSource {
  readonly name = "scripted";
  starts = 0;
  stops = 0;
  #onSamples: ((samples: Float32Array, rate: number) => void) | undefined;
  #onEnd: ((error: Error | undefined) => void) | undefined;

  start(
    onSamples: (samples: Float32Array, rate: number) => void,
    onEnd: (error: Error | undefined) => void,
  ): () => void {
    this.starts++;
    this.#onSamples = onSamples;
    this.#onEnd = onEnd;
    return () => {
      this.stops++;
      onEnd(undefined);
    };
  }

  play(seconds: number, level: number, rate = 16_000): void {
    const samples = Float32Array.from(
      { length: rate / 10 },
      (_, n) => level * Math.sin((2 * Math.PI * 300 * n) / rate),
    );
    for (let tenth = 0; tenth < seconds * 10; tenth++) this.#onSamples?.(samples, rate);
  }

  end(error: Error): void {
    this.#onEnd?.(error);
  }
}

/** Every look at a frame counts as the phrase. */
const eager: FirstStage = { step: () => 1, reset: () => {} };

function run(rest: { signal?: AbortSignal } = {}) {
  const source = new ScriptedSource();
  const events: WakeLoopEvent[] = [];
  const lost: string[] = [];
  const clock = new ManualClock();
  const listener = new WakeListener({
    detectors: [
      {
        network: { phrase: "computer", first: eager, firstThreshold: 0.5, threshold: 0.5 },
        normalization: "pcen",
        debounceMs: 60_000,
      },
    ],
  });
  const done = runWakeLoop({
    source,
    listener,
    clock,
    power: { dispatch: (event) => events.push(event) },
    onLost: (error, retryMs) => lost.push(`${error?.message} ${retryMs}`),
    ...rest,
  });
  return { source, events, lost, clock, listener, done };
}

describe("the wake loop", () => {
  test("a sound wakes, its end is silence, and silence is told once", () => {
    const { source, events } = run();
    source.play(1, 0);
    source.play(1, 0.3);
    source.play(30, 0);
    expect(events).toEqual(["wakeWord", "silence"]);
  });

  test("sound at another rate is heard as well", () => {
    const { source, events, listener } = run();
    source.play(1, 0, 48_000);
    source.play(1, 0.3, 48_000);
    expect(events).toEqual(["wakeWord"]);
    expect(listener.work.hops).toBe(199);
  });

  test("a microphone that goes away means sleep, and is tried again ever more rarely until it is back", async () => {
    const { source, events, lost, clock } = run();
    source.play(1, 0);
    source.end(new Error("unplugged"));
    await clock.advance(0);
    expect(events).toEqual(["microphoneLost"]);
    for (const waitMs of [1000, 2000, 4000]) {
      await clock.advance(waitMs - 1);
      const before = source.starts;
      await clock.advance(1);
      await clock.advance(0);
      expect(source.starts).toBe(before + 1);
      source.end(new Error("none"));
      await clock.advance(0);
    }
    expect(lost).toEqual(["unplugged 1000", "none 2000", "none 4000", "none 8000"]);
    await clock.advance(8000);
    await clock.advance(0);
    source.play(1, 0);
    expect(events).toEqual(["microphoneLost", "microphoneFound"]);
    source.end(new Error("unplugged"));
    await clock.advance(0);
    expect(lost.at(-1)).toBe("unplugged 1000");
  });

  test("an abort stops the source and every wait", async () => {
    const listening = new AbortController();
    const first = run({ signal: listening.signal });
    listening.abort();
    await first.done;
    expect(first.source.stops).toBe(1);
    const waiting = new AbortController();
    const second = run({ signal: waiting.signal });
    second.source.end(new Error("none"));
    await second.clock.advance(0);
    waiting.abort();
    await second.done;
    expect(second.clock.sleepers).toBe(0);
  });
});
