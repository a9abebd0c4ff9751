import { LABEL_QUESTIONS, type TurnTargets } from "./dialogue.js";

/**
 * Outputs of a readout for so many classes: a row of classes for each label question and for what was recent, then whether the
 * subject was just changed, and whether it will be.
 */
export function topicOutputs(classes: number): number {
  return (LABEL_QUESTIONS.length + 1) * classes + 2;
}

/** What the readout should say, one-hot; all zero where there is nothing to say. */
export function writeTargets(out: Float64Array, { labels, switches, changed, recent }: TurnTargets): void {
  const classes = recent.length;
  out.fill(0);
  for (let question = 0; question < labels.length; question++) {
    if (labels[question]! >= 0) out[question * classes + labels[question]!] = 1;
  }
  const recentAt = labels.length * classes;
  for (let index = 0; index < classes; index++) out[recentAt + index] = recent[index]!;
  out[recentAt + classes] = changed === 1 ? 1 : 0;
  out[recentAt + classes + 1] = switches === 1 ? 1 : 0;
}

/** Shares of right answers, areas and precisions of a readout over turns, all in percent. */
export class TopicScores {
  readonly #classes: number;
  readonly #right: number[] = LABEL_QUESTIONS.map(() => 0);
  readonly #asked: number[] = LABEL_QUESTIONS.map(() => 0);
  #vagueRight = 0;
  #vagueAsked = 0;
  readonly #switches: Ranked = { scores: [], labels: [] };
  readonly #changes: Ranked = { scores: [], labels: [] };
  #precisions = 0;
  #precisionTurns = 0;

  constructor(classes: number) {
    this.#classes = classes;
  }

  /** Adds one turn: what the readout said (`outputsFor` classes), and what it should have. */
  add(output: ArrayLike<number>, targets: TurnTargets): void {
    const classes = this.#classes;
    const { labels, switches, changed, recent, vague } = targets;
    for (let question = 0; question < labels.length; question++) {
      if (labels[question]! < 0) continue;
      const isRight = largest(output, question * classes, classes) === labels[question]! ? 1 : 0;
      this.#right[question]! += isRight;
      this.#asked[question]!++;
      if (question !== 0 || !vague) continue;
      this.#vagueRight += isRight;
      this.#vagueAsked++;
    }
    const recentAt = labels.length * classes;
    rank(this.#changes, output[recentAt + classes]!, changed);
    rank(this.#switches, output[recentAt + classes + 1]!, switches);
    const precision = averagePrecision(output, recentAt, recent);
    if (precision === undefined) return;
    this.#precisions += precision;
    this.#precisionTurns++;
  }

  /** By name: `cur`, `vague`, `lag4`, `lag8`, `lag16`, `prev`, `switchAuc`, `changedAuc`, `setAP`. A figure without a turn is absent. */
  figures(): Readonly<Record<string, number>> {
    const all: [string, number][] = [];
    for (const [question, name] of LABEL_QUESTIONS.entries()) {
      all.push([name, (100 * this.#right[question]!) / this.#asked[question]!]);
      if (name === "cur") all.push(["vague", (100 * this.#vagueRight) / this.#vagueAsked]);
    }
    all.push(["switchAuc", 100 * areaUnderCurve(this.#switches)]);
    all.push(["changedAuc", 100 * areaUnderCurve(this.#changes)]);
    all.push(["setAP", (100 * this.#precisions) / this.#precisionTurns]);
    return Object.fromEntries(all.filter(([, value]) => Number.isFinite(value)));
  }
}

/** Scores with what each should have been, 0 or 1. */
interface Ranked {
  readonly scores: number[];
  readonly labels: number[];
}

function rank({ scores, labels }: Ranked, score: number, label: number): void {
  if (label < 0) return;
  scores.push(score);
  labels.push(label);
}

function largest(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let index = 1; index < length; index++) if (values[start + index]! > values[start + best]!) best = index;
  return best;
}

/** Area under the ROC curve: how often a 1 scores above a 0, ties half. NaN unless there are both. */
export function areaUnderCurve({ scores, labels }: Ranked): number {
  const order = scores.map((_, place) => place).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    for (let place = start; place < end; place++) {
      if (labels[order[place]!] !== 1) continue;
      positives++;
      rankSum += (start + 1 + end) / 2;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Of a ranking of classes by score: the mean, over the right ones, of the share of right ones down to each. */
function averagePrecision(output: ArrayLike<number>, start: number, isRight: Uint8Array): number | undefined {
  let sum = 0;
  let rights = 0;
  for (let index = 0; index < isRight.length; index++) {
    if (isRight[index] !== 1) continue;
    rights++;
    let above = 1;
    let rightAbove = 1;
    for (let other = 0; other < isRight.length; other++) {
      if (other === index || output[start + other]! < output[start + index]!) continue;
      above++;
      rightAbove += isRight[other]!;
    }
    sum += rightAbove / above;
  }
  return rights === 0 ? undefined : sum / rights;
}
