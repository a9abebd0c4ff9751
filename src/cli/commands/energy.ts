import { readFile, writeFile } from "node:fs/promises";
import { systemClock } from "../../core/clock.js";
import { seededRandom } from "../../core/random.js";
import { energyCounter, measureCoreMilliwatts } from "../../platform/node/energy-counter.js";
import { isTermux } from "../../platform/node/termux.js";
import { type DayReport, simulateDay } from "../../power/energy-day.js";
import { daySvg } from "../../power/energy-day-svg.js";
import {
  DEVICE_CLASSES,
  type DeviceClass,
  type DeviceClassName,
  milliampereHours,
  RADIO_SOURCE,
  RADIOS,
  type RadioName,
} from "../../power/energy-model.js";
import { summarizeEnergy } from "../../power/energy-summary.js";
import { POWER_STATES } from "../../power/power-states.js";
import { timelineText } from "../../power/power-timeline.js";
import { measureTimeFactor } from "../../power/speed-calibration.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { loadSettings } from "../configuration.js";
import { type MeasuredCosts, measureCosts } from "../energy-costs.js";
import { localDay, readEnergy } from "../energy-file.js";
import { reasonOf } from "../files.js";
import { routerOf } from "../router-of-settings.js";
import { counted, print, safe, type Terminal, table } from "../terminal.js";

const TARGET_MAH = 100;
const HOUR_MS = 3_600_000;

/** What the simulation assumes where nothing can be measured here. */
const ASSUMED = {
  /** From the first byte out to the last of a streamed answer. */
  remoteMs: 4000,
  /** 200 tokens at 10 a second. */
  localModelMs: 20_000,
  skillShare: 0.5,
  /** Of a small core, where there is no network to measure: what it may be at most. */
  listenPercent: 1,
};

/** `mobile-ai energy`: what the questions of a day took, by the ledger and the model of a device class. */
export async function energyDay(parsed: Parsed, terminal: Terminal): Promise<number> {
  const day = parsed.text("day") ?? localDay(systemClock.nowMs());
  if (!/^\d{4}-\d\d-\d\d$/.test(day))
    throw new UsageError(`Cannot read --day: expected 2027-03-01, got "${safe(day)}"`);
  const entries = await readEnergy(terminal, day);
  const model = await modelOf(parsed, terminal, "this");
  const summary = summarizeEnergy(entries, { ...model, radio: RADIOS[model.radio] });
  if (parsed.flag("json")) {
    print(terminal, JSON.stringify({ day, device: model.device, radio: model.radio, ...summary }, null, 2));
    return 0;
  }
  if (entries.length === 0) {
    print(terminal, `Nothing was asked on ${day}. See mobile-ai energy simulate`);
    return 0;
  }
  const mah = (mj: number): string => milliampereHours(mj, model.device.volts).toPrecision(3);
  const routes = Object.entries(summary.byRoute).map(([route, count]) => `${count} ${route}`);
  print(terminal, `${day}: ${counted(entries.length, "question")} (${safe(routes.join(", "))}), ${model.device.title}`);
  print(
    terminal,
    table([
      ["PART", "J", "mAh", "J A QUESTION"],
      ...Object.entries(summary.parts)
        .sort(([, a], [, b]) => b - a)
        .map(([part, mj]) => [safe(part), joules(mj), mah(mj), joules(mj / entries.length)]),
      ["together", joules(summary.totalMj), mah(summary.totalMj), joules(summary.totalMj / entries.length)],
    ]),
  );
  if (summary.localGenerationMj > 0)
    print(terminal, `Language models of this device, apart: ${joules(summary.localGenerationMj)} J`);
  print(terminal, `By a model, ${model.how}; docs/power.md has its sources.`);
  return 0;
}

/** `mobile-ai energy simulate`: lives through a day on a clock moved by hand, with costs measured here and now. */
export async function simulateEnergy(parsed: Parsed, terminal: Terminal): Promise<number> {
  const queries = parsed.text("queries") === "0" ? 0 : (parsed.count("queries") ?? 60);
  const listenMs = HOUR_MS * hoursOf(parsed);
  const [localShare, speechShare] = [shareOf(parsed, "local-share", 0.7), shareOf(parsed, "speech", 0.1)];
  const listenPercent = numberOf(parsed, "listen-cpu");
  const model = await modelOf(parsed, terminal, "phone");
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const costs = await measureCosts({ router: await routerOf(settings, terminal) });
  terminal.signal.throwIfAborted();
  const { skill, local, remote } = costs.questions;
  const measured = listenPercent === undefined ? costs.listening : undefined;
  const listening = measured ?? stated(listenPercent ?? ASSUMED.listenPercent, model);
  const report = await simulateDay(
    {
      queries,
      listenMs,
      localShare,
      skillShare: ASSUMED.skillShare,
      costs: { skill, local, remote: { ...remote, networkMs: ASSUMED.remoteMs } },
      listening,
      speechShare,
      localModelMs: ASSUMED.localModelMs,
      device: model.device,
      radio: RADIOS[model.radio],
      hereFactor: model.hereFactor,
    },
    { random: seededRandom(parsed.count("seed") ?? 1), startMs: Date.UTC(2027, 2, 1) },
  );
  const heading = `${counted(queries, "question")}, ${listenMs / HOUR_MS} h of listening, ${model.device.title}, ${model.radio}`;
  const svg = parsed.text("svg");
  if (svg !== undefined) await writePicture(svg, daySvg(report, { title: heading, device: model.device }));
  const figures = figuresOf(report);
  if (parsed.flag("json")) {
    const { segments: _, ...rest } = report;
    print(
      terminal,
      JSON.stringify(
        {
          heading,
          model,
          costs: { ...costs, listening, listeningMeasured: measured !== undefined },
          report: rest,
          figures,
        },
        null,
        2,
      ),
    );
    return 0;
  }
  printDay(report, { heading, model, isListeningMeasured: measured !== undefined, terminal });
  return 0;
}

/** Flat and stable names, units at the end. */
function figuresOf(report: DayReport): Readonly<Record<string, number>> {
  return {
    "energy.day_mah": report.totalMah,
    "energy.day_target_mah": TARGET_MAH,
    "energy.listening_cpu_percent": 100 * report.listeningCpu,
    "energy.active_cpu_percent": 100 * report.activeCpu,
    "energy.question_mj": report.questions.totalMj / Math.max(1, report.questions.questions),
    "energy.local_model_mah": report.localModelMah,
    "energy.awake_device_mah": report.awakeMah,
  };
}

function printDay(
  report: DayReport,
  told: { heading: string; model: EnergyModel; isListeningMeasured: boolean; terminal: Terminal },
): void {
  const { heading, model, isListeningMeasured, terminal } = told;
  const mah = (mj: number): string => milliampereHours(mj, model.device.volts).toFixed(2);
  const each = (mj: number): string => {
    const share = mj / Math.max(1, report.questions.questions);
    return share >= 100 ? share.toFixed(0) : share.toPrecision(3);
  };
  print(terminal, `${heading}: a model, ${model.how}\n`);
  print(terminal, `${timelineText(report.segments)}\n`);
  print(
    terminal,
    table([
      ["STATE", "TIME", "mAh"],
      ...POWER_STATES.map((state) => [
        state,
        `${(report.residencyMs[state] / HOUR_MS).toFixed(2)} h`,
        mah(report.stateMj[state]),
      ]),
    ]),
  );
  print(terminal, "");
  print(
    terminal,
    table([
      ["PART", "mAh", "mJ A QUESTION"],
      ...Object.entries(report.partsMj)
        .sort(([, a], [, b]) => b - a)
        .map(([part, mj]) => [part, mah(mj), part === "wake stage" ? "" : each(mj)]),
      ["together", report.totalMah.toFixed(2), each(report.questions.totalMj)],
    ]),
  );
  const met = (good: boolean): string => (good ? "met" : "missed");
  print(
    terminal,
    [
      "",
      `Target, this program under ${TARGET_MAH} mAh a day: ${met(report.totalMah < TARGET_MAH)}`,
      `Target, listening under 1 % of a core: ${(100 * report.listeningCpu).toFixed(2)} %, ${met(report.listeningCpu < 0.01)}`,
      `Target, active under 30 % on average: ${(100 * report.activeCpu).toFixed(2)} %, ${met(report.activeCpu < 0.3)}`,
      `Not in it: a local model's own work (${ASSUMED.localModelMs / 1000} s a question, assumed) ${report.localModelMah.toFixed(1)} mAh;`,
      `  the device awake because its microphone is: ${report.awakeMah.toFixed(0)} mAh (docs/power.md)`,
      `Measured here: questions${isListeningMeasured ? " and listening" : ""}. Assumed:${isListeningMeasured ? "" : " listening,"} ${ASSUMED.remoteMs / 1000} s of network a remote question`,
      ...[...model.device.sources, RADIO_SOURCE].map((source) => `Source: ${source}`),
    ].join("\n"),
  );
}

interface EnergyModel {
  readonly device: DeviceClass;
  readonly radio: RadioName;
  readonly hereFactor: number;
  /** In words, how processor time became energy. */
  readonly how: string;
}

/** The model of the class that is asked for; for `this` the class it looks like, by a real counter where it has one. */
async function modelOf(parsed: Parsed, terminal: Terminal, otherwise: DeviceClassName): Promise<EnergyModel> {
  const name = (parsed.text("device") ?? otherwise) as DeviceClassName; // checked by its choices
  const asked = parsed.text("network") as RadioName | undefined; // checked by its choices
  if (name !== "this") {
    const { factor } = measureTimeFactor(() => Number(process.hrtime.bigint()) / 1000);
    const device = DEVICE_CLASSES[name];
    const slower = (device.core.timeFactor / factor).toFixed(1);
    const radio = asked ?? (name === "phone" ? "cellular" : "wifi");
    return {
      device,
      radio,
      hereFactor: factor,
      how: `its cores taken to be ${slower} times as slow as this machine's`,
    };
  }
  const likeness = await likenessOf(terminal);
  const base = DEVICE_CLASSES[likeness];
  const counter = await energyCounter({ clock: systemClock });
  const measured =
    counter === undefined
      ? undefined
      : await measureCoreMilliwatts(counter, {
          clock: systemClock,
          work: () => void measureTimeFactor(() => Number(process.hrtime.bigint()) / 1000),
        });
  const core = { milliwatts: measured ?? base.core.milliwatts, timeFactor: 1 };
  const how =
    measured === undefined
      ? "processor time as measured on this device; it has no counter of energy that may be read"
      : `a core at ${Math.round(measured)} mW by ${counter?.name}`;
  const device = { ...base, title: `this device, as a ${base.title}`, core, smallCore: core };
  return { device, radio: asked ?? (likeness === "phone" ? "cellular" : "wifi"), hereFactor: 1, how };
}

async function likenessOf(terminal: Terminal): Promise<Exclude<DeviceClassName, "this">> {
  if (isTermux(terminal.environment)) return "phone";
  try {
    const board = await readFile("/proc/device-tree/model", "utf8");
    return board.startsWith("Raspberry Pi") ? "raspberry-pi" : "laptop";
  } catch {
    return "laptop"; // no device tree: no board
  }
}

/** What `--listen-cpu` says: percent of a small core of the device that is simulated. */
function stated(percent: number, { device, hereFactor }: EnergyModel): NonNullable<MeasuredCosts["listening"]> {
  const us = (percent / 100) * 1e6 * (hereFactor / device.smallCore.timeFactor);
  return { quietUs: us, speechUs: us };
}

function hoursOf(parsed: Parsed): number {
  const text = parsed.text("listen") ?? "24h";
  const match = /^(\d+(?:\.\d+)?)h?$/.exec(text);
  const hours = Number(match?.[1] ?? Number.NaN);
  if (!(hours <= 24)) throw new UsageError(`Cannot read --listen: expected hours up to 24h, got "${safe(text)}"`);
  return hours;
}

function shareOf(parsed: Parsed, name: string, otherwise: number): number {
  const share = numberOf(parsed, name) ?? otherwise;
  if (share > 1) throw new UsageError(`Cannot read --${name}: expected a share from 0 to 1, got ${share}`);
  return share;
}

function numberOf(parsed: Parsed, name: string): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0) || !Number.isFinite(number))
    throw new UsageError(`Cannot read --${name}: expected a number of at least 0, got "${safe(text)}"`);
  return number;
}

function joules(mj: number): string {
  return (mj / 1000).toPrecision(3);
}

async function writePicture(path: string, svg: string): Promise<void> {
  try {
    await writeFile(path, svg);
  } catch (error) {
    throw new CommandError(`Cannot write ${safe(path)}: ${reasonOf(error)}`);
  }
}
