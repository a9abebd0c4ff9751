/** Milliseconds of processor time. */
export interface LeastWork {
  readonly small: number;
  readonly large: number;
}

/**
 * The least processor time of two pieces of work, taken in turns, since most rounds on a busy machine are disturbed. Ends when
 * three rounds at least are done and `isEnough` says so, or after twenty.
 */
export function leastWork(
  pieces: { readonly small: () => unknown; readonly large: () => unknown },
  isEnough: (least: LeastWork) => boolean,
): LeastWork {
  pieces.small();
  let least: LeastWork = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3 || (round < 20 && !isEnough(least)); round++) {
    least = {
      small: Math.min(least.small, cost(pieces.small)),
      large: Math.min(least.large, cost(pieces.large)),
    };
  }
  return least;
}

function cost(piece: () => unknown): number {
  const before = process.cpuUsage();
  piece();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
