const BLOCK = 160;

/** Root mean square of samples `from` to `to`, end exclusive; 0 for none. */
export function rms(samples: Float32Array, from = 0, to: number = samples.length): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += samples[index]! ** 2;
  return to > from ? Math.sqrt(sum / (to - from)) : 0;
}

/** Where the sound is: from the first to the last 10 ms within 32 dB of the loudest. Offsets in samples, end exclusive. */
export function activeSpan(samples: Float32Array): { readonly start: number; readonly end: number } {
  const levels: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK) levels.push(rms(samples, at, at + BLOCK));
  const floor = Math.max(...levels, 0) * 10 ** (-32 / 20);
  const first = levels.findIndex((level) => level > floor);
  const last = levels.findLastIndex((level) => level > floor);
  return first < 0 ? { start: 0, end: samples.length } : { start: first * BLOCK, end: (last + 1) * BLOCK };
}

/** Root mean square of the 10 ms blocks within 25 dB of the loudest: the level of speech without its pauses. */
export function activeLevel(samples: Float32Array): number {
  const powers: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK) powers.push(rms(samples, at, at + BLOCK) ** 2);
  const floor = Math.max(...powers, 0) * 10 ** (-25 / 10);
  const active = powers.filter((power) => power >= floor);
  return active.length === 0 ? rms(samples) : Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length);
}
