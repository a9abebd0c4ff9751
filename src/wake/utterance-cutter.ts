import { EnergyGate } from "./energy-gate.js";
import { HOP } from "./front-end.js";
import { rms } from "./loudness.js";

/** Why a stretch of sound is no recording of a phrase. */
export type UtteranceFault = "too short" | "too long" | "too quiet" | "clipped";

/** A stretch of sound between two silences. */
export type Utterance =
  | { readonly kind: "good"; readonly samples: Float32Array }
  | { readonly kind: "bad"; readonly fault: UtteranceFault };

const SHORTEST_HOPS = 25;
const LONGEST_HOPS = 350;
const AROUND_HOPS = 50;

/** Cuts a stream of sound at 16 kHz into utterances with half a second of what was around them, and tells bad ones. */
export class UtteranceCutter {
  readonly #gate = new EnergyGate({ riseDb: 8, hold: AROUND_HOPS, preRoll: AROUND_HOPS });
  readonly #held: Float32Array[] = [];

  /** Takes 160 samples; returns an utterance when one has just ended. */
  push(samples: Float32Array): Utterance | undefined {
    const wasOpen = this.#gate.isOpen;
    this.#gate.process(samples, (hop) => {
      if (this.#held.length <= LONGEST_HOPS + 2 * AROUND_HOPS) this.#held.push(hop.slice());
    });
    if (!wasOpen || this.#gate.isOpen) return undefined;
    const utterance = judged(this.#held);
    this.#held.length = 0;
    return utterance;
  }
}

function judged(hops: readonly Float32Array[]): Utterance {
  const spoken = hops.length - 2 * AROUND_HOPS;
  if (spoken < SHORTEST_HOPS) return { kind: "bad", fault: "too short" };
  if (spoken > LONGEST_HOPS) return { kind: "bad", fault: "too long" };
  const samples = new Float32Array(hops.length * HOP);
  for (const [index, hop] of hops.entries()) samples.set(hop, index * HOP);
  const loudest = Math.max(...hops.map((hop) => rms(hop)));
  if (loudest < 10 ** (-40 / 20)) return { kind: "bad", fault: "too quiet" };
  const clipped = samples.reduce((count, value) => count + (Math.abs(value) >= 0.999 ? 1 : 0), 0);
  return clipped > 20 ? { kind: "bad", fault: "clipped" } : { kind: "good", samples };
}
