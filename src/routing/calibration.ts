/** Sharpens or flattens probabilities (classes) in place: each to the power of 1 / temperature, scaled to sum 1. */
export function temper(probabilities: Float32Array, temperature: number): void {
  if (temperature === 1) return;
  let sum = 0;
  for (let place = 0; place < probabilities.length; place++) {
    probabilities[place] = probabilities[place]! ** (1 / temperature);
    sum += probabilities[place]!;
  }
  for (let place = 0; place < probabilities.length; place++) probabilities[place]! /= sum;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SEARCH_STEPS = 40;
/** A probability of 0 that came true must not cost infinitely much. */
const LEAST = 1e-6;

/**
 * The temperature with the lowest cross-entropy on held-back rows (Guo et al. 2017): `probabilities` and soft `targets`
 * are (rows, classes). Between 1/8 and 8, by golden section on the logarithm. O(rows * classes).
 */
export function fitTemperature(probabilities: Float32Array, targets: Float32Array, classes: number): number {
  const row = new Float32Array(classes);
  const loss = (logarithm: number): number => {
    let sum = 0;
    for (let at = 0; at < probabilities.length; at += classes) {
      for (let place = 0; place < classes; place++) row[place] = Math.max(LEAST, probabilities[at + place]!);
      temper(row, 2 ** logarithm);
      for (let place = 0; place < classes; place++)
        sum -= targets[at + place]! * Math.log(Math.max(LEAST, row[place]!));
    }
    return sum;
  };
  let [low, high] = [-3, 3];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftLoss, rightLoss] = [loss(left), loss(right)];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    if (leftLoss < rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = loss(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = loss(right);
    }
  }
  return 2 ** ((low + high) / 2);
}

/** Where rows are served locally: below the threshold. `regret` is what the remote model would have done better. */
export interface ConformalRows {
  readonly score: ArrayLike<number>;
  /** Loss of serving each row locally, 0 to 1. */
  readonly regret: ArrayLike<number>;
}

/**
 * Conformal risk control (Angelopoulos et al. 2022): the highest threshold below which serving locally keeps the mean
 * regret of a new question at most `alpha`, whatever the distribution, if it comes from the same one as the rows. The
 * mean is over calibration sets too: a single set exceeds it about every second time. -Infinity when no threshold does.
 * With `confidence` the bound holds for this set with that probability (Hoeffding), and is wider. O(n log n).
 */
export function conformalThreshold(
  { score, regret }: ConformalRows,
  { alpha, confidence }: { readonly alpha: number; readonly confidence?: number },
): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Cannot calibrate: expected alpha within 0 to 1, got ${alpha}`);
  const count = score.length;
  const order = Array.from({ length: count }, (_, row) => row).sort((a, b) => score[a]! - score[b]!);
  const slack = confidence === undefined ? 0 : Math.sqrt(Math.log(1 / (1 - confidence)) / (2 * count));
  const most = (count + 1) * (alpha - slack) - 1; // of the sum, with the new question's worst loss of 1
  let sum = 0;
  let served = 0;
  for (let end = 0; end < count; ) {
    let next = end;
    let tied = 0;
    while (next < count && score[order[next]!] === score[order[end]!]) tied += regret[order[next++]!]!;
    if (sum + tied > most) break;
    sum += tied;
    end = next;
    served = end;
  }
  if (most < 0) return Number.NEGATIVE_INFINITY;
  return served === count ? Number.POSITIVE_INFINITY : score[order[served]!]!;
}

/** A rising piecewise linear map from said to true probabilities: `xs` rise strictly from 0 to 1. */
export interface ProbabilityMap {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
}

/** Rows that one knot stands for at least; fewer would fit chance. */
const ROWS_A_KNOT = 80;
const MOST_KNOTS = 15;
/** Share of the identity in a map, so that no two probabilities become one and their order is kept. */
const IDENTITY = 0.1;

/**
 * Fits what probabilities came to on held-back rows: means of equally full bins, made to rise by pooling neighbours
 * (isotonic regression, Zadrozny and Elkan 2002). The identity with fewer than 240 rows. O(n log n).
 */
export function fitProbabilityMap(probability: ArrayLike<number>, outcome: ArrayLike<number>): ProbabilityMap {
  const count = probability.length;
  const bins = Math.min(MOST_KNOTS, Math.floor(count / ROWS_A_KNOT));
  const knots: { x: number; y: number; rows: number }[] = [];
  if (bins >= 3) {
    const order = Array.from({ length: count }, (_, row) => row).sort((a, b) => probability[a]! - probability[b]!);
    for (let bin = 0; bin < bins; bin++) {
      const rows = order.slice(Math.floor((bin * count) / bins), Math.floor(((bin + 1) * count) / bins));
      const mean = (values: ArrayLike<number>): number =>
        rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
      let knot = { x: mean(probability), y: mean(outcome), rows: rows.length };
      for (let last = knots.at(-1); last !== undefined && last.y >= knot.y; last = knots.at(-1)) {
        knots.pop();
        const sum = last.rows + knot.rows;
        knot = {
          x: (last.x * last.rows + knot.x * knot.rows) / sum,
          y: (last.y * last.rows + knot.y * knot.rows) / sum,
          rows: sum,
        };
      }
      knots.push(knot);
    }
  }
  const inner = knots.filter(({ x }) => x > 0.001 && x < 0.999);
  const xs = [0, ...inner.map(({ x }) => x), 1];
  const ys = [0, ...inner.map(({ x, y }) => (1 - IDENTITY) * y + IDENTITY * x), 1];
  return { xs: Float32Array.from(xs), ys: Float32Array.from(ys) };
}

/** A probability as the map has it. O(knots). */
export function mapProbability({ xs, ys }: ProbabilityMap, probability: number): number {
  let at = 1;
  while (at < xs.length - 1 && xs[at]! < probability) at++;
  const [x0, x1, y0, y1] = [xs[at - 1]!, xs[at]!, ys[at - 1]!, ys[at]!];
  const share = x1 > x0 ? (probability - x0) / (x1 - x0) : 1;
  return Math.max(0, Math.min(1, y0 + share * (y1 - y0)));
}
