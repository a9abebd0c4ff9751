import {
  type Compressed,
  distillRouter,
  type NetworkReport,
  pruneRouter,
  quantizeRouter,
} from "../../routing/router-compression.js";
import { encodeRouter, type ReadRouterWeights } from "../../routing/router-file.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { readWeights, replaceFile } from "../router-options.js";
import { readRouterRows } from "../router-rows-file.js";
import { ShareProgress } from "../share-progress.js";
import { bytes, counted, print, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai router quantize WEIGHTS --data FILES --out FILE` */
export function quantize(parsed: Parsed, terminal: Terminal): Promise<number> {
  return compress(parsed, terminal, async (weights, rows) => quantizeRouter(weights, rows));
}

/** `mobile-ai router prune WEIGHTS --data FILES --out FILE [--sparsity SHARE] [--epochs N]` */
export function prune(parsed: Parsed, terminal: Terminal): Promise<number> {
  const sparsity = Number(parsed.text("sparsity") ?? "0.8");
  if (!(sparsity >= 0 && sparsity < 1))
    throw new UsageError(`Cannot read --sparsity: expected a number from 0 to below 1`);
  const epochs = parsed.count("epochs");
  return compress(parsed, terminal, (weights, rows) =>
    pruneRouter(weights, rows, {
      sparsity,
      seed: 1,
      signal: terminal.signal,
      ...(epochs === undefined ? {} : { epochs }),
    }),
  );
}

/** `mobile-ai router distill WEIGHTS --data FILES --out FILE` */
export function distill(parsed: Parsed, terminal: Terminal): Promise<number> {
  const epochs = parsed.count("epochs");
  const progress = new ShareProgress(terminal);
  return compress(parsed, terminal, async (weights, rows) => {
    const compressed = await distillRouter(weights, rows, {
      seed: 1,
      signal: terminal.signal,
      onProgress: (share) => progress.show(share, "student"),
      ...(epochs === undefined ? {} : { epochs }),
    });
    progress.end();
    return compressed;
  });
}

async function compress(
  parsed: Parsed,
  terminal: Terminal,
  run: (weights: ReadRouterWeights, rows: Awaited<ReturnType<typeof readRouterRows>>["rows"]) => Promise<Compressed>,
): Promise<number> {
  const file = parsed.words[0]!; // a required argument
  const out = parsed.text("out");
  const data = parsed.texts("data");
  if (out === undefined) throw new UsageError("Missing --out FILE: where the smaller weights go");
  if (data.length === 0) throw new UsageError("Missing --data FILES: what quality is measured on");
  const weights = await readWeights(file);
  const { rows } = await readRouterRows(data);
  const made = await run(weights, rows).catch((error: unknown) => {
    if (error instanceof TypeError && error.message.startsWith("Cannot ")) throw new CommandError(error.message);
    throw error;
  });
  const content = encodeRouter(made.weights, { ...weights.meta, madeFrom: weights.hash });
  await replaceFile(out, content);
  const { before, after, agreement } = made.report;
  const ratios = { smaller: before.bytes / after.bytes, faster: before.microseconds / after.microseconds };
  if (parsed.flag("json")) {
    print(terminal, JSON.stringify({ out, fileBytes: content.length, ...made.report, ...ratios }, null, 2));
    return 0;
  }
  const row = (name: string, report: NetworkReport): string[] => [
    name,
    report.kind,
    bytes(report.bytes),
    `${report.microseconds.toFixed(2)} us`,
    report.apgr.toFixed(4),
    report.accuracy.toFixed(4),
  ];
  print(
    terminal,
    [
      table([["", "KIND", "SIZE", "TIME", "APGR", "ACCURACY"], row("before", before), row("after", after)]),
      `${ratios.smaller.toFixed(2)} times smaller, ${ratios.faster.toFixed(2)} times as fast; the same choice for ${(100 * agreement).toFixed(1)} % of ${counted(made.report.rows, "row")}`,
      `Wrote ${safe(out)}, ${bytes(content.length)}`,
    ].join("\n"),
  );
  return 0;
}
