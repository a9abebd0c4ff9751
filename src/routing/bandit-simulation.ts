import { seededRandom } from "../core/random.js";
import { BANDIT_INPUTS, LinUcb } from "./bandit.js";
import { BanditInputs } from "./bandit-inputs.js";
import type { RouterModel } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";

export interface BanditSimulationOptions {
  /** Taken off the quality of each remote answer. */
  readonly remotePrice: number;
  readonly seed: number;
  readonly exploration?: number;
  /** Share of the questions that get feedback; default 1. */
  readonly feedbackShare?: number;
}

/** Mean reward of each way to choose, over the whole stream from the first question on. */
export interface BanditRewards {
  readonly alwaysLocal: number;
  readonly alwaysRemote: number;
  /** The router as it came, which never learns. */
  readonly fixed: number;
  readonly linUcb: number;
  /** The router corrected by a bandit that learns what the router gets wrong: what runs on a device. */
  readonly adapted: number;
  /** The same learner told both rewards each time. */
  readonly fullInformation: number;
  readonly oracle: number;
}

const [LOCAL, REMOTE] = [0, 1];

/** Runs a stream of questions past a learner that sees only the reward of what it chose. */
export function simulateBandit(
  rows: readonly RouterRow[],
  model: RouterModel,
  { remotePrice, seed, exploration = 0.3, feedbackShare = 1 }: BanditSimulationOptions,
): BanditRewards {
  const random = seededRandom(seed);
  const order = rows.map((_, row) => row);
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  const inputs = new BanditInputs(model);
  const options = { inputs: BANDIT_INPUTS, arms: 2, exploration };
  const [bandit, informed] = [new LinUcb(options), new LinUcb({ ...options, exploration: 0 })];
  const correction = new LinUcb(options);
  const sums = { alwaysLocal: 0, alwaysRemote: 0, fixed: 0, linUcb: 0, adapted: 0, fullInformation: 0, oracle: 0 };
  for (const row of order) {
    const { prompt, local, remote } = rows[row]!;
    const rewards = [local, remote - remotePrice];
    const { input, opinion } = inputs.of(prompt);
    sums.alwaysLocal += rewards[LOCAL]!;
    sums.alwaysRemote += rewards[REMOTE]!;
    sums.fixed += rewards[opinion.gain > remotePrice ? REMOTE : LOCAL]!;
    sums.oracle += Math.max(rewards[LOCAL]!, rewards[REMOTE]!);
    const chosen = bandit.bound(REMOTE, input) > bandit.bound(LOCAL, input) ? REMOTE : LOCAL;
    sums.linUcb += rewards[chosen]!;
    const prior = [opinion.localOk, opinion.remoteOk - remotePrice];
    const corrected = [LOCAL, REMOTE].map((arm) => prior[arm]! + correction.bound(arm, input));
    const adapted = corrected[REMOTE]! > corrected[LOCAL]! ? REMOTE : LOCAL;
    sums.adapted += rewards[adapted]!;
    if (feedbackShare >= 1 || random.next() < feedbackShare) {
      bandit.learn(chosen, input, rewards[chosen]!);
      correction.learn(adapted, input, rewards[adapted]! - prior[adapted]!);
    }
    const best = informed.expected(REMOTE, input) > informed.expected(LOCAL, input) ? REMOTE : LOCAL;
    sums.fullInformation += rewards[best]!;
    informed.learn(LOCAL, input, rewards[LOCAL]!);
    informed.learn(REMOTE, input, rewards[REMOTE]!);
  }
  const count = rows.length;
  return {
    alwaysLocal: sums.alwaysLocal / count,
    alwaysRemote: sums.alwaysRemote / count,
    fixed: sums.fixed / count,
    linUcb: sums.linUcb / count,
    adapted: sums.adapted / count,
    fullInformation: sums.fullInformation / count,
    oracle: sums.oracle / count,
  };
}
