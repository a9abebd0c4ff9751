import { referenceReservoirKernels } from "../src/kernels/reservoir-reference.js";
import { EmaBank } from "../src/nets/ema-bank.js";
import { Reservoir } from "../src/nets/reservoir.js";
import type { ReservoirOptions } from "../src/nets/reservoir-options.js";
import { type Batch, compare, type Report } from "./harness.js";

const INPUTS = 384;
/** A question has some 18 non-zero features. */
const INDICES = Uint16Array.from({ length: 18 }, (_, place) => (place * 211) % INPUTS);
const VALUES = Float32Array.from({ length: 18 }, (_, place) => (place % 2 === 0 ? 0.24 : -0.23));
const DENSE = Float32Array.from({ length: INPUTS }, (_, index) => ((index * 7) % 13) / 130 - 0.05);
const FLUSH_BYTES = 64 * 2 ** 20;

/** The echo state network: steps beside their TypeScript twins, construction, cold caches, memory. */
export function run(report: Report): void {
  const structured = network({});
  const blocks = network({ topology: "block-orthogonal" });
  const eight = network({ topology: "block-orthogonal", precision: "int8" });
  const small = network({ topology: "block-orthogonal", connectivity: 0.008 });
  const sparse = network({ topology: "sparse" });
  const cycle = network({ topology: "cycle" });
  const structuredTwin = network({ kernels: referenceReservoirKernels });
  const blocksTwin = network({ topology: "block-orthogonal", kernels: referenceReservoirKernels });
  const bank = new EmaBank({ inputs: INPUTS });
  const kept = [structured.state.slice(), structured.state.slice()] as const;
  const ns = compare(
    {
      structured: steps(structured),
      blocks: steps(blocks),
      eight: steps(eight),
      small: steps(small),
      sparse: steps(sparse),
      cycle: steps(cycle),
      structuredTwin: steps(structuredTwin),
      blocksTwin: steps(blocksTwin),
      structuredDense: denseSteps(structured),
      blocksDense: denseSteps(blocks),
      structuredAnswers: answeredSteps(structured),
      blocksAnswers: answeredSteps(blocks),
      bank: (n) => {
        for (let step = 0; step < n; step++) bank.stepSparse(INDICES, VALUES);
        return bank.state[0];
      },
      change: (n) => {
        for (let step = 0; step < n; step++) {
          structured.copyStateTo(kept[step & 1 ? 1 : 0]);
          structured.setState(kept[step & 1 ? 0 : 1]);
        }
        return structured.state[0];
      },
    },
    { batchMs: 0.3, totalMs: 400 },
  );
  const us = (name: keyof typeof ns): number => ns[name].minNs / 1000;
  const figure = (name: string, value: number, meaning: string, atMost?: number): void =>
    report.figure({ name: `reservoir.${name}`, value, meaning, ...(atMost !== undefined && { target: { atMost } }) });

  figure("structured_us", us("structured"), "step of 1024 units, 18 of 384 inputs: signs and Walsh-Hadamard", 2.3);
  figure("blocks_us", us("blocks"), "the same, 1000 units, orthogonal blocks of 100 (10 % dense), f32", 9);
  figure("blocks_int8_us", us("eight"), "the same in 8 bits", 5.5);
  figure("blocks_of_8_us", us("small"), "orthogonal blocks of 8");
  figure("sparse_us", us("sparse"), "random sparse, 10 %, rows by eight");
  figure("cycle_us", us("cycle"), "each unit drives the next");
  figure("structured_dense_us", us("structuredDense"), "structured, all 384 inputs", 28);
  figure("blocks_dense_us", us("blocksDense"), "blocks of 100, all 384 inputs", 28);
  figure("structured_readout_us", us("structuredAnswers"), "structured step and a readout of 100", 10);
  figure("blocks_readout_us", us("blocksAnswers"), "blocks of 100, step and a readout of 100");
  figure("ema_bank_us", us("bank"), "four averages of 384 inputs, plain TypeScript");
  figure("switch_us", us("change"), "one project's state out, another's in", 0.2);
  const twin = (name: string, value: number, meaning: string, atLeast: number): void =>
    report.figure({ name: `reservoir.${name}`, value, meaning, target: { atLeast } });
  twin("structured_by_twin", us("structuredTwin") / us("structured"), "times as fast as plain TypeScript", 4);
  twin("blocks_by_twin", us("blocksTwin") / us("blocks"), "times as fast as plain TypeScript", 3);

  figure("structured_cold_us", coldUs(structured), "one structured step after 64 MB of other memory", 15);
  figure("blocks_cold_us", coldUs(blocks), "one step of blocks of 100 after 64 MB of other memory");
  figure(
    "structured_make_ms",
    fastestMs(() => network({})),
    "making it, code warm",
    30,
  );
  figure(
    "blocks_make_ms",
    fastestMs(() => network({ topology: "block-orthogonal" })),
    "blocks of 100",
    30,
  );
  figure(
    "sparse_make_ms",
    fastestMs(() => network({ topology: "sparse" })),
    "with its radius measured",
  );
  for (const [name, options] of [
    ["structured", {}],
    ["blocks", { topology: "block-orthogonal" }],
  ] as const) {
    figure(`${name}_radius_error`, radiusError(options), "largest |length of W x| / (radius |x|) - 1", 1e-6);
  }
  figure("heap_growth_bytes", heapGrowth(structured), "over 100,000 steps and readouts", 20_000);
}

function network(options: Partial<ReservoirOptions>): Reservoir {
  const reservoir = new Reservoir({ inputs: INPUTS, outputs: 100, ...options });
  const { units } = reservoir.options;
  reservoir.setReadout({ weights: new Float32Array(100 * units).fill(0.01), bias: new Float32Array(100) });
  for (let step = 0; step < 20; step++) reservoir.stepSparse(INDICES, VALUES);
  return reservoir;
}

function steps(reservoir: Reservoir): Batch {
  return (n) => {
    for (let step = 0; step < n; step++) reservoir.stepSparse(INDICES, VALUES);
    return reservoir.state[0];
  };
}

function denseSteps(reservoir: Reservoir): Batch {
  return (n) => {
    for (let step = 0; step < n; step++) reservoir.step(DENSE);
    return reservoir.state[0];
  };
}

function answeredSteps(reservoir: Reservoir): Batch {
  return (n) => {
    let sum = 0;
    for (let step = 0; step < n; step++) {
      reservoir.stepSparse(INDICES, VALUES);
      sum += reservoir.output()[step % 100]!;
    }
    return sum;
  };
}

/** Median time of one step, each after reading and writing so much other memory that no cache holds the network. */
function coldUs(reservoir: Reservoir): number {
  const other = new Float64Array(FLUSH_BYTES / 8);
  const samples: number[] = [];
  for (let sample = 0; sample < 60; sample++) {
    for (let at = 0; at < other.length; at += 8) other[at] = other[at]! + 1;
    const start = process.hrtime.bigint();
    reservoir.stepSparse(INDICES, VALUES);
    samples.push(Number(process.hrtime.bigint() - start));
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1]! / 1000;
}

function fastestMs(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Of an orthogonal matrix times the radius every vector comes out the radius times as long. */
function radiusError(options: Partial<ReservoirOptions>): number {
  const reservoir = new Reservoir({ inputs: 1, leakRate: 1, spectralRadius: 0.95, ...options });
  let worst = 0;
  for (let trial = 1; trial <= 20; trial++) {
    const x = reservoir.state.map((_, unit) => 0.001 * Math.sin(unit * trial));
    reservoir.setState(x);
    reservoir.stepSparse([], []);
    let [before, after] = [0, 0];
    for (const [unit, value] of x.entries()) {
      before += value * value;
      after += Math.atanh(reservoir.state[unit]!) ** 2;
    }
    worst = Math.max(worst, Math.abs(Math.sqrt(after / before) / 0.95 - 1));
  }
  return worst;
}

function heapGrowth(reservoir: Reservoir): number {
  const used = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  answeredSteps(reservoir)(10_000);
  const before = used();
  answeredSteps(reservoir)(100_000);
  return Math.max(0, used() - before);
}
