import type { MelFilterbank } from "./mel.js";
import { type MelPlan, requireWindow } from "./mel-plan.js";

/**
 * The filterbank in plain TypeScript: radix 2 in f64 with bit reversal, so that it shares nothing with the vectors but the
 * tables of its plan.
 */
export function referenceMel(plan: MelPlan): MelFilterbank {
  const { bands, windowSamples, points, window, starts, offsets, weights } = plan;
  const levels = Math.log2(points);
  const cosines = new Float64Array(points);
  const sines = new Float64Array(points);
  const reversed = new Uint16Array(points);
  for (let index = 0; index < points; index++) {
    cosines[index] = Math.cos((Math.PI * index) / points);
    sines[index] = -Math.sin((Math.PI * index) / points);
    for (let bit = 0; bit < levels; bit++) if (index & (1 << bit)) reversed[index]! |= 1 << (levels - 1 - bit);
  }
  const real = new Float64Array(points);
  const imaginary = new Float64Array(points);
  const power = new Float32Array(points + 1);

  const transform = (samples: Float32Array): void => {
    requireWindow(plan, samples);
    for (let index = 0; index < points; index++) {
      const even = 2 * index;
      const at = reversed[index]!;
      real[at] = even < windowSamples ? samples[even]! * window[even]! : 0;
      imaginary[at] = even + 1 < windowSamples ? samples[even + 1]! * window[even + 1]! : 0;
    }
    for (let span = 1, stride = points; span < points; span *= 2, stride /= 2) {
      for (let offset = 0; offset < span; offset++) {
        const cos = cosines[offset * stride]!;
        const sin = sines[offset * stride]!;
        for (let a = offset; a < points; a += 2 * span) {
          const b = a + span;
          const re = real[b]! * cos - imaginary[b]! * sin;
          const im = real[b]! * sin + imaginary[b]! * cos;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a] = real[a]! + re;
          imaginary[a] = imaginary[a]! + im;
        }
      }
    }
  };

  /** The spectrum of real samples out of that of the complex points that held them. */
  const split = (out: Float32Array): void => {
    out[0] = (real[0]! + imaginary[0]!) ** 2;
    out[points] = (real[0]! - imaginary[0]!) ** 2;
    for (let bin = 1; bin <= points / 2; bin++) {
      const other = points - bin;
      const evenRe = 0.5 * (real[bin]! + real[other]!);
      const evenIm = 0.5 * (imaginary[bin]! - imaginary[other]!);
      const oddRe = 0.5 * (imaginary[bin]! + imaginary[other]!);
      const oddIm = 0.5 * (real[other]! - real[bin]!);
      const re = oddRe * cosines[bin]! - oddIm * sines[bin]!;
      const im = oddRe * sines[bin]! + oddIm * cosines[bin]!;
      out[bin] = (evenRe + re) ** 2 + (evenIm + im) ** 2;
      out[other] = (evenRe - re) ** 2 + (im - evenIm) ** 2;
    }
  };

  return {
    kind: "reference",
    bands,
    windowSamples,
    bins: points + 1,
    run(energies, samples) {
      transform(samples);
      split(power);
      for (let band = 0; band < bands; band++) {
        const first = offsets[band]!;
        const shift = starts[band]! - first;
        let sum = 0;
        for (let index = first; index < offsets[band + 1]!; index++) {
          if (weights[index] !== 0) sum += weights[index]! * power[index + shift]!; // what fills up may lie past the end
        }
        energies[band] = sum;
      }
    },
    spectrum(out, samples) {
      transform(samples);
      split(out);
    },
  };
}
