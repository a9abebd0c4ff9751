import os from "node:os";
import type { TopicMemory } from "../../context/topic-memory.js";
import { type Figure, type Report, reaches } from "../bench/measuring.js";
import { measureEncoding, measurePerceptron, measureReservoir, measureSpiking } from "../bench/networks.js";
import { measureParts, measureQuestion } from "../bench/question.js";
import { measureSwitches } from "../bench/storage.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { ShareProgress } from "../share-progress.js";
import { print, type Terminal, table } from "../terminal.js";
import { loadTopicMemory } from "../topic-memory-file.js";

/** One group of figures; `seconds` is about what it takes. */
interface Suite {
  readonly seconds: number;
  readonly run: (report: Report) => void | Promise<void>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  reservoir: { seconds: 2, run: (report) => measureReservoir(report, 1500) },
  perceptron: { seconds: 2, run: (report) => measurePerceptron(report, 1500) },
  spiking: { seconds: 2, run: (report) => measureSpiking(report, 1200) },
  encode: { seconds: 1, run: (report) => measureEncoding(report, 800) },
  parts: { seconds: 1, run: (report) => measureParts(report, 800) },
  question: { seconds: 5, run: async (report) => measureQuestion(report, { topics: await topics(), totalMs: 1200 }) },
  storage: { seconds: 4, run: async (report) => measureSwitches(report, { topics: await topics(), totalMs: 2400 }) },
};

/** `mobile-ai bench`: how fast this device is, measured in this process. A figure that misses its target is no failure. */
export async function bench(parsed: Parsed, terminal: Terminal): Promise<number> {
  const names = parsed.words.length > 0 ? parsed.words : Object.keys(SUITES);
  for (const name of names)
    if (!Object.hasOwn(SUITES, name))
      throw new UsageError(`Cannot measure "${name}": expected some of ${Object.keys(SUITES).join(", ")}`);
  const suites = names.map((name) => [name, SUITES[name]!] as const); // each was looked for above
  const all = suites.reduce((sum, [, { seconds }]) => sum + seconds, 0);
  const figures: Figure[] = [];
  const progress = new ShareProgress(terminal);
  let done = 0;
  for (const [name, { seconds, run }] of suites) {
    terminal.signal.throwIfAborted();
    progress.show(done / all, name);
    await new Promise((resolve) => setImmediate(resolve)); // the bar is drawn, and Ctrl-C heard
    await run({ figure: (figure) => figures.push(figure) });
    done += seconds;
  }
  progress.show(1, "done");
  progress.end();
  const machine = {
    processor: os.cpus()[0]?.model.trim() || "unknown", // empty on some phones
    cores: os.availableParallelism(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
  const missed = figures.filter((figure) => !reaches(figure)).map(({ name }) => name);
  if (parsed.flag("json")) {
    const flat = Object.fromEntries(figures.map(({ name, value }) => [name, value]));
    print(terminal, JSON.stringify({ machine, figures: flat, missed }, null, 2));
    return 0;
  }
  print(
    terminal,
    table([
      ["FIGURE", "HERE", "TARGET", "", "WHAT"],
      ...figures.map((figure) => [
        figure.name,
        rounded(figure.value),
        targetOf(figure),
        verdictOf(figure),
        figure.meaning,
      ]),
    ]),
  );
  print(
    terminal,
    `\n${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${machine.platform}. Shortest of many tries, one core.`,
  );
  return 0;
}

async function topics(): Promise<TopicMemory> {
  const memory = await loadTopicMemory();
  if (memory === undefined)
    throw new CommandError("Cannot measure a question: the package's topic weights are gone. Install it again");
  return memory;
}

function targetOf({ target }: Figure): string {
  if (target === undefined) return "";
  return "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
}

function verdictOf(figure: Figure): string {
  if (figure.target === undefined) return "";
  return reaches(figure) ? "pass" : "MISSED";
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
