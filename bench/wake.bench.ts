import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadNetworks } from "../src/cli/wake-networks.js";
import { seededRandom } from "../src/core/random.js";
import { BANDS, FrontEnd, HOP } from "../src/wake/front-end.js";
import { WakeListener } from "../src/wake/listener.js";
import { arithmeticMicrowatts, cpuMicrowatts } from "../src/wake/listening-cost.js";
import { readAudio } from "../src/wake/read-audio.js";
import { createVerifier } from "../src/wake/verifier-network.js";
import { WakeNetwork } from "../src/wake/wake-network.js";
import { compare, type Report } from "./harness.js";

const SECONDS = 60;
/** A small core of a phone at work, without its memory: an assumption, named so that it can be changed. */
const PHONE_CORE_MILLIWATTS = 150;
const SPEECH = "../shared/data/wake/speech";

/** Time and work of listening for "computer": a quiet room, and somebody who never stops talking. */
export async function run(report: Report): Promise<void> {
  const [networks] = await loadNetworks(["models/wake"], ["computer"]);
  if (networks === undefined) return;
  const rooms = { quiet: quietRoom(), speech: speech() };
  const percents: Record<string, number> = {};
  for (const [room, samples] of Object.entries(rooms)) {
    const listen = (): WakeListener => {
      const listener = new WakeListener({
        detectors: [{ network: networks.stages(), normalization: networks.normalization }],
      });
      for (let at = 0; at < samples.length; at += 1600) listener.process(samples.subarray(at, at + 1600));
      return listener;
    };
    const { work } = listen();
    const busy = leastProcessorMicroseconds(7, listen);
    const seconds = samples.length / 16_000;
    const microseconds = busy / seconds;
    percents[room] = microseconds / 1e4;
    const detector = work.detectors[0]!; // one was asked for
    report.figure({
      name: `wake.${room}_cpu_percent`,
      value: microseconds / 1e4,
      meaning: `share of one core, ${room}`,
      target: { atMost: room === "quiet" ? 0.3 : 1 },
    });
    report.figure({
      name: `wake.${room}_gated_percent`,
      value: 100 * (1 - work.passed / work.hops),
      meaning: "of the frames nobody looked at",
    });
    report.figure({
      name: `wake.${room}_verifier_runs_per_hour`,
      value: (detector.verifierRuns * 3600) / seconds,
      meaning: "looks of the second stage",
    });
    const spikes = spikesOf(networks.first, samples);
    if (spikes !== undefined) {
      report.figure({
        name: `wake.${room}_spikes_per_second`,
        value: (spikes.perFrame * work.passed) / seconds,
        meaning: "of the first stage",
      });
      report.figure({
        name: `wake.${room}_synaptic_operations_per_second`,
        value: (spikes.operations * work.passed) / seconds,
        meaning: "weights that spikes reached",
      });
    }
    const second = {
      frames: work.passed / seconds,
      synapticOperations: ((spikes?.operations ?? 0) * work.passed) / seconds,
      verifierRuns: detector.verifierRuns / seconds,
      verifierMacs: createVerifier(networks.verifier).macs,
    };
    report.figure({
      name: `wake.${room}_arithmetic_microwatts`,
      value: arithmeticMicrowatts(second),
      meaning: "of the operations alone, 45 nm (Horowitz 2014)",
    });
    report.figure({
      name: `wake.${room}_phone_microwatts`,
      value: cpuMicrowatts(microseconds, PHONE_CORE_MILLIWATTS),
      meaning: `if a core at ${PHONE_CORE_MILLIWATTS} mW were as fast as this one`,
    });
  }
  const frontEnd = new FrontEnd(networks.normalization);
  const frame = new Float32Array(BANDS);
  const hop = rooms.speech.subarray(32_000, 32_000 + HOP);
  const verifier = createVerifier(networks.verifier);
  const window = new Float32Array(verifier.frames * BANDS).fill(0.5);
  const first = networks.first === undefined ? undefined : new WakeNetwork(networks.first);
  const parts = compare({
    frame: (iterations) => {
      for (let round = 0; round < iterations; round++) frontEnd.process(frame, hop);
      return frame[3];
    },
    first: (iterations) => {
      let sum = 0;
      for (let round = 0; round < iterations; round++) sum += first?.step(frame) ?? 0;
      return sum;
    },
    verifier: (iterations) => {
      let sum = 0;
      for (let round = 0; round < iterations; round++) sum += verifier.run(window);
      return sum;
    },
  });
  report.figure({ name: "wake.frame_us", value: parts.frame.minNs / 1000, meaning: "sound to one frame" });
  if (first !== undefined)
    report.figure({
      name: "wake.first_stage_us",
      value: parts.first.minNs / 1000,
      meaning: "one frame through the first stage",
    });
  report.figure({
    name: "wake.verifier_us",
    value: parts.verifier.minNs / 1000,
    meaning: `one look, ${(verifier.macs / 1e6).toFixed(1)} million multiplications`,
  });
  report.figure({
    name: "wake.speech_to_quiet_ratio",
    value: percents["speech"]! / percents["quiet"]!,
    meaning: "what the gate saves",
  });
}

/** Of several runs: time of the processor, not of the wall, for a run is long enough to be interrupted. */
function leastProcessorMicroseconds(runs: number, work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

/** A microphone's noise at -68 dB: nothing but the gate runs. */
function quietRoom(): Float32Array {
  const random = seededRandom(1);
  return Float32Array.from({ length: SECONDS * 16_000 }, () => 4e-4 * (random.next() + random.next() - 1));
}

/** Real speech without a pause between recordings where the data are, else noise in syllables. */
function speech(): Float32Array {
  const samples = new Float32Array(SECONDS * 16_000);
  if (existsSync(SPEECH)) {
    let at = 0;
    for (const file of readdirSync(SPEECH).sort()) {
      const sound = readAudio(new Uint8Array(readFileSync(join(SPEECH, file)))).samples;
      samples.set(sound.subarray(0, samples.length - at), at);
      at = Math.min(samples.length, at + sound.length);
    }
    return samples;
  }
  const random = seededRandom(2);
  for (let index = 0; index < samples.length; index++)
    samples[index] = 0.3 * Math.max(0, Math.sin((2 * Math.PI * index * 4) / 16_000)) * (random.next() - 0.5);
  return samples;
}

/** Spikes and reached weights of a frame of speech, on average. */
function spikesOf(
  first: ConstructorParameters<typeof WakeNetwork>[0] | undefined,
  samples: Float32Array,
): { readonly perFrame: number; readonly operations: number } | undefined {
  if (first === undefined) return undefined;
  const network = new WakeNetwork(first);
  const frontEnd = new FrontEnd(first.normalization);
  const frame = new Float32Array(BANDS);
  const frames = Math.floor(samples.length / HOP);
  for (let index = 0; index < frames; index++) {
    frontEnd.process(frame, samples.subarray(index * HOP, (index + 1) * HOP));
    network.step(frame);
  }
  const { spikes, synapticOperations } = network.work;
  return { perFrame: spikes / frames, operations: synapticOperations / frames };
}
