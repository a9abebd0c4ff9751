/** Triangular filters over a power spectrum: for each band its first bin and its weights, one after the other. */
export interface MelBank {
  readonly bands: number;
  /** Sums `power` (bins) into `energies` (bands). */
  run(energies: Float32Array, power: Float32Array): void;
}

/**
 * Triangles evenly spaced in mel between two frequencies in Hz, each summing to 1 (mel = 1127 ln(1 + f / 700), O'Shaughnessy
 * 1987). A triangle narrower than a bin takes the nearest bin, so no band is empty.
 */
export function createMelBank(options: {
  readonly bands: number;
  readonly fftSize: number;
  readonly sampleRate: number;
  readonly lowHz: number;
  readonly highHz: number;
}): MelBank {
  const { bands, fftSize, sampleRate, lowHz, highHz } = options;
  const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
  const bin = (place: number): number => {
    const at = mel(lowHz) + ((mel(highHz) - mel(lowHz)) * place) / (bands + 1);
    return (700 * (Math.exp(at / 1127) - 1) * fftSize) / sampleRate;
  };
  const starts = new Uint16Array(bands);
  const offsets = new Uint16Array(bands + 1);
  const all: number[] = [];
  for (let band = 0; band < bands; band++) {
    const [left, centre, right] = [bin(band), bin(band + 1), bin(band + 2)];
    const weights: number[] = [];
    let start = Math.ceil(left);
    for (let k = start; k < right; k++)
      weights.push(Math.max(0, k < centre ? (k - left) / (centre - left) : (right - k) / (right - centre)));
    let sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum < 0.5) {
      start = Math.round(centre);
      weights.splice(0, weights.length, 1);
      sum = 1;
    }
    starts[band] = start;
    all.push(...weights.map((weight) => weight / sum));
    offsets[band + 1] = all.length;
  }
  const weights = Float32Array.from(all);
  return {
    bands,
    run(energies, power) {
      for (let band = 0; band < bands; band++) {
        const first = offsets[band]!;
        const shift = starts[band]! - first;
        let sum = 0;
        for (let index = first, end = offsets[band + 1]!; index < end; index++)
          sum += weights[index]! * power[index + shift]!;
        energies[band] = sum;
      }
    },
  };
}
