import { readFileSync } from "node:fs";
import { measureCosts } from "../src/cli/energy-costs.js";
import { ENERGY_NAMES, processCpuUs } from "../src/cli/energy-names.js";
import { TopicMemory } from "../src/context/topic-memory.js";
import { decodeTopicWeights } from "../src/context/topic-weights.js";
import { systemClock } from "../src/core/clock.js";
import { noTelemetry, type Telemetry } from "../src/core/ports.js";
import { simulateDay } from "../src/power/energy-day.js";
import { DEVICE_CLASSES, RADIOS } from "../src/power/energy-model.js";
import { summarizeEnergy } from "../src/power/energy-summary.js";
import { EnergyTelemetry } from "../src/power/energy-telemetry.js";
import { measureTimeFactor } from "../src/power/speed-calibration.js";
import { seededRandom } from "../src/testing.js";
import { compare, type Report } from "./harness.js";

const REMOTE_MS = 4000;
const DAY_MS = 24 * 3_600_000;

/** Energy of a question and of a day by the phone's model, from processor time measured here, and what measuring costs. */
export async function run(report: Report): Promise<void> {
  const { factor, runUs } = measureTimeFactor(() => Number(process.hrtime.bigint()) / 1000);
  report.figure({ name: "energy.calibration_run_us", value: runUs, meaning: "shortest run of the fixed work" });
  report.figure({ name: "energy.here_time_factor", value: factor, meaning: "this machine, over the reference" });
  // Bundled, the program does not find what comes with it by itself.
  const { questions, listening } = await measureCosts({
    networks: "models/wake",
    topics: async () => new TopicMemory(decodeTopicWeights(new Uint8Array(readFileSync("models/topic-readout.bin")))),
  });
  if (listening === undefined) throw new Error("Cannot measure listening: models/wake holds no network");
  const device = DEVICE_CLASSES.phone;
  for (const [kind, cost] of Object.entries(questions)) {
    const cpuUs = Object.values(cost.cpuUs).reduce((sum, us) => sum + us, 0);
    report.figure({
      name: `energy.${kind}_question_cpu_us`,
      value: cpuUs,
      meaning: "processor time here, store included",
    });
    for (const radio of kind === "remote" ? (["cellular", "wifi"] as const) : (["wifi"] as const)) {
      const entry = { ...cost, atMs: 0, networkMs: kind === "remote" ? REMOTE_MS : 0 };
      const { totalMj } = summarizeEnergy([entry], { device, radio: RADIOS[radio], hereFactor: factor });
      report.figure({
        name: kind === "remote" ? `energy.remote_question_${radio}_mj` : `energy.${kind}_question_mj`,
        value: totalMj,
        meaning: "on a phone, by the model",
      });
    }
  }
  const day = await simulateDay(
    {
      queries: 60,
      listenMs: DAY_MS,
      localShare: 0.7,
      skillShare: 0.5,
      costs: { ...questions, remote: { ...questions.remote, networkMs: REMOTE_MS } },
      listening,
      speechShare: 0.1,
      localModelMs: 20_000,
      device,
      radio: RADIOS.cellular,
      hereFactor: factor,
    },
    { random: seededRandom(1), startMs: Date.UTC(2027, 2, 1) },
  );
  report.figure({
    name: "energy.day_mah",
    value: day.totalMah,
    meaning: "60 questions, 24 h of listening, cellular; the local model's own work and the awake phone apart",
    target: { atMost: 100 },
  });
  report.figure({
    name: "energy.listening_cpu_percent",
    value: 100 * day.listeningCpu,
    meaning: "of a small core of the phone",
    target: { atMost: 1 },
  });
  report.figure({
    name: "energy.active_cpu_percent",
    value: 100 * day.activeCpu,
    meaning: "on average while active",
    target: { atMost: 30 },
  });
  report.figure({
    name: "energy.awake_device_mah",
    value: day.awakeMah,
    meaning: "apart: the phone awake, by its own profile",
  });

  const energy = new EnergyTelemetry({
    inner: noTelemetry,
    cpuUs: processCpuUs,
    clock: systemClock,
    names: ENERGY_NAMES,
  });
  const { off, on } = compare({
    off: (iterations) => questionsOf(noTelemetry, iterations),
    on: (iterations) => {
      questionsOf(energy, iterations);
      return energy.take().length;
    },
  });
  report.figure({
    name: "energy.ledger_us",
    value: (on.minNs - off.minNs) / 1000,
    meaning: "what measuring a question costs, five spans",
  });
}

/** The spans of a question, with nothing between them. */
function questionsOf(telemetry: Telemetry, iterations: number): number {
  for (let round = 0; round < iterations; round++) {
    const question = telemetry.span("question");
    for (const stage of ["rules", "route", "generate", "remember"]) telemetry.span(stage).end();
    question.end();
  }
  return iterations;
}
