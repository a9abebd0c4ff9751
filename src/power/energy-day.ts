import type { Random } from "../core/random.js";
import type { EnergyEntry } from "./energy-ledger.js";
import { cpuMillijoules, type DeviceClass, milliampereHours, type RadioModel } from "./energy-model.js";
import { type EnergySummary, summarizeEnergy } from "./energy-summary.js";
import { PowerController } from "./power-controller.js";
import { DEFAULT_TIMEOUTS, type PowerState } from "./power-states.js";
import { type PowerSegment, timelineOf } from "./power-timeline.js";
import { SimulatedClock } from "./simulated-clock.js";

/** What one question of a kind takes, as measured: an entry of the ledger without its moment. */
export type QuestionCost = Omit<EnergyEntry, "atMs">;

/** What a day is made of. Times are of the device that is simulated, processor times as measured on this machine. */
export interface DayPlan {
  readonly queries: number;
  /** So long the phrase is listened for, up to 24 hours; questions come between 7 and 23 o'clock of that. */
  readonly listenMs: number;
  /** Share of questions decided for this device, and of those the share that a device skill answers. */
  readonly localShare: number;
  readonly skillShare: number;
  readonly costs: { readonly skill: QuestionCost; readonly local: QuestionCost; readonly remote: QuestionCost };
  /** Microseconds of processor time for a second of listening, in a quiet room and while somebody speaks. */
  readonly listening: { readonly quietUs: number; readonly speechUs: number };
  /** Share of the time listened to in which somebody speaks. */
  readonly speechShare: number;
  /** A language model of this device at work on one question. */
  readonly localModelMs: number;
  readonly device: DeviceClass;
  readonly radio: RadioModel;
  /** As for `cpuMillijoules`. */
  readonly hereFactor: number;
}

/** A day, by state and by part. */
export interface DayReport {
  readonly segments: readonly PowerSegment[];
  readonly residencyMs: Readonly<Record<PowerState, number>>;
  /** Millijoules of this program by state: listening is the wake stage, active everything a question takes and the radio. */
  readonly stateMj: Readonly<Record<PowerState, number>>;
  readonly partsMj: Readonly<Record<string, number>>;
  readonly totalMah: number;
  readonly questions: EnergySummary;
  /** Share of one core that listening takes, quiet and speech mixed, and that is busy on average while active; 0 to 1. */
  readonly listeningCpu: number;
  readonly activeCpu: number;
  /** Not in the total: a local model's own work, and the device being awake because its microphone is. */
  readonly localModelMah: number;
  readonly awakeMah: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** From the phrase to the end of the question. */
const SPEAKING_MS = 3000;

/**
 * Lives through a day that begins at `startMs`: the power states with their real timers on a clock that is moved by hand,
 * questions at random moments, and the energy of it by the model of the device class.
 */
export async function simulateDay(
  plan: DayPlan,
  { random, startMs }: { readonly random: Random; readonly startMs: number },
): Promise<DayReport> {
  const { listenMs, device, hereFactor } = plan;
  if (!(listenMs >= 0 && listenMs <= DAY_MS))
    throw new RangeError(`Cannot simulate: expected up to 24 h of listening, got ${listenMs} ms`);
  const clock = new SimulatedClock(startMs);
  const from = listenMs === DAY_MS ? 0 : Math.min(7 * HOUR_MS, DAY_MS - listenMs);
  const power = new PowerController({ clock, timeouts: { listeningMs: Number.POSITIVE_INFINITY } });
  const goTo = (dayMs: number): Promise<void> => clock.advanceTo(startMs + dayMs);
  const pass = (ms: number): Promise<void> => clock.advanceTo(clock.nowMs() + ms);
  const entries: EnergyEntry[] = [];
  let localModels = 0;

  await goTo(from);
  if (listenMs > 0) power.dispatch("visible");
  const moments = momentsOf(plan, from, random);
  const kinds = kindsOf(plan, random);
  for (const [index, moment] of moments.entries()) {
    await goTo(moment);
    power.dispatch(listenMs > 0 ? "wakeWord" : "visible");
    await pass(listenMs > 0 ? SPEAKING_MS : 0);
    power.dispatch("userInput");
    const kind = kinds[index]!; // as many as moments
    const cost = plan.costs[kind];
    entries.push({ ...cost, atMs: clock.nowMs() });
    if (kind === "local") localModels++;
    await pass(Math.max(cost.networkMs, kind === "local" ? plan.localModelMs : 0));
    power.dispatch("queryDone");
    const next = startMs + (moments[index + 1] ?? DAY_MS);
    const idleMs = Math.min(DEFAULT_TIMEOUTS.activeMs, Math.max(0, next - clock.nowMs()));
    await pass(idleMs);
    if (listenMs === 0 && power.state === "listening") power.dispatch("hidden"); // typed, and the page is left
  }
  await goTo(from + listenMs);
  power.dispatch("silence");
  power.dispatch("hidden");
  await goTo(DAY_MS);
  power.close();

  const segments = timelineOf(power.changes, { fromMs: startMs, toMs: clock.nowMs(), state: "sleep" });
  const residencyMs = power.residencyMs();
  const { quietUs, speechUs } = plan.listening;
  const usPerSecond = quietUs + (speechUs - quietUs) * plan.speechShare;
  const small = device.smallCore;
  const wakeMj = (ms: number, us: number): number => cpuMillijoules((ms / 1000) * us, small, hereFactor);
  const listeningMj = wakeMj(residencyMs.listening, usPerSecond);
  const activeWakeMj = listenMs > 0 ? wakeMj(residencyMs.active, speechUs) : 0;
  const questions = summarizeEnergy(entries, plan);
  const stateMj = { sleep: 0, listening: listeningMj, active: activeWakeMj + questions.totalMj };
  const scale = (us: number, timeFactor: number): number => (us / 1e6) * (timeFactor / hereFactor);
  const localModelMj =
    ((localModels * plan.localModelMs) / 1000) * device.modelCores * device.core.milliwatts +
    questions.localGenerationMj;
  const awakeMs = residencyMs.listening + residencyMs.active;
  return {
    segments,
    residencyMs,
    stateMj,
    partsMj: { "wake stage": listeningMj + activeWakeMj, ...questions.parts },
    totalMah: milliampereHours(stateMj.listening + stateMj.active, device.volts),
    questions,
    listeningCpu: scale(usPerSecond, small.timeFactor),
    activeCpu:
      residencyMs.active === 0
        ? 0
        : scale(questions.cpuUs, device.core.timeFactor) / (residencyMs.active / 1000) +
          (listenMs > 0 ? scale(speechUs, small.timeFactor) : 0),
    localModelMah: milliampereHours(localModelMj, device.volts),
    awakeMah: milliampereHours((awakeMs / 1000) * device.awakeMilliwatts, device.volts),
  };
}

/** Moments of the questions, in order, between 7 and 23 o'clock where that is listened to at all. */
function momentsOf({ queries, listenMs }: DayPlan, from: number, random: Random): readonly number[] {
  const [first, last] =
    listenMs === 0
      ? [7 * HOUR_MS, 23 * HOUR_MS]
      : [Math.max(from, 7 * HOUR_MS), Math.min(from + listenMs, 23 * HOUR_MS)];
  const [low, high] = first < last ? [first, last] : [from, from + listenMs];
  return Array.from({ length: queries }, () => low + random.next() * (high - low)).sort((a, b) => a - b);
}

/** As many of each kind as the shares say, in random order. */
function kindsOf(
  { queries, localShare, skillShare }: DayPlan,
  random: Random,
): readonly ("skill" | "local" | "remote")[] {
  const here = Math.round(queries * localShare);
  const skills = Math.round(here * skillShare);
  return Array.from({ length: queries }, (_, index) => ({
    kind: index < skills ? ("skill" as const) : index < here ? ("local" as const) : ("remote" as const),
    place: random.next(),
  }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
}
