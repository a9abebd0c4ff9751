/** Whether a wish reached the platform: how, or why not, for a person. */
export type HintAnswer =
  | { readonly kind: "granted"; readonly how: string }
  | { readonly kind: "unavailable"; readonly reason: string };

/**
 * A wish to the platform that lasts from `hold` to `release`: a faster processor, no falling asleep. Neither rejects; where
 * the wish is not allowed `hold` changes nothing and says why. Holding twice, or releasing what is not held, does nothing.
 */
export interface PowerHint {
  /** As it stands in a status: `governor`, `wake lock`. */
  readonly name: string;
  hold(): Promise<HintAnswer>;
  release(): Promise<void>;
  /** What `hold` would answer, told without holding. */
  probe(): Promise<HintAnswer>;
}

/** The platform's own scheduler, which decides when work that can wait is done, the app being in the background or not. */
export interface BackgroundScheduler {
  readonly name: string;
  /** Asks to be called no more often than this; resolves when the platform has accepted or refused. */
  schedule(options: { readonly minimumIntervalMs: number; readonly run: () => Promise<void> }): Promise<HintAnswer>;
  cancel(): Promise<void>;
}

/** A hint that a platform does not have: it does nothing and says why. */
export function unavailableHint(name: string, reason: string): PowerHint {
  const answer = async (): Promise<HintAnswer> => ({ kind: "unavailable", reason });
  return { name, hold: answer, release: async () => {}, probe: answer };
}
