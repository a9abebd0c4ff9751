import { type Random, seededRandom } from "../core/random.js";

/** What a router is judged by: its score of each question (high: remote), and how well either model answered, 0 to 1. */
export interface JudgedScores {
  readonly score: ArrayLike<number>;
  readonly local: ArrayLike<number>;
  readonly remote: ArrayLike<number>;
}

/** One threshold of a router: which share of the questions goes remote, and how good the answers then are. */
export interface CurvePoint {
  readonly remoteShare: number;
  readonly quality: number;
}

/** RouteLLM's three figures. */
export interface RoutingGain {
  /** Average performance gap recovered: 0 is always local, 1 always remote, .5 chance. */
  readonly apgr: number;
  /** Remote calls in per cent at which half of the gap is recovered. */
  readonly cpt50: number;
  readonly cpt80: number;
}

const DECILES = 10;
/** Breaks ties, as RouteLLM's evaluation does by its continuous scores. */
const JITTER = 1e-9;

/**
 * The cost-quality curve at the deciles of the score, sorted by remote share: RouteLLM's `evaluate.py` (arXiv 2406.18665),
 * which takes `pandas.qcut(score, 10)` for thresholds. O(n log n).
 */
export function costQualityCurve(rows: JudgedScores, random: Random = seededRandom(0)): CurvePoint[] {
  const { score, local, remote } = rows;
  const count = score.length;
  if (count === 0) throw new RangeError("Cannot evaluate a router: got no rows");
  const jittered = Float64Array.from({ length: count }, (_, row) => score[row]! + JITTER * random.next());
  const order = Float64Array.from(jittered).sort();
  const points: CurvePoint[] = [];
  for (let step = 0; step <= DECILES; step++) {
    const share = step === DECILES ? 1 : step * (1 / DECILES); // as numpy.linspace rounds: it can move a row over the edge
    const threshold = quantile(order, share);
    let calls = 0;
    let quality = 0;
    for (let row = 0; row < count; row++) {
      const isRemote = step < DECILES ? jittered[row]! >= threshold : jittered[row]! > threshold;
      if (isRemote) calls++;
      quality += isRemote ? remote[row]! : local[row]!;
    }
    points.push({ remoteShare: calls / count, quality: quality / count });
  }
  return points.sort((a, b) => a.remoteShare - b.remoteShare);
}

/** APGR, CPT(50 %) and CPT(80 %) of a router, as RouteLLM defines them. NaN where both models are equally good. */
export function routingGain(rows: JudgedScores, random?: Random): RoutingGain {
  const curve = costQualityCurve(rows, random);
  const weak = mean(rows.local);
  const strong = mean(rows.remote);
  const width = curve.at(-1)!.remoteShare - curve[0]!.remoteShare; // a curve has eleven points
  const share = (part: number): number => 100 * interpolate(weak + part * (strong - weak), curve);
  return {
    apgr: (areaUnder(curve) - weak * width) / ((strong - weak) * width),
    cpt50: share(0.5),
    cpt80: share(0.8),
  };
}

/** The middle 95 % of APGR over bootstraps of the rows. */
export function gainInterval(
  { score, local, remote }: JudgedScores,
  { rounds = 200, seed = 0 }: { readonly rounds?: number; readonly seed?: number } = {},
): { readonly low: number; readonly high: number } {
  const random = seededRandom(seed);
  const count = score.length;
  const gains = new Float64Array(rounds);
  const sample = { score: new Float64Array(count), local: new Float64Array(count), remote: new Float64Array(count) };
  for (let round = 0; round < rounds; round++) {
    for (let row = 0; row < count; row++) {
      const from = Math.floor(random.next() * count);
      sample.score[row] = score[from]!;
      sample.local[row] = local[from]!;
      sample.remote[row] = remote[from]!;
    }
    gains[round] = routingGain(sample, random).apgr;
  }
  gains.sort();
  return { low: quantile(gains, 0.025), high: quantile(gains, 0.975) };
}

/** Area under the receiver operating characteristic: how often a positive scores above a negative; ties count half. */
export function areaUnderRoc(score: ArrayLike<number>, positive: ArrayLike<boolean | number>): number {
  const order = Array.from({ length: score.length }, (_, row) => row).sort((a, b) => score[a]! - score[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && score[order[end]!] === score[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let place = start; place < end; place++) {
      if (!positive[order[place]!]) continue;
      positives++;
      rankSum += rank;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Expected calibration error over equally wide bins: |mean probability - mean outcome|, weighted by rows. Naeini 2015. */
export function calibrationError(probability: ArrayLike<number>, outcome: ArrayLike<number>, bins = 15): number {
  const difference = new Float64Array(bins);
  for (let row = 0; row < probability.length; row++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(probability[row]! * bins) - 1));
    difference[bin]! += probability[row]! - outcome[row]!;
  }
  return difference.reduce((sum, each) => sum + Math.abs(each), 0) / probability.length;
}

/** Mean squared difference of probability and outcome. */
export function brierScore(probability: ArrayLike<number>, outcome: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < probability.length; row++) sum += (probability[row]! - outcome[row]!) ** 2;
  return sum / probability.length;
}

/** What serving some questions locally cost: regret is quality lost where the remote model would have done better. */
export function realisedRegret(
  { score, local, remote }: JudgedScores,
  threshold: number,
): { readonly regret: number; readonly localShare: number } {
  let regret = 0;
  let served = 0;
  for (let row = 0; row < score.length; row++) {
    if (score[row]! >= threshold) continue;
    served++;
    regret += Math.max(0, remote[row]! - local[row]!);
  }
  return { regret: regret / score.length, localShare: served / score.length };
}

/** A cascade's cost at a stated share of the gap, when the questions of the highest prior scores never run locally. */
export interface CascadeCost {
  readonly directShare: number;
  readonly remoteShare: number;
  /** Local runs that were escalated, of all questions. */
  readonly wastedShare: number;
}

/**
 * The cheapest escalation by `score` that recovers `gap` (0 to 1) after `directShare` went remote by `prior`; undefined
 * when even escalating everything does not. O(n log n).
 */
export function cascadeCost(
  { score, prior, local, remote }: JudgedScores & { readonly prior: ArrayLike<number> },
  { directShare, gap }: { readonly directShare: number; readonly gap: number },
): CascadeCost | undefined {
  const count = score.length;
  const rows = Array.from({ length: count }, (_, row) => row);
  const byPrior = rows.slice().sort((a, b) => prior[b]! - prior[a]!);
  const direct = Math.round(directShare * count);
  const weak = mean(local);
  const wanted = count * (weak + gap * (mean(remote) - weak));
  let quality = count * weak;
  for (let place = 0; place < direct; place++) quality += remote[byPrior[place]!]! - local[byPrior[place]!]!;
  const rest = byPrior.slice(direct).sort((a, b) => score[b]! - score[a]!);
  let escalated = 0;
  while (quality < wanted - 1e-9 && escalated < rest.length) {
    const row = rest[escalated++]!;
    quality += remote[row]! - local[row]!;
  }
  if (quality < wanted - 1e-9) return undefined;
  return {
    directShare: direct / count,
    remoteShare: (direct + escalated) / count,
    wastedShare: escalated / count,
  };
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** The quantile of sorted values with linear interpolation (Hyndman and Fan's type 7, as numpy and pandas take it). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

function areaUnder(curve: readonly CurvePoint[]): number {
  let area = 0;
  for (let step = 1; step < curve.length; step++) {
    const [from, to] = [curve[step - 1]!, curve[step]!];
    area += ((to.remoteShare - from.remoteShare) * (from.quality + to.quality)) / 2;
  }
  return area;
}

/**
 * `numpy.interp(quality, qualities, shares)`. The qualities of a curve need not rise, so the search is numpy's own, step
 * by step: on such a curve another search finds another interval, and RouteLLM's published figures come from this one.
 */
function interpolate(quality: number, curve: readonly CurvePoint[]): number {
  const last = curve.length - 1;
  if (quality > curve[last]!.quality) return curve[last]!.remoteShare;
  if (quality < curve[0]!.quality) return curve[0]!.remoteShare;
  const at = numpyInterval(quality, curve);
  if (at >= last) return curve[last]!.remoteShare;
  const [from, to] = [curve[at]!, curve[at + 1]!];
  if (from.quality === quality) return from.remoteShare;
  const slope = (to.remoteShare - from.remoteShare) / (to.quality - from.quality);
  return slope * (quality - from.quality) + from.remoteShare;
}

/** numpy's `binary_search_with_guess` with its first guess, for 5 values or more. */
function numpyInterval(quality: number, curve: readonly CurvePoint[]): number {
  const length = curve.length;
  const at = (index: number): number => curve[index]!.quality;
  const guess = 1;
  let low = 0;
  let high = length;
  if (quality < at(guess)) {
    if (quality >= at(guess - 1)) return guess - 1;
    high = guess - 1;
  } else {
    if (quality < at(guess + 1)) return guess;
    if (quality < at(guess + 2)) return guess + 1;
    low = guess + 2;
    if (guess < length - 8 - 1 && quality < at(guess + 8)) high = guess + 8;
  }
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    if (quality >= at(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
