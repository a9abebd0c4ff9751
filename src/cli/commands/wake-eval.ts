import { writeFile } from "node:fs/promises";
import { seededRandom } from "../../core/random.js";
import type { Curve } from "../../wake/error-curve.js";
import { errorCurveSvg } from "../../wake/error-curve-svg.js";
import { type PhraseEvaluation, type Stage, WakeEvaluation } from "../../wake/evaluation.js";
import type { Recording } from "../../wake/manifest.js";
import { partOf } from "../../wake/manifest.js";
import { CommandError, type Parsed } from "../command.js";
import { counting } from "../counting.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal, table } from "../terminal.js";
import { openWakeData, type WakeData } from "../wake-data.js";
import { loadNetworks, networkDirectories, scoreOf } from "../wake-networks.js";

/** False alarms an hour at which misses are told. */
const RATES = [0.33, 0.5, 1, 2, 5, 10];
const MOST_NOISES = 64;

/** `mobile-ai wake eval DATA`: how many phrases are missed at how many false alarms an hour, and what woke it wrongly. */
export async function evalWake(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = await openWakeData(parsed.words[0]!); // a required argument
  const directories = networkDirectories(parsed, terminal);
  const phrases = parsed.texts("phrase");
  const networks = await loadNetworks(directories, phrases.length > 0 ? phrases : undefined);
  if (networks.length === 0)
    throw new CommandError(
      `Cannot measure: no network is in ${directories.join(" or ")}. See mobile-ai wake train --help`,
    );
  const firstThreshold = scoreOf(parsed, "first-threshold");
  const part = parsed.text("part");
  const recordings = shuffled(data.recordings.filter((recording) => part === undefined || partOf(recording) === part));
  const noises = await someNoises(data, recordings);
  const evaluation = new WakeEvaluation(networks, firstThreshold === undefined ? {} : { firstThreshold });
  const show = counting(terminal, "recordings");
  let cpuMicroseconds = 0;
  for (const [index, recording] of recordings.entries()) {
    terminal.signal.throwIfAborted();
    const noise = noises.length === 0 ? undefined : noises[index % noises.length];
    const sound = await data.load(recording);
    const before = process.cpuUsage();
    evaluation.play(sound, noise);
    const { user, system } = process.cpuUsage(before);
    cpuMicroseconds += user + system;
    show(index + 1, recordings.length);
    await new Promise((resolve) => setImmediate(resolve)); // so that Ctrl-C is heard
  }
  const results = evaluation.results();
  // of all phrases together, the mixing of the noise included
  const perSecond = cpuMicroseconds / Math.max(1, results[0]?.seconds ?? 0);
  const figures = { ...figuresOf(results, evaluation.gated()), "cpu-us-per-second": perSecond };
  const causes = Object.fromEntries(results.flatMap((result) => causesOf(result)));
  const svg = parsed.text("svg");
  if (svg !== undefined) await writeCurves(svg, results);
  if (parsed.flag("json")) {
    print(
      terminal,
      JSON.stringify(
        {
          figures,
          hours: results[0]?.hours ?? 0,
          positives: Object.fromEntries(results.map(({ phrase, positives }) => [phrase, positives])),
          falseAlarms: causes,
        },
        null,
        2,
      ),
    );
    return 0;
  }
  for (const result of results) {
    print(
      terminal,
      `\n${safe(result.phrase)}: ${result.positives} times spoken, ${result.hours.toFixed(2)} hours of other sound; missed at so many false alarms an hour`,
    );
    print(terminal, table([["", "", ...RATES.map(String)], ...rowsOf(result)]));
    for (const [name, counts] of causesOf(result))
      print(
        terminal,
        safe(
          `false alarms, ${name}: ${
            Object.entries(counts)
              .map(([cause, count]) => `${count} ${cause}`)
              .join(", ") || "none"
          }`,
        ),
      );
    print(
      terminal,
      `the verifier ran on ${(100 * result.verifierShare).toFixed(2)} % of the frames of other speech, ${Math.round(result.verifierRunsPerHour)} times an hour`,
    );
  }
  const { clean, "10dB": noisy } = evaluation.gated();
  print(
    terminal,
    `\nthe gate kept ${(100 * clean).toFixed(1)} % of the clean and ${(100 * noisy).toFixed(1)} % of the noisy sound from everything behind it; ${Math.round(perSecond)} microseconds of processor for a second of sound`,
  );
  if (svg !== undefined) remark(terminal, `Curves: ${safe(svg)}`);
  return 0;
}

function figuresOf(
  results: readonly PhraseEvaluation[],
  gated: Readonly<Record<string, number>>,
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const result of results) {
    const {
      phrase,
      curves,
      hours,
      positives,
      verifierShare,
      verifierRunsPerHour,
      spikesPerSecond,
      synapticOperationsPerSecond,
    } = result;
    for (const [condition, stages] of Object.entries(curves)) {
      for (const [stage, curve] of Object.entries(stages))
        for (const rate of RATES) figures[`${phrase}/${condition}/${stage}/miss@${rate}`] = curve.at(rate).missRate;
    }
    figures[`${phrase}/hours`] = hours;
    figures[`${phrase}/positives`] = positives;
    figures[`${phrase}/verifier-share`] = verifierShare;
    figures[`${phrase}/verifier-runs-per-hour`] = verifierRunsPerHour;
    if (spikesPerSecond !== undefined) figures[`${phrase}/spikes-per-second`] = spikesPerSecond;
    if (synapticOperationsPerSecond !== undefined)
      figures[`${phrase}/synaptic-operations-per-second`] = synapticOperationsPerSecond;
    figures[`${phrase}/arithmetic-microwatts`] = result.microwatts;
  }
  for (const [condition, share] of Object.entries(gated)) figures[`gated/${condition}`] = share;
  return figures;
}

function rowsOf({ curves }: PhraseEvaluation): string[][] {
  return Object.entries(curves).flatMap(([condition, stages]) =>
    Object.entries(stages).map(([stage, curve]) => [
      condition,
      stage === "first" ? "first stage" : "both stages",
      ...RATES.map((rate) => `${(100 * curve.at(rate).missRate).toFixed(1)} %`),
    ]),
  );
}

/** What woke each stage wrongly at one false alarm an hour, most frequent first. */
function causesOf({ phrase, curves }: PhraseEvaluation): [string, Record<string, number>][] {
  const pooled: readonly (readonly [string, Curve])[] = Object.entries(curves["pooled"] ?? {});
  return pooled.map(([stage, curve]) => {
    const counts = new Map<string, number>();
    for (const recording of curve.falseAlarms(curve.at(1).threshold))
      counts.set(causeOf(recording), (counts.get(causeOf(recording)) ?? 0) + 1);
    return [`${phrase}/${stage}@1`, Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]))];
  });
}

function causeOf({ kind, word, file }: Recording): string {
  return kind === "speech" ? `speech ${file.split("/").at(-1)}` : `${kind} ${word}`;
}

async function writeCurves(path: string, results: readonly PhraseEvaluation[]): Promise<void> {
  const curves = results.flatMap(({ phrase, curves: all }) =>
    (["first", "both"] satisfies Stage[]).flatMap((stage) => {
      const curve = all["pooled"]?.[stage];
      return curve === undefined
        ? []
        : [{ name: `${phrase}, ${stage === "first" ? "first stage" : "both stages"}`, curve }];
    }),
  );
  try {
    await writeFile(path, errorCurveSvg("Wake phrases, clean and at 10 dB together", curves));
  } catch (error) {
    throw new CommandError(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** At most 64 noises of the data, spread over them: more would only fill memory. */
async function someNoises(data: WakeData, recordings: readonly Recording[]): Promise<Float32Array[]> {
  const all = recordings.filter(({ kind }) => kind === "noise");
  const step = Math.max(1, all.length / MOST_NOISES);
  const some = all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  return (await data.loadAll(some)).map(({ samples }) => samples);
}

/** Always the same order, in which no kind of recording comes in a block. */
function shuffled(recordings: readonly Recording[]): Recording[] {
  const random = seededRandom(20261123);
  const out = [...recordings];
  for (let index = out.length - 1; index > 0; index--) {
    const other = Math.floor(random.next() * (index + 1));
    [out[index], out[other]] = [out[other]!, out[index]!];
  }
  return out;
}
