import { costQualityCurve, routingGain } from "../../routing/evaluation.js";
import {
  baselineScores,
  figuresOf,
  judgedOf,
  opinionsOn,
  type RouterFigures,
  type RowOpinions,
} from "../../routing/router-evaluation.js";
import { type Parsed, UsageError } from "../command.js";
import { type CurveLine, curveSvg } from "../curve-svg.js";
import { byDataset, headOf, readWeights, replaceFile, seedOf, shareOf, tooFewRows } from "../router-options.js";
import { readRouterRows, withSecondAnswers } from "../router-rows-file.js";
import { ShareProgress } from "../share-progress.js";
import { counted, print, remark, safe, type Terminal, table } from "../terminal.js";

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
  const folds = parsed.count("folds") ?? 5;
  if (folds < 2) throw new UsageError("Cannot read --folds: expected at least 2");
  const options = {
    seed: seedOf(parsed),
    folds,
    head: headOf(parsed, "linear"),
    alpha: shareOf(parsed, "alpha", 0.05),
    directShare: shareOf(parsed, "direct", 0.2),
    ...(train === undefined ? {} : { train }),
    ...(weights === undefined ? {} : { weights }),
    ...(labels === undefined ? {} : { labels }),
    signal: terminal.signal,
  };
  const groups = byDataset(rows);
  const progress = new ShareProgress(terminal);
  const reports: DatasetReport[] = [];
  for (const [index, [dataset, own]] of [...groups].entries()) {
    progress.show(index / groups.size, dataset);
    const said = await opinionsOn(own, {
      ...options,
      onProgress: ({ done, total }) => progress.show((index + done / total) / groups.size, dataset),
    }).catch(tooFewRows);
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
