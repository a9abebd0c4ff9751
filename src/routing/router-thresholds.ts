import { conformalThreshold } from "./calibration.js";
import { quantile } from "./evaluation.js";
import type { Opinion, RouterThresholds } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";

/** The thresholds that keep the promise on rows of which `opinions` were formed while they were kept aside. */
export function thresholdsOf(
  rows: readonly RouterRow[],
  opinions: readonly Opinion[],
  {
    alpha,
    directShare,
    afterAnswer,
  }: { readonly alpha: number; readonly directShare: number; readonly afterAnswer: Float64Array | undefined },
): RouterThresholds {
  const score = opinions.map((opinion) => opinion.gain);
  const regret = rows.map(({ local, remote }) => Math.max(0, remote - local));
  const local = within(conformalThreshold({ score, regret }, { alpha }));
  return {
    local,
    direct: quantile(Float64Array.from(score).sort(), 1 - directShare),
    alpha,
    escalate: afterAnswer === undefined ? local : escalationThreshold(opinions, regret, { alpha, afterAnswer }),
  };
}

/** Below it a checked answer may stay: the same promise, on the rows that have answers. */
function escalationThreshold(
  opinions: readonly Opinion[],
  regret: readonly number[],
  { alpha, afterAnswer }: { readonly alpha: number; readonly afterAnswer: Float64Array },
): number {
  const answered = opinions.flatMap((_, row) => (Number.isNaN(afterAnswer[row]!) ? [] : [row]));
  return within(
    conformalThreshold(
      {
        score: answered.map((row) => opinions[row]!.remoteOk - afterAnswer[row]!),
        regret: answered.map((row) => regret[row]!),
      },
      { alpha },
    ),
  );
}

function within(threshold: number): number {
  return Math.max(-1, Math.min(1, threshold));
}
