import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Dialogue } from "../../context/dialogue.js";
import { evaluateTopics, type TopicEvaluation } from "../../context/topic-evaluation.js";
import { suggestionFigures, suggestionTrials } from "../../context/topic-suggestions.js";
import { trainTopics } from "../../context/topic-training.js";
import { decodeTopicWeights, encodeTopicWeights } from "../../context/topic-weights.js";
import { featureSets, topicReservoirOptions } from "../../context/turn-features.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { dialogueFile, readDialogues } from "../dialogue-data.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal, table } from "../terminal.js";
import { loadTopicMemory } from "../topic-memory-file.js";

/** Training dialogues that are used unless told otherwise: more gain little and take longer. */
const DIALOGUES = 2500;
const FIGURES = ["cur", "vague", "lag4", "lag8", "lag16", "switchAuc", "changedAuc", "prev", "setAP"];

/** `mobile-ai memory eval DATA`: what a memory of the conversation knows, beside simpler memories. */
export async function evalMemory(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = parsed.words[0]!; // a required argument
  const features = parsed.text("features")?.split(",") ?? Object.keys(featureSets);
  for (const name of features) {
    if (!(name in featureSets))
      throw new UsageError(`Unknown features "${safe(name)}": expected some of ${Object.keys(featureSets).join(", ")}`);
  }
  const testFile = await dialogueFile(data, "val", parsed.flag("streams"));
  const trainFile = await dialogueFile(
    parsed.text("train") ?? (testFile === data ? dirname(data) : data),
    "train",
    parsed.flag("streams") || testFile.endsWith("_streams.jsonl"),
  );
  const [train, test] = [await readDialogues(trainFile), await readDialogues(testFile)];
  const progress = progressOn(terminal);
  const rows = await evaluateTopics({
    train,
    test,
    features,
    maxTrain: parsed.count("dialogues") ?? DIALOGUES,
    progress: async (share, doing) => {
      progress.show(share, doing);
      await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
      terminal.signal.throwIfAborted();
    },
  });
  progress.end();
  const suggest = testFile.endsWith("_streams.jsonl") ? await suggestionsOn(test) : undefined;
  if (parsed.flag("json")) print(terminal, JSON.stringify(asJson(rows, suggest, trainFile, testFile), null, 2));
  else {
    print(
      terminal,
      table([
        ["MEMORY", "SIZE", ...FIGURES.map((figure) => figure.padStart(9)), "LAMBDA"],
        ...rows.map((row) => [
          row.features,
          String(row.size),
          ...FIGURES.map((figure) => (row.figures[figure]?.toFixed(1) ?? "-").padStart(9)),
          String(row.lambda),
        ]),
      ]),
    );
    if (suggest !== undefined)
      print(
        terminal,
        `Which of four projects a question belongs to, by the weights that come with the package: ${Object.entries(
          suggest,
        )
          .map(([name, value]) => `${name} ${value.toFixed(1)} %`)
          .join(", ")}`,
      );
  }
  return 0;
}

async function suggestionsOn(streams: readonly Dialogue[]): Promise<Readonly<Record<string, number>> | undefined> {
  const memory = await loadTopicMemory();
  return memory === undefined ? undefined : suggestionFigures(suggestionTrials(streams, memory), memory.suggestFrom);
}

/** `mobile-ai memory train DATA --output FILE`: the weights of the topic memory, the same bytes for the same data. */
export async function trainMemory(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = parsed.words[0]!; // a required argument
  const output = parsed.text("output");
  if (output === undefined) throw new UsageError("Missing --output FILE: where the weights go");
  const [file, streamFile] = [await dialogueFile(data, "train", false), await dialogueFile(data, "train", true)];
  const progress = progressOn(terminal);
  const weights = await trainTopics({
    dialogues: await readDialogues(file),
    streams: await readDialogues(streamFile),
    meta: {
      data: basename(file),
      dataSha256: createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
      reservoirSeed: topicReservoirOptions.seed!, // given there
      by: "mobile-ai memory train",
      ...(parsed.text("licence") === undefined ? {} : { licence: parsed.text("licence")! }),
    },
    progress: async (share) => {
      progress.show(share, "training");
      await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
      terminal.signal.throwIfAborted();
    },
  });
  progress.end();
  const bytes = encodeTopicWeights(weights);
  try {
    await writeFile(output, bytes);
  } catch (error) {
    throw new CommandError(`Cannot write ${safe(output)}: ${reasonOf(error)}`);
  }
  const { hash, suggestFrom, changedFrom } = decodeTopicWeights(bytes);
  const facts = { output, bytes: bytes.length, sha256: hash, suggestFrom, changedFrom };
  if (parsed.flag("json")) print(terminal, JSON.stringify(facts, null, 2));
  else print(terminal, table(Object.entries(facts).map(([name, value]) => [name, safe(String(value))])));
  return 0;
}

function asJson(
  rows: readonly TopicEvaluation[],
  suggest: Readonly<Record<string, number>> | undefined,
  train: string,
  test: string,
): Record<string, unknown> {
  const figures = rows.flatMap((row) =>
    Object.entries(row.figures).map(([name, value]) => [`${row.features}/${name}`, value]),
  );
  return {
    figures: Object.fromEntries([
      ...figures,
      ...Object.entries(suggest ?? {}).map(([name, value]) => [`suggest/${name}`, value]),
    ]),
    train,
    test,
    memories: rows.map(({ features, size, lambda }) => ({ features, size, lambda })),
  };
}

const WIDTH = 30;

/** How far a run is: in place on a terminal, a line for each tenth elsewhere. */
function progressOn(terminal: Terminal): { show(share: number, doing: string): void; end(): void } {
  const tty = terminal.stderr.isTTY === true;
  let told = -1;
  return {
    show(share, doing) {
      const step = Math.floor(share * (tty ? 200 : 10));
      if (step === told) return;
      told = step;
      const full = Math.round(share * WIDTH);
      const text = `${Math.floor(share * 100)} %  ${doing}`;
      if (tty) terminal.stderr.write(`\r\u001b[K[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${text}`);
      else remark(terminal, text);
    },
    end() {
      if (tty && told >= 0) terminal.stderr.write("\r\u001b[K");
    },
  };
}
