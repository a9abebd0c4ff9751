/**
 * Power spectrum of `size` real samples (a power of two of at least 4): `power[k] = |X[k]|^2` for k = 0 to size / 2. Half as
 * many complex points hold the samples, even ones as the real part (Press et al., "Numerical Recipes", section 12.3).
 */
export interface PowerSpectrum {
  readonly size: number;
  /** Reads `samples` (size), which it leaves alone, and writes `power` (size / 2 + 1). */
  run(power: Float32Array, samples: Float32Array): void;
}

/** Tables and scratch for one size; RangeError when it is no power of two of at least 4. */
export function createPowerSpectrum(size: number): PowerSpectrum {
  if (size < 4 || (size & (size - 1)) !== 0)
    throw new RangeError(`Cannot transform ${size} samples: expected a power of two of at least 4`);
  const half = size / 2;
  const levels = Math.log2(half);
  const cosines = new Float32Array(half);
  const sines = new Float32Array(half);
  const reversed = new Uint16Array(half);
  for (let index = 0; index < half; index++) {
    cosines[index] = Math.cos((2 * Math.PI * index) / size);
    sines[index] = -Math.sin((2 * Math.PI * index) / size);
    for (let bit = 0; bit < levels; bit++) if (index & (1 << bit)) reversed[index]! |= 1 << (levels - 1 - bit);
  }
  const real = new Float32Array(half);
  const imaginary = new Float32Array(half);
  return {
    size,
    run(power, samples) {
      for (let index = 0; index < half; index++) {
        const at = reversed[index]!;
        real[at] = samples[2 * index]!;
        imaginary[at] = samples[2 * index + 1]!;
      }
      for (let span = 1, stride = half; span < half; span *= 2, stride /= 2) {
        for (let offset = 0; offset < span; offset++) {
          const c = cosines[offset * stride]!;
          const s = sines[offset * stride]!;
          for (let a = offset; a < half; a += 2 * span) {
            const b = a + span;
            const re = real[b]! * c - imaginary[b]! * s;
            const im = real[b]! * s + imaginary[b]! * c;
            real[b] = real[a]! - re;
            imaginary[b] = imaginary[a]! - im;
            real[a]! += re;
            imaginary[a]! += im;
          }
        }
      }
      power[0] = (real[0]! + imaginary[0]!) ** 2;
      power[half] = (real[0]! - imaginary[0]!) ** 2;
      for (let k = 1; k <= half / 2; k++) {
        const other = half - k;
        const evenRe = 0.5 * (real[k]! + real[other]!);
        const evenIm = 0.5 * (imaginary[k]! - imaginary[other]!);
        const oddRe = 0.5 * (imaginary[k]! + imaginary[other]!);
        const oddIm = -0.5 * (real[k]! - real[other]!);
        const c = cosines[k]!;
        const s = sines[k]!;
        const re = oddRe * c - oddIm * s;
        const im = oddRe * s + oddIm * c;
        power[k] = (evenRe + re) ** 2 + (evenIm + im) ** 2;
        power[other] = (evenRe - re) ** 2 + (im - evenIm) ** 2;
      }
    },
  };
}
