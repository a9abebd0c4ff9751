const BLOCK = 160;

/** Root mean square of samples `from` to `to`, end exclusive; 0 for none. */
export function rms(samples: Float32Array, from = 0, to: number = samples.length): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += samples[index]! ** 2;
  return to > from ? Math.sqrt(sum / (to - from)) : 0;
}

/** Below it is nothing but rounding: padding tells nothing of a room. */
const DIGITAL_SILENCE = 10 ** (-90 / 20);
/** A pause within a phrase is shorter, in blocks of 10 ms. */
const LONGEST_PAUSE = 20;

/**
 * Where the phrase of a recording is: about its loudest moment as far as the sound stays within 30 dB of it and 12 dB above the
 * room, pauses of up to 0.2 s included; clicks apart from it are left out. Offsets in samples, end exclusive.
 */
export function activeSpan(samples: Float32Array): { readonly start: number; readonly end: number } {
  const levels: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK)
    levels.push(rms(samples, Math.max(0, at - BLOCK), Math.min(samples.length, at + 2 * BLOCK)));
  const peak = levels.reduce((most, level, block) => (level > levels[most]! ? block : most), 0);
  const most = levels[peak] ?? 0;
  if (most < DIGITAL_SILENCE) return { start: 0, end: samples.length };
  const heard = levels.filter((level) => level > DIGITAL_SILENCE).sort((a, b) => a - b);
  const room = heard[Math.floor(heard.length / 5)]!; // the loudest is among them
  const threshold = Math.max(most * 10 ** (-30 / 20), Math.min(room * 10 ** (12 / 20), most * 10 ** (-12 / 20)));
  const reach = (step: number): number => {
    let last = peak;
    for (
      let block = peak;
      block >= 0 && block < levels.length && Math.abs(block - last) <= LONGEST_PAUSE;
      block += step
    ) {
      if (levels[block]! > threshold) last = block;
    }
    return last;
  };
  return { start: reach(-1) * BLOCK, end: Math.min(samples.length, (reach(1) + 1) * BLOCK) };
}

/** Root mean square of the 10 ms blocks within 25 dB of the loudest: the level of speech without its pauses. */
export function activeLevel(samples: Float32Array): number {
  const powers: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK) powers.push(rms(samples, at, at + BLOCK) ** 2);
  const floor = Math.max(...powers, 0) * 10 ** (-25 / 10);
  const active = powers.filter((power) => power >= floor);
  return active.length === 0 ? rms(samples) : Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length);
}
