import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.js";
import { WeightsError } from "../../nets/weights-file.js";
import { simulateBandit } from "../../routing/bandit-simulation.js";
import { costQualityCurve, gainInterval, type JudgedScores, routingGain } from "../../routing/evaluation.js";
import {
  baselineScores,
  figuresOf,
  judgedOf,
  opinionsOn,
  type RouterFigures,
  type RowOpinions,
} from "../../routing/router-evaluation.js";
import { decodeRouter, encodeRouter, type ReadRouterWeights } from "../../routing/router-file.js";
import { RouterModel } from "../../routing/router-model.js";
import type { RouterRow } from "../../routing/router-rows.js";
import { trainRouter } from "../../routing/router-training.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { loadSettings } from "../configuration.js";
import { type CurveLine, curveSvg } from "../curve-svg.js";
import { reasonOf } from "../files.js";
import { routerFileOf, routerModelOf } from "../router-of-settings.js";
import { type RouterData, readRouterRows, withSecondAnswers } from "../router-rows-file.js";
import { ShareProgress } from "../share-progress.js";
import { bytes, counted, print, remark, safe, type Terminal, table } from "../terminal.js";

/** Figures of one data set, beside what needs no learning. */
interface DatasetReport {
  readonly dataset: string;
  readonly figures: RouterFigures;
  /** Without reading the local answer; the same as `figures` where there is no cascade. */
  readonly prior: RouterFigures;
  readonly cascade: boolean;
  readonly baselines: Readonly<
    Record<string, { readonly apgr: number; readonly cpt50: number; readonly cpt80: number }>
  >;
  readonly curves: readonly CurveLine[];
}

/** `mobile-ai router eval DATA...`: RouteLLM's figures and our own, for each data set. */
export async function evalRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = await readRouterRows(parsed.words);
  const [trainPaths, secondPaths] = [parsed.texts("train"), parsed.texts("second")];
  const weightsFile = parsed.text("weights");
  if (trainPaths.length > 0 && weightsFile !== undefined)
    throw new UsageError("Cannot use --train and --weights together: choose one");
  const seconds = secondPaths.length === 0 ? [] : (await readRouterRows(secondPaths)).rows;
  const rows = withSecondAnswers(data.rows, seconds);
  const train =
    trainPaths.length === 0 ? undefined : withSecondAnswers((await readRouterRows(trainPaths)).rows, seconds);
  const weights = weightsFile === undefined ? undefined : await readWeights(weightsFile);
  const labels = parsed.count("labels");
  const options = {
    seed: seedOf(parsed),
    folds: parsed.count("folds") ?? 5,
    head: headOf(parsed, "linear"),
    alpha: shareOf(parsed, "alpha", 0.05),
    directShare: shareOf(parsed, "direct", 0.2),
    ...(train === undefined ? {} : { train }),
    ...(weights === undefined ? {} : { weights }),
    ...(labels === undefined ? {} : { labels }),
    signal: terminal.signal,
  };
  const groups = grouped(rows);
  const progress = new ShareProgress(terminal);
  const reports: DatasetReport[] = [];
  for (const [index, [dataset, own]] of [...groups].entries()) {
    progress.show(index / groups.size, dataset);
    const said = await opinionsOn(own, {
      ...options,
      onProgress: ({ done, total }) => progress.show((index + done / total) / groups.size, dataset),
    });
    reports.push(reportOf(dataset, said, { ...options, cascade: parsed.flag("cascade") }));
    terminal.signal.throwIfAborted();
  }
  progress.show(1, "done");
  progress.end();
  const svg = parsed.text("svg");
  if (svg !== undefined) await writeCurves(svg, reports, terminal);
  if (parsed.flag("json")) {
    const how = weights !== undefined ? "weights" : train !== undefined ? "train" : `${options.folds} folds`;
    print(terminal, JSON.stringify({ how, figures: Object.assign({}, ...reports.map(flatFigures)) }, null, 2));
  } else for (const report of reports) print(terminal, `${described(report, options.alpha)}\n`);
  return 0;
}

function reportOf(
  dataset: string,
  said: RowOpinions,
  { cascade, directShare, seed }: { readonly cascade: boolean; readonly directShare: number; readonly seed: number },
): DatasetReport {
  const hasAnswers = said.afterAnswer.some((each) => !Number.isNaN(each));
  const reads = cascade && hasAnswers;
  const prior = figuresOf(said, { directShare, seed });
  const figures = reads ? figuresOf(said, { cascade: true, directShare, seed }) : prior;
  const judged = judgedOf(said, false);
  const baselines: Record<string, { apgr: number; cpt50: number; cpt80: number }> = {};
  const curves: CurveLine[] = [{ name: "router", points: prior.curve }];
  if (reads) curves.push({ name: "with verifier", points: figures.curve });
  for (const [name, score] of Object.entries(baselineScores(said.rows, seed))) {
    baselines[name] = routingGain({ ...judged, score });
    curves.push({ name, points: costQualityCurve({ ...judged, score }) });
  }
  return { dataset, figures, prior, cascade: reads, baselines, curves };
}

/** Flat figures with stable names; not a number is left out, because JSON has none. */
function flatFigures({ dataset, figures, prior, cascade, baselines }: DatasetReport): Record<string, number> {
  const flat: Record<string, number> = {};
  const put = (name: string, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) flat[`${dataset}/${name}`] = value;
  };
  const { apgr, cpt50, cpt80, low, high, auroc, ece, brier, regret, localShare, cost, rows } = figures;
  for (const [name, value] of Object.entries({ apgr, cpt50, cpt80, auroc, ece, brier, regret, localShare, rows }))
    put(name, value);
  put("apgrLow", low);
  put("apgrHigh", high);
  put("alwaysLocal", figures.local);
  put("alwaysRemote", figures.remote);
  if (cascade) {
    put("priorApgr", prior.apgr);
    put("remote80", cost === undefined ? undefined : 100 * cost.remoteShare);
    put("wasted80", cost === undefined ? undefined : 100 * cost.wastedShare);
  }
  for (const [name, gain] of Object.entries(baselines)) put(`${name.replaceAll(" ", "-")}/apgr`, gain.apgr);
  return flat;
}

function described({ dataset, figures, prior, cascade, baselines }: DatasetReport, alpha: number): string {
  const line = (name: string, gain: { apgr: number; cpt50: number; cpt80: number }, interval = ""): string[] => [
    name,
    gain.apgr.toFixed(3).padStart(6),
    gain.cpt50.toFixed(1).padStart(5),
    gain.cpt80.toFixed(1).padStart(5),
    interval,
  ];
  const interval = ({ low, high }: RouterFigures): string => `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const { ece, brier, auroc, regret, localShare, cost } = figures;
  const lines = [
    `${safe(dataset)}: ${counted(figures.rows, "question")}, always local ${figures.local.toFixed(3)}, always remote ${figures.remote.toFixed(3)}`,
    table([
      ["", "  APGR", "CPT50", "CPT80", "95 %"],
      line("before the answer", prior, interval(prior)),
      ...(cascade ? [line("answer read too", figures, interval(figures))] : []),
      ...Object.entries(baselines).map(([name, gain]) => line(name, gain)),
    ]),
    `P(local right): AUROC ${auroc.toFixed(3)}, calibration error ${ece.toFixed(3)}, Brier ${brier.toFixed(3)}`,
    `Served locally for a mean regret of at most ${alpha}: ${(100 * localShare).toFixed(1)} %, regret ${regret.toFixed(4)}`,
  ];
  if (cost !== undefined) {
    lines.push(
      `At 80 % of the gap: ${(100 * cost.directShare).toFixed(0)} % straight to remote, ${(100 * cost.remoteShare).toFixed(1)} % remote in all, ${(100 * cost.wastedShare).toFixed(1)} % of local runs thrown away`,
    );
  }
  return lines.join("\n");
}

async function writeCurves(path: string, reports: readonly DatasetReport[], terminal: Terminal): Promise<void> {
  for (const { dataset, curves } of reports) {
    const file = reports.length === 1 ? path : path.replace(/(?:\.svg)?$/, `-${dataset.replace(/[^\w-]/g, "_")}.svg`);
    await replaceFile(file, curveSvg(dataset, curves));
    remark(terminal, `Wrote ${safe(file)}`);
  }
}

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
  });
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

/** Reads weights for a command; what is wrong with them is the person's to mend. */
export async function readWeights(path: string): Promise<ReadRouterWeights> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new CommandError(`Cannot read ${safe(path)}: ${reasonOf(error)}`);
  }
  try {
    return decodeRouter(content);
  } catch (error) {
    if (error instanceof WeightsError) throw new CommandError(`${safe(path)}: ${messageOf(error)}`);
    throw error;
  }
}

/** Replaces a file at once: a reader sees the old content or the new. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(join(path)), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    throw new CommandError(`Cannot write ${safe(path)}: ${reasonOf(error)}`);
  }
}

function grouped(rows: readonly RouterRow[]): ReadonlyMap<string, readonly RouterRow[]> {
  const groups = new Map<string, RouterRow[]>();
  for (const row of rows) {
    const own = groups.get(row.dataset);
    if (own === undefined) groups.set(row.dataset, [row]);
    else own.push(row);
  }
  return groups;
}

function seedOf(parsed: Parsed): number {
  const text = parsed.text("seed") ?? "1";
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UsageError(`Cannot read --seed: expected a whole number from 0, got "${safe(text)}"`);
  return seed;
}

function headOf(parsed: Parsed, otherwise: "linear" | "auto"): "linear" | "mlp" | "auto" {
  return (parsed.text("head") ?? otherwise) as "linear" | "mlp" | "auto"; // one of the option's choices
}

function shareOf(parsed: Parsed, name: string, otherwise: number): number {
  const text = parsed.text(name);
  if (text === undefined) return otherwise;
  const share = Number(text);
  if (!(share > 0 && share < 1))
    throw new UsageError(`Cannot read --${name}: expected a number between 0 and 1, got "${safe(text)}"`);
  return share;
}

/** `mobile-ai router use FILE`: takes weights into use. Damaged ones are refused, and the old ones stay. */
export async function useRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const file = parsed.words[0]!; // a required argument
  if (file === "none") {
    await rm(routerFileOf(terminal), { force: true });
    print(terminal, "Rules of thumb decide from now on");
    return 0;
  }
  const { hash } = await readWeights(file);
  await replaceFile(routerFileOf(terminal), await readFile(file));
  print(terminal, `The router uses ${safe(file)} from now on, SHA-256 ${hash}`);
  return 0;
}

/** `mobile-ai router show`: the weights in use, or those of a file. */
export async function showRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const file = parsed.text("weights") ?? settings.text("router.weights");
  const weights = file === undefined ? (await routerModelOf(settings, terminal))?.weights : await readWeights(file);
  if (weights === undefined) {
    if (parsed.flag("json")) print(terminal, JSON.stringify({ hash: null }));
    else print(terminal, "No learned router is in use: rules of thumb decide. Take one: mobile-ai router use FILE");
    return 0;
  }
  const { side, thresholds, temperature, verifier, hash } = weights;
  const facts = {
    hash,
    kind: side.kind,
    networkBytes: side.bytes,
    thresholds,
    temperature,
    verifier: verifier !== undefined,
    ...("meta" in weights ? { meta: weights.meta } : {}),
  };
  if (parsed.flag("json")) print(terminal, JSON.stringify(facts, null, 2));
  else
    print(
      terminal,
      [
        `SHA-256     ${hash}`,
        `network     ${side.kind}, ${bytes(side.bytes)}`,
        `thresholds  local below ${thresholds.local.toFixed(3)}, remote from ${thresholds.direct.toFixed(3)} (expected gain), mean regret ${thresholds.alpha}`,
        `verifier    ${verifier === undefined ? "none" : "reads local answers"}`,
      ].join("\n"),
    );
  return 0;
}

/** `mobile-ai router simulate DATA...`: rewards of a learner with bandit feedback beside those of routers that do not learn. */
export async function simulateRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = await readRouterRows(parsed.words);
  const [trainPaths, weightsFile, limit] = [parsed.texts("train"), parsed.text("weights"), parsed.count("limit")];
  const price = shareOf(parsed, "price", 0.25);
  const seed = seedOf(parsed);
  if (trainPaths.length > 0 === (weightsFile !== undefined))
    throw new UsageError("Missing --train FILES or --weights FILE: the router that does not learn");
  const weights =
    weightsFile !== undefined
      ? await readWeights(weightsFile)
      : {
          ...(
            await trainRouter((await readRouterRows(trainPaths)).rows, {
              seed,
              head: "linear",
              signal: terminal.signal,
            })
          ).weights,
          hash: "",
        };
  const rows = limit === undefined ? data.rows : [...grouped(data.rows).values()].flatMap((own) => spread(own, limit));
  const rewards = simulateBandit(rows, new RouterModel(weights), { remotePrice: price, seed });
  if (parsed.flag("json")) {
    const figures = Object.fromEntries(Object.entries(rewards).map(([name, value]) => [`bandit/${name}`, value]));
    print(terminal, JSON.stringify({ rows: rows.length, price, figures }, null, 2));
  } else
    print(
      terminal,
      table([
        ["", "REWARD"],
        ["always local", rewards.alwaysLocal.toFixed(3)],
        ["always remote", rewards.alwaysRemote.toFixed(3)],
        ["the router as it came", rewards.fixed.toFixed(3)],
        ["LinUCB from nothing", rewards.linUcb.toFixed(3)],
        ["the router, corrected", rewards.adapted.toFixed(3)],
        ["told both rewards", rewards.fullInformation.toFixed(3)],
        ["oracle", rewards.oracle.toFixed(3)],
      ]),
    );
  return 0;
}

/** Rows evenly spread over a set. */
function spread(rows: readonly RouterRow[], count: number): readonly RouterRow[] {
  if (rows.length <= count) return rows;
  return Array.from({ length: count }, (_, place) => rows[Math.floor((place * rows.length) / count)]!);
}
