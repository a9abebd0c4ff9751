/** Power of one kind of core while it works, beyond what the device draws anyway, and how slow it is. */
export interface CoreModel {
  readonly milliwatts: number;
  /** Times as long as the reference machine takes (2-core EPYC guest, Zen 5, Node 20.20.2): an assumption, stated beside the class. */
  readonly timeFactor: number;
}

/** Energy of a radio by its states: woken up, sending and receiving, and waiting for more after the last byte (the tail). */
export interface RadioModel {
  readonly promotionMs: number;
  readonly promotionMilliwatts: number;
  /** While bytes move, without their own cost. */
  readonly activeMilliwatts: number;
  /** For each megabit a second, so for each megabit in all. */
  readonly uploadMillijoulesPerMbit: number;
  readonly downloadMillijoulesPerMbit: number;
  readonly uploadMbps: number;
  readonly downloadMbps: number;
  readonly tailMs: number;
  readonly tailMilliwatts: number;
}

export type RadioName = "wifi" | "cellular";

/**
 * Huang et al., "A Close Examination of Performance and Power Characteristics of 4G LTE Networks", MobiSys 2012: tables 3
 * (promotion and tail) and 4 (power by throughput), median throughputs of section 4. A phone of 2011; later ones are better.
 * Quoted from memory of the paper: only its abstract could be read again when this was written.
 */
export const RADIOS: Readonly<Record<RadioName, RadioModel>> = {
  cellular: {
    promotionMs: 260.1,
    promotionMilliwatts: 1210.7,
    activeMilliwatts: 1288.04,
    uploadMillijoulesPerMbit: 438.39,
    downloadMillijoulesPerMbit: 51.97,
    uploadMbps: 5.64,
    downloadMbps: 12.74,
    tailMs: 11_576,
    tailMilliwatts: 1060,
  },
  wifi: {
    promotionMs: 79.1,
    promotionMilliwatts: 124.4,
    activeMilliwatts: 132.86,
    uploadMillijoulesPerMbit: 283.17,
    downloadMillijoulesPerMbit: 137.01,
    uploadMbps: 0.94,
    downloadMbps: 4.12,
    tailMs: 238.1,
    tailMilliwatts: 119.3,
  },
};

/** Where the figures of the radios are from, for a person. */
export const RADIO_SOURCE =
  "radio: Huang et al., MobiSys 2012, tables 3 and 4 (a phone of 2011), quoted from memory of the paper";

/** What energy costs on a kind of device. */
export interface DeviceClass {
  readonly title: string;
  /** Where each figure is from. */
  readonly sources: readonly string[];
  /** Of the battery, or of the supply; makes milliampere-hours of joules. */
  readonly volts: number;
  readonly batteryMah?: number;
  /** What questions run on. */
  readonly core: CoreModel;
  /** What work runs on that is little and steady, such as listening; the same as `core` where all are alike. */
  readonly smallCore: CoreModel;
  /** Threads that a local language model keeps busy. */
  readonly modelCores: number;
  /** What the device draws awake with nothing to do, which is what a microphone on its processor keeps it. */
  readonly awakeMilliwatts: number;
}

export type DeviceClassName = "phone" | "raspberry-pi" | "laptop" | "this";

/** `power_profile.xml` of a phone gives currents: milliwatts at the nominal voltage of its cell. */
const PHONE_VOLTS = 3.85;

/**
 * Device classes by their sources. Time factors are ratios of single-core scores as public benchmarks give them (Geekbench 6:
 * about 2900 for the reference, 800 for a Cortex-A76 at 2.25 GHz, 180 for a Cortex-A55 at 1.1 GHz, 320 for the A72 of a
 * Raspberry Pi 4, 2000 for a 28 W laptop): rounded assumptions, no phone was measured. They are of V8 with its compiler.
 */
export const DEVICE_CLASSES: Readonly<Record<Exclude<DeviceClassName, "this">, DeviceClass>> = {
  phone: {
    title: "phone (Pixel 6a class)",
    sources: [
      "power_profile.xml of a phone of 4410 mAh with 4 A55, 2 A76 and 2 X1 cores: cpu.active 12.37 mA, A76 at 2.25 GHz 79.04 + 3.23 mA, A55 at 1.1 GHz 18.94 + 0.24 mA, cpu.idle 28.6 mA, 3.85 V",
      "time factors: Geekbench 6 single core, rounded, an assumption",
    ],
    volts: PHONE_VOLTS,
    batteryMah: 4410,
    core: { milliwatts: (12.37 + 3.23 + 79.04) * PHONE_VOLTS, timeFactor: 3.6 },
    smallCore: { milliwatts: (12.37 + 0.24 + 18.94) * PHONE_VOLTS, timeFactor: 16 },
    modelCores: 4,
    awakeMilliwatts: 28.6 * PHONE_VOLTS,
  },
  "raspberry-pi": {
    title: "Raspberry Pi 4",
    sources: [
      "J. Geerling, Raspberry Pi Dramble, power consumption benchmarks: 2.7 W idle, 6.4 W with four cores at work",
      "time factor: Geekbench 6 single core, rounded, an assumption",
    ],
    volts: 5,
    core: { milliwatts: (6400 - 2700) / 4, timeFactor: 9 },
    smallCore: { milliwatts: (6400 - 2700) / 4, timeFactor: 9 },
    modelCores: 4,
    awakeMilliwatts: 2700,
  },
  laptop: {
    title: "laptop (28 W, 4 cores)",
    sources: [
      "thermal design power over cores, as Green Algorithms does (Lannelongue et al., Advanced Science 2021): 28 W / 4",
      "time factor: Geekbench 6 single core, rounded, an assumption; 4 W idle with the screen off, an assumption",
    ],
    volts: 11.4,
    batteryMah: 4800,
    core: { milliwatts: 7000, timeFactor: 1.4 },
    smallCore: { milliwatts: 7000, timeFactor: 1.4 },
    modelCores: 4,
    awakeMilliwatts: 4000,
  },
};

/**
 * Millijoules of so many microseconds of processor time, spent on a core of the class. `hereFactor` is the time factor of the
 * machine they were measured on: 1 for the reference, the core's own when it was measured on such a device.
 */
export function cpuMillijoules(us: number, core: CoreModel, hereFactor: number): number {
  return (us / 1e6) * (core.timeFactor / hereFactor) * core.milliwatts;
}

/** One use of the radio. */
export interface RadioUse {
  /** From the first byte out to the last byte in. */
  readonly durationMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Until the radio is used again: a tail that is cut short costs less, and then there is no promotion either. */
  readonly untilNextMs?: number;
  /** The radio was still awake from the use before. */
  readonly warm?: boolean;
}

/**
 * Millijoules of one use: promotion, the bytes, waiting at the power of the tail while none move, and the tail. Requests
 * that go together share promotion and tail, which is most of it.
 */
export function radioMillijoules(
  use: RadioUse,
  radio: RadioModel,
): { readonly transfer: number; readonly tail: number } {
  const { durationMs, sentBytes, receivedBytes, untilNextMs = Number.POSITIVE_INFINITY, warm = false } = use;
  const [upMbit, downMbit] = [(sentBytes * 8) / 1e6, (receivedBytes * 8) / 1e6];
  const movingMs = Math.min(durationMs, 1000 * (upMbit / radio.uploadMbps + downMbit / radio.downloadMbps));
  const promotion = warm ? 0 : (radio.promotionMs * radio.promotionMilliwatts) / 1000;
  const transfer =
    promotion +
    (movingMs * radio.activeMilliwatts) / 1000 +
    upMbit * radio.uploadMillijoulesPerMbit +
    downMbit * radio.downloadMillijoulesPerMbit +
    ((durationMs - movingMs) * radio.tailMilliwatts) / 1000;
  return { transfer, tail: (Math.min(radio.tailMs, untilNextMs) * radio.tailMilliwatts) / 1000 };
}

/** Milliampere-hours of millijoules at a voltage. */
export function milliampereHours(millijoules: number, volts: number): number {
  return millijoules / volts / 3600;
}
