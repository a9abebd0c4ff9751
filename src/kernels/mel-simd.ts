import { melWasm } from "./generated/mel-wasm.js";
import type { MelFilterbank } from "./mel.js";
import { type MelPlan, melBytes, requireWindow } from "./mel-plan.js";
import { compileKernels } from "./wasm-module.js";

/** What assembly/mel.ts exports. */
interface MelExports {
  powerSpectrum(
    power: number,
    samples: number,
    window: number,
    points: number,
    work: number,
    twiddles: number,
    roots: number,
  ): void;
  bandEnergies(energies: number, power: number, bands: number, starts: number, offsets: number, weights: number): void;
}

/** The filterbank in WebAssembly; undefined where the runtime has none. */
export function simdMel(plan: MelPlan): MelFilterbank | undefined {
  const instance = compileKernels<MelExports>(melWasm)?.instantiate(melBytes(plan));
  if (instance === undefined) return undefined;
  const { exports, arena } = instance;
  const { bands, windowSamples, points } = plan;
  const sound = arena.f32(2 * points);
  const window = arena.f32(2 * points);
  const work = arena.f32(4 * points);
  const twiddles = arena.f32((6 * points) / 4);
  const roots = arena.f32(points + 2);
  const power = arena.f32(points + 1 + 4); // a last vector of weights may reach past the last bin
  const own = arena.f32(bands);
  const starts = arena.u16(bands);
  const offsets = arena.u16(bands + 1);
  const weights = arena.f32(plan.weights.length);
  window.set(plan.window);
  starts.set(plan.starts);
  offsets.set(plan.offsets);
  weights.set(plan.weights);
  const quarter = points / 4;
  for (let index = 0; index < quarter; index++) {
    for (let power = 1; power <= 3; power++) {
      const angle = (2 * Math.PI * power * index) / points;
      twiddles[(2 * power - 2) * quarter + index] = Math.cos(angle);
      twiddles[(2 * power - 1) * quarter + index] = -Math.sin(angle);
    }
  }
  const half = points / 2 + 1;
  for (let index = 0; index < half; index++) {
    roots[index] = Math.cos((Math.PI * index) / points);
    roots[half + index] = -Math.sin((Math.PI * index) / points);
  }
  const bins = power.subarray(0, points + 1);

  const transform = (samples: Float32Array): void => {
    requireWindow(plan, samples);
    sound.set(samples);
    exports.powerSpectrum(
      power.byteOffset,
      sound.byteOffset,
      window.byteOffset,
      points,
      work.byteOffset,
      twiddles.byteOffset,
      roots.byteOffset,
    );
  };
  return {
    kind: "simd",
    bands,
    windowSamples,
    bins: points + 1,
    run(energies, samples) {
      transform(samples);
      exports.bandEnergies(
        own.byteOffset,
        power.byteOffset,
        bands,
        starts.byteOffset,
        offsets.byteOffset,
        weights.byteOffset,
      );
      energies.set(own);
    },
    spectrum(out, samples) {
      transform(samples);
      out.set(bins);
    },
  };
}
