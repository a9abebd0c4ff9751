/** What a second of listening does. */
export interface SecondOfListening {
  /** Frames that passed the energy gate, 0 to 100. */
  readonly frames: number;
  /** Weights that spikes reached. */
  readonly synapticOperations: number;
  readonly verifierRuns: number;
  /** Multiplications of one run of the verifier. */
  readonly verifierMacs: number;
}

/** Energy of single operations in picojoules, 45 nm at 0.9 V (Horowitz, "Computing's energy problem", ISSCC 2014). */
export const PICOJOULES: {
  readonly intAdd: number;
  readonly floatMultiplyAdd: number;
  readonly cacheRead: number;
} = {
  /** 32 bits. */
  intAdd: 0.1,
  /** 3.7 for the product and 0.9 for the sum, 32 bits. */
  floatMultiplyAdd: 4.6,
  /** 64 bits out of 8 KB. */
  cacheRead: 10,
};

/** A frame: 512-point transform of about 12,000 multiplications, filters and normalisation 1,500. */
const FRAME_MACS = 13_500;

/**
 * Microwatts of the arithmetic alone: what a chip made for it would spend. A synaptic operation is a read and a sum, four
 * multiplications share a read. A general processor fetches, decodes and schedules each of them and spends 50 to 1,000 times
 * as much; there only measured time tells (`cpuMicrowatts`).
 */
export function arithmeticMicrowatts({
  frames,
  synapticOperations,
  verifierRuns,
  verifierMacs,
}: SecondOfListening): number {
  const { intAdd, floatMultiplyAdd, cacheRead } = PICOJOULES;
  const macs = frames * FRAME_MACS + verifierRuns * verifierMacs;
  return (synapticOperations * (intAdd + cacheRead / 4) + macs * (floatMultiplyAdd + cacheRead / 4)) * 1e-6;
}

/** Microwatts of a processor that is busy so many microseconds in a second of sound, at so many milliwatts while it is busy. */
export function cpuMicrowatts(busyMicroseconds: number, busyMilliwatts: number): number {
  return (busyMicroseconds / 1e6) * busyMilliwatts * 1000;
}
