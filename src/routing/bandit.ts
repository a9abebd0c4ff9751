/** Numbers that describe a question to the bandit. */
export const BANDIT_INPUTS = 49;

export interface LinUcbOptions {
  readonly inputs: number;
  readonly arms: number;
  /** Width of the confidence bound; 0 never explores. */
  readonly exploration: number;
  /** Weight of the prior at zero, in rewards seen. */
  readonly ridge?: number;
}

/**
 * Chooses between arms by linear upper confidence bounds (Li et al. 2010, disjoint models): each arm's reward is taken for
 * linear in the inputs, and an arm of which little is known gets the benefit of the doubt. Keeps (inputs, inputs) inverses
 * by Sherman and Morrison; learning is O(inputs^2) and allocates nothing.
 */
export class LinUcb {
  readonly inputs: number;
  readonly arms: number;
  readonly exploration: number;
  readonly ridge: number;
  /** Of each arm: inverse of (ridge I + sum of x x'), row by row. */
  readonly #inverses: readonly Float64Array[];
  /** Of each arm: sum of reward times x. */
  readonly #sums: readonly Float64Array[];
  readonly #weights: readonly Float64Array[];
  readonly #scratch: Float64Array;
  readonly #counts: Float64Array;

  constructor({ inputs, arms, exploration, ridge = 1 }: LinUcbOptions) {
    if (!(exploration >= 0))
      throw new RangeError(`Cannot make a bandit: expected exploration from 0, got ${exploration}`);
    if (!(ridge > 0)) throw new RangeError(`Cannot make a bandit: expected a ridge above 0, got ${ridge}`);
    this.inputs = inputs;
    this.arms = arms;
    this.exploration = exploration;
    this.ridge = ridge;
    this.#inverses = Array.from({ length: arms }, () => new Float64Array(inputs * inputs));
    this.#sums = Array.from({ length: arms }, () => new Float64Array(inputs));
    this.#weights = Array.from({ length: arms }, () => new Float64Array(inputs));
    this.#scratch = new Float64Array(inputs);
    this.#counts = new Float64Array(arms);
    this.reset();
  }

  /** Forgets everything. */
  reset(): void {
    for (let arm = 0; arm < this.arms; arm++) {
      this.#inverses[arm]!.fill(0);
      for (let place = 0; place < this.inputs; place++)
        this.#inverses[arm]![place * this.inputs + place] = 1 / this.ridge;
      this.#sums[arm]!.fill(0);
      this.#weights[arm]!.fill(0);
      this.#counts[arm] = 0;
    }
  }

  /** Rewards learned from, by arm. */
  get counts(): readonly number[] {
    return [...this.#counts];
  }

  /** The reward expected of an arm. */
  expected(arm: number, input: ArrayLike<number>): number {
    const weights = this.#weights[arm]!;
    let sum = 0;
    for (let place = 0; place < this.inputs; place++) sum += weights[place]! * input[place]!;
    return sum;
  }

  /** How uncertain that is, in standard deviations of a reward. */
  uncertainty(arm: number, input: ArrayLike<number>): number {
    const inverse = this.#inverses[arm]!;
    let square = 0;
    for (let row = 0; row < this.inputs; row++) {
      let sum = 0;
      for (let place = 0; place < this.inputs; place++) sum += inverse[row * this.inputs + place]! * input[place]!;
      square += sum * input[row]!;
    }
    return Math.sqrt(Math.max(0, square));
  }

  /** Expected reward plus the benefit of the doubt. */
  bound(arm: number, input: ArrayLike<number>): number {
    const width = this.exploration === 0 ? 0 : this.exploration * this.uncertainty(arm, input);
    return this.expected(arm, input) + width;
  }

  /** Takes in the reward that an arm gave. A reward or input that is no number is refused. */
  learn(arm: number, input: ArrayLike<number>, reward: number): void {
    if (!Number.isFinite(reward)) throw new RangeError(`Cannot learn: expected a finite reward, got ${reward}`);
    for (let place = 0; place < this.inputs; place++)
      if (!Number.isFinite(input[place])) throw new RangeError(`Cannot learn: input ${place} is ${input[place]}`);
    const { inputs } = this;
    const inverse = this.#inverses[arm]!;
    const [sums, weights, product] = [this.#sums[arm]!, this.#weights[arm]!, this.#scratch];
    let scale = 1;
    for (let row = 0; row < inputs; row++) {
      let sum = 0;
      for (let place = 0; place < inputs; place++) sum += inverse[row * inputs + place]! * input[place]!;
      product[row] = sum;
      scale += sum * input[row]!;
    }
    for (let row = 0; row < inputs; row++) {
      const share = product[row]! / scale;
      for (let place = 0; place < inputs; place++) inverse[row * inputs + place]! -= share * product[place]!;
      sums[row]! += reward * input[row]!;
    }
    for (let row = 0; row < inputs; row++) {
      let sum = 0;
      for (let place = 0; place < inputs; place++) sum += inverse[row * inputs + place]! * sums[place]!;
      weights[row] = sum;
    }
    this.#counts[arm]!++;
  }
}
