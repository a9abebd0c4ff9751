import { gainInterval, type JudgedScores, routingGain } from "../../routing/evaluation.js";
import { decodeRouter, encodeRouter } from "../../routing/router-file.js";
import type { RouterRow } from "../../routing/router-rows.js";
import { trainRouter } from "../../routing/router-training.js";
import { type Parsed, UsageError } from "../command.js";
import { headOf, replaceFile, seedOf, shareOf, tooFewRows } from "../router-options.js";
import { type RouterData, readRouterRows, withSecondAnswers } from "../router-rows-file.js";
import { ShareProgress } from "../share-progress.js";
import { bytes, counted, print, safe, type Terminal } from "../terminal.js";

/** `mobile-ai router train --data DIR --out W --seed N`: the same data and seed make the same bytes. */
export async function trainRouterCommand(parsed: Parsed, terminal: Terminal): Promise<number> {
  const paths = parsed.texts("data");
  const out = parsed.text("out");
  if (paths.length === 0 && !parsed.flag("feedback"))
    throw new UsageError("Missing --data DIR (a directory of .jsonl files, or such a file) or --feedback");
  if (out === undefined) throw new UsageError("Missing --out FILE: where the weights go");
  const data = await trainingData(paths, parsed, terminal);
  const seed = seedOf(parsed);
  const progress = new ShareProgress(terminal);
  const trained = await trainRouter(data.rows, {
    seed,
    head: headOf(parsed, "auto"),
    alpha: shareOf(parsed, "alpha", 0.05),
    directShare: shareOf(parsed, "direct", 0.2),
    transfer: new Set(data.rows.map((row) => row.dataset)).size > 1,
    onProgress: ({ stage, done, total }) => progress.show(done / total, stage),
    signal: terminal.signal,
  }).catch(tooFewRows);
  progress.end();
  // The network is one that was just trained here: `Classifier` is all that the weights' type says of it.
  const weights = trained.weights as Parameters<typeof encodeRouter>[0];
  const file = encodeRouter(weights, {
    by: "mobile-ai router train",
    seed,
    rows: data.rows.length,
    dataSha256: data.sha256,
    datasets: [...new Set(data.rows.map((row) => row.dataset))],
    pairs: [...new Set(data.rows.map((row) => row.pair))],
  });
  await replaceFile(out, file);
  const { hash } = decodeRouter(file);
  const kept = keptAsideGain(
    trained.kept.map((row) => data.rows[row]!),
    trained.kept.map((row) => trained.outOfFold[row]!),
  );
  if (parsed.flag("json")) {
    print(
      terminal,
      JSON.stringify(
        { out, hash, bytes: file.length, head: trained.head, compared: trained.compared ?? null, ...kept },
        null,
        2,
      ),
    );
    return 0;
  }
  print(
    terminal,
    [
      `${safe(out)}: ${bytes(file.length)}, SHA-256 ${hash}`,
      `${counted(data.rows.length, "row")} of ${counted(data.files.length, "file")}, seed ${seed}; head: ${trained.head}${trained.compared === undefined ? "" : ` (APGR kept aside: linear ${trained.compared.linear.toFixed(3)}, 384-100-50-3 ${trained.compared.mlp.toFixed(3)})`}`,
      `APGR on rows kept aside: ${kept.apgr.toFixed(3)} [${kept.low.toFixed(3)}, ${kept.high.toFixed(3)}]`,
    ].join("\n"),
  );
  return 0;
}

/**
 * Rows of the files, where one local model's answer serves as the second of another to the same question, and of feedback:
 * judged turns that are still in the history, the side that was not asked as good as the router in use expects.
 */
async function trainingData(paths: readonly string[], parsed: Parsed, terminal: Terminal): Promise<RouterData> {
  const files = paths.length === 0 ? { rows: [], files: [], sha256: "" } : await readRouterRows(paths);
  const rows = withSecondAnswers(files.rows, files.rows);
  if (!parsed.flag("feedback")) return { ...files, rows };
  const { feedbackRows } = await import("./feedback.js");
  return { ...files, rows: [...rows, ...(await feedbackRows(parsed, terminal))] };
}

function keptAsideGain(
  rows: readonly RouterRow[],
  opinions: readonly { readonly gain: number }[],
): { readonly apgr: number; readonly low: number; readonly high: number } {
  const judged: JudgedScores = {
    score: opinions.map((opinion) => opinion.gain),
    local: rows.map((row) => row.local),
    remote: rows.map((row) => row.remote),
  };
  return { apgr: routingGain(judged).apgr, ...gainInterval(judged) };
}
