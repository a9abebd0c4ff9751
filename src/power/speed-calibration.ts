/** Iterations of one run: about 0.65 ms on the reference machine. */
const ITERATIONS = 400_000;

/** Microseconds of the shortest run there (2-core EPYC, Node 20.20.2, 2026-11-23: `npm run bench -- energy`). */
export const REFERENCE_RUN_US = 650;

/**
 * How many times as long as the reference machine this one takes for a fixed mix of integer and floating-point work in cache:
 * its time factor, to compare with those of the device classes. The shortest of many runs counts, so that others at work on
 * the machine disturb it little. Takes about a tenth of a second.
 */
export function measureTimeFactor(nowUs: () => number): { readonly factor: number; readonly runUs: number } {
  let runUs = Number.POSITIVE_INFINITY;
  let sink = 0;
  for (let run = 0; run < 50; run++) {
    const startUs = nowUs();
    sink += mixedWork(ITERATIONS);
    runUs = Math.min(runUs, nowUs() - startUs);
  }
  // The sum is used, so that no compiler leaves the work out.
  if (!Number.isFinite(sink))
    throw new RangeError("Cannot measure the speed of this machine: its arithmetic overflowed");
  return { factor: runUs / REFERENCE_RUN_US, runUs };
}

function mixedWork(iterations: number): number {
  let state = 1;
  let sum = 0;
  for (let index = 0; index < iterations; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    sum = sum * 0.999 + (state >>> 8) * 5.9604645e-8;
  }
  return sum;
}
