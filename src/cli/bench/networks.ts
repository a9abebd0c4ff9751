import { seededRandom } from "../../core/random.js";
import { referencePerceptron } from "../../kernels/perceptron-reference.js";
import { referenceReservoirKernels } from "../../kernels/reservoir-reference.js";
import { createSpikingReference } from "../../kernels/spiking-reference.js";
import { referenceTextHash } from "../../kernels/text-hash-reference.js";
import type { Classifier } from "../../nets/classifier.js";
import { lifParameters } from "../../nets/lif.js";
import { Mlp } from "../../nets/mlp.js";
import { initialMlp } from "../../nets/mlp-initial.js";
import { quantizeMlp } from "../../nets/quantization.js";
import { Reservoir } from "../../nets/reservoir.js";
import type { ReservoirOptions } from "../../nets/reservoir-options.js";
import type { SpikingNetworkDescription } from "../../nets/spiking-network.js";
import { QuantizedSpikingNetwork, spikingTables } from "../../nets/spiking-quantized.js";
import { randomSynapses } from "../../nets/spiking-synapses.js";
import { createTextEncoder, dialogueBlocks } from "../../nets/text-encoder.js";
import { type Batch, compare, type Report } from "./measuring.js";

const INPUTS = 384;
/** A question has some 18 features that are not zero. */
const INDICES = Uint16Array.from({ length: 18 }, (_, place) => (place * 211) % INPUTS);
const VALUES = Float32Array.from({ length: 18 }, (_, place) => (place % 2 === 0 ? 0.24 : -0.23));

/** The structured reservoir of 1024 units, one question at a time, beside its plain TypeScript twin. */
export function measureReservoir(report: Report, totalMs: number): void {
  const ours = reservoir({});
  const ns = compare(
    { step: steps(ours), twin: steps(reservoir({ kernels: referenceReservoirKernels })), answered: answers(ours) },
    { batchMs: 0.3, totalMs: totalMs / 3 },
  );
  report.figure({
    name: "reservoir.step_us",
    value: ns.step.minNs / 1000,
    meaning: "step of 1024 units, structured, 18 of 384 inputs",
    target: { atMost: 2.3 },
  });
  report.figure({
    name: "reservoir.answered_us",
    value: ns.answered.minNs / 1000,
    meaning: "the same and a readout of 100",
    target: { atMost: 10 },
  });
  twinFigure(report, "reservoir", ns.twin.minNs / ns.step.minNs, 4);
}

function reservoir(options: Partial<ReservoirOptions>): Reservoir {
  const made = new Reservoir({ inputs: INPUTS, outputs: 100, ...options });
  made.setReadout({ weights: new Float32Array(100 * made.options.units).fill(0.01), bias: new Float32Array(100) });
  for (let step = 0; step < 20; step++) made.stepSparse(INDICES, VALUES);
  return made;
}

function steps(network: Reservoir): Batch {
  return (count) => {
    for (let step = 0; step < count; step++) network.stepSparse(INDICES, VALUES);
    return network.state[0];
  };
}

function answers(network: Reservoir): Batch {
  return (count) => {
    let sum = 0;
    for (let step = 0; step < count; step++) {
      network.stepSparse(INDICES, VALUES);
      sum += network.output()[step % 100]!;
    }
    return sum;
  };
}

/** The perceptron 384-100-50-3 with softmax: f32, 8 bits, and 8 bits on a short question; beside the plain twin. */
export function measurePerceptron(report: Report, totalMs: number): void {
  const mlp = initialMlp([INPUTS, 100, 50, 3], { seed: 1 });
  const small = quantizeMlp(mlp);
  const input = Float32Array.from({ length: INPUTS }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
  const ns = compare(
    {
      dense: predictions(mlp, input),
      int8: predictions(small, input),
      short: (count) => {
        const out = new Float32Array(3);
        for (let step = 0; step < count; step++) small.predictSparse(INDICES, VALUES, INDICES.length, out);
        return out[0];
      },
      twin: predictions(new Mlp(mlp.layers, { forward: referencePerceptron }), input),
    },
    { totalMs: totalMs / 4 },
  );
  const figure = (name: string, value: number, meaning: string, atMost: number): void =>
    report.figure({ name: `perceptron.${name}`, value: value / 1000, meaning, target: { atMost } });
  figure("dense_us", ns.dense.minNs, "384-100-50-3 and softmax, f32", 2.8);
  figure("int8_us", ns.int8.minNs, "the same in 8 bits", 1.7);
  figure("int8_sparse_us", ns.short.minNs, "the same, 18 of 384 inputs", 0.5);
  twinFigure(report, "perceptron", ns.twin.minNs / ns.dense.minNs, 4);
}

function predictions(network: Classifier, input: Float32Array): Batch {
  const out = new Float32Array(network.outputs);
  return (count) => {
    for (let step = 0; step < count; step++) network.predict(input, out);
    return out[0];
  };
}

const SPIKING_STEPS = 1024;
const SPIKING_BATCH = 64;

/** The literal network 40-100-2: a fifth connected, 1 ms steps. */
export function literalSpikingNetwork(refractoryMs = 0): SpikingNetworkDescription {
  const neurons = { stepMs: 1, tauMemMs: 20, refractoryMs };
  const connectivity = 0.2;
  return {
    inputs: 40,
    layers: [
      {
        synapses: randomSynapses({ inputs: 40, outputs: 100, connectivity, mean: 0.02, spread: 0.25, seed: 1 }),
        neurons: lifParameters({ units: 100, ...neurons }),
      },
      {
        synapses: randomSynapses({ inputs: 100, outputs: 2, connectivity, mean: 0.1, spread: 0.3, seed: 2 }),
        neurons: lifParameters({ units: 2, ...neurons }),
      },
    ],
  };
}

/** So many steps of its inputs, a fifth of which spike. */
export function literalSpikes(count: number): Uint8Array[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => Uint8Array.from({ length: 40 }, () => Number(random.next() < 0.2)));
}

/** The spiking network, one step a call and 64, beside the plain twin. */
export function measureSpiking(report: Report, totalMs: number): void {
  const description = literalSpikingNetwork();
  const fixed = new QuantizedSpikingNetwork(description, { steps: SPIKING_STEPS }).kernel;
  const twin = createSpikingReference(spikingTables(description, "spikes"), SPIKING_STEPS);
  for (const [step, input] of literalSpikes(SPIKING_STEPS).entries())
    for (const kernel of [fixed, twin]) kernel.input.set(input, step * kernel.inputStride);
  const run =
    (kernel: typeof fixed, together: number): Batch =>
    (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const first = (index * together) % SPIKING_STEPS;
        kernel.run(together, first);
        sum += kernel.output[first]!;
      }
      return sum;
    };
  const ns = compare(
    { one: run(fixed, 1), batch: run(fixed, SPIKING_BATCH), twin: run(twin, 1) },
    { totalMs: totalMs / 3 },
  );
  report.figure({
    name: "spiking.step_us",
    value: ns.one.minNs / 1000,
    meaning: "one step of 40-100-2 in 16 bits, one call",
    target: { atMost: 0.09 },
  });
  report.figure({
    name: "spiking.batch_step_us",
    value: ns.batch.minNs / 1000 / SPIKING_BATCH,
    meaning: `the same, ${SPIKING_BATCH} steps a call`,
    target: { atMost: 0.07 },
  });
  twinFigure(report, "spiking", ns.twin.minNs / ns.one.minNs, 5);
}

const QUERY = "I would like to find a restaurant in San Jose that serves American food tonight ok";

/** Queries of 82 characters, so that no branch predictor learns one by heart. */
export const QUERIES_OF_82: readonly string[] = Array.from({ length: 64 }, (_, place) => {
  const words = QUERY.split(" ");
  const turned = [...words.slice(place % words.length), ...words.slice(0, place % words.length)].join(" ");
  return `${turned.slice(0, 74).padEnd(74, "o")} ${String(1_000_000 + place * 7919)}`;
});

/** The text encoding of a question, beside the plain twin. */
export function measureEncoding(report: Report, totalMs: number): void {
  const encoder = createTextEncoder({ blocks: dialogueBlocks });
  const twin = referenceTextHash(
    [{ kind: "word", n: [1, 2], offset: 0, bins: INPUTS, signed: true, marks: false, logarithm: false }],
    INPUTS,
  );
  const each =
    (encode: (text: string) => number): Batch =>
    (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) sum += encode(QUERIES_OF_82[index & 63]!);
      return sum;
    };
  const ns = compare(
    { encode: each((text) => encoder.encode(text).count), twin: each((text) => twin.encode(text)) },
    { totalMs: totalMs / 2 },
  );
  report.figure({
    name: "encode.query82_us",
    value: ns.encode.minNs / 1000,
    meaning: "82 characters to 384 features, words and pairs",
    target: { atMost: 0.15 },
  });
  twinFigure(report, "encode", ns.twin.minNs / ns.encode.minNs, 3);
}

function twinFigure(report: Report, name: string, ratio: number, atLeast: number): void {
  report.figure({
    name: `${name}.twin_ratio`,
    value: ratio,
    meaning: "times as fast as the same in plain TypeScript",
    target: { atLeast },
  });
}
