import { literalSpikes, literalSpikingNetwork } from "../src/cli/bench/networks.js";
import { seededRandom } from "../src/core/random.js";
import { createSpikingReference } from "../src/kernels/spiking-reference.js";
import { SpikingNetwork } from "../src/nets/spiking-network.js";
import { QuantizedSpikingNetwork, spikingTables } from "../src/nets/spiking-quantized.js";
import { randomSynapses } from "../src/nets/spiking-synapses.js";
import { SurrogateNetwork } from "../src/nets/surrogate-network.js";
import { compare, measure, type Report } from "./harness.js";

const STEPS = 1024;
const BATCH = 64;

/** The literal network 40-100-2 (a fifth connected, 1 ms steps, a fifth of the inputs spiking): one call, batches, twins; training. */
export function run(report: Report): void {
  const description = literalSpikingNetwork();
  const inputs = literalSpikes(STEPS);
  const float = new SpikingNetwork(description);
  const fixed = new QuantizedSpikingNetwork(description, { steps: STEPS }).kernel;
  const twin = createSpikingReference(spikingTables(description, "spikes"), STEPS);
  const refractory = new QuantizedSpikingNetwork(literalSpikingNetwork(2), { steps: STEPS }).kernel;
  const silent = new QuantizedSpikingNetwork(description, { steps: STEPS }).kernel;
  for (const [step, input] of inputs.entries())
    for (const kernel of [fixed, twin, refractory]) kernel.input.set(input, step * kernel.inputStride);

  // Inputs that never repeat: in a loop one doubtful spike would count once for each turn.
  const random = seededRandom(8);
  const steps = 20 * STEPS;
  let agreement = 0;
  let [floatCount, fixedCount] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const input = Uint8Array.from({ length: 40 }, () => Number(random.next() < 0.2));
    const output = float.step(input);
    fixed.input.set(input);
    fixed.run(1);
    const bits = fixed.output[0]!;
    floatCount += output[0]! + output[1]!;
    fixedCount += (bits & 1) + (bits >> 1);
    agreement += Number(bits === output[0]! + 2 * output[1]!);
  }
  fixed.input.set(inputs[0]!);
  const { spikes: fired, synapticOperations } = float.work;

  const measured = compare({
    one: (iterations) => {
      let sum = 0;
      for (let index = 0; index < iterations; index++) {
        const at = index % STEPS;
        fixed.run(1, at);
        sum += fixed.output[at]!;
      }
      return sum;
    },
    batch: (iterations) => {
      let sum = 0;
      for (let index = 0; index < iterations; index++) {
        const first = (index * BATCH) % STEPS;
        fixed.run(BATCH, first);
        sum += fixed.output[first]!;
      }
      return sum;
    },
    refractory: (iterations) => {
      for (let index = 0; index < iterations; index++) refractory.run(1, index % STEPS);
      return refractory.output[0];
    },
    silent: (iterations) => {
      for (let index = 0; index < iterations; index++) silent.run(BATCH, (index * BATCH) % STEPS);
      return silent.output[0];
    },
    twin: (iterations) => {
      for (let index = 0; index < iterations; index++) twin.run(1, index % STEPS);
      return twin.output[0];
    },
    float: (iterations) => {
      let sum = 0;
      for (let index = 0; index < iterations; index++) sum += float.step(inputs[index % STEPS]!)[0]!;
      return sum;
    },
  });
  const oneUs = measured.one.minNs / 1000;
  report.figure({
    name: "spiking.step_us",
    value: oneUs,
    meaning: "one step of 40-100-2 in int16, one call",
    target: { atMost: 0.09 },
  });
  const batchUs = measured.batch.minNs / 1000 / BATCH;
  report.figure({
    name: "spiking.batch_step_us",
    value: batchUs,
    meaning: `the same, ${BATCH} steps a call`,
    target: { atMost: 0.07 },
  });
  report.figure({
    name: "spiking.refractory_step_us",
    value: measured.refractory.minNs / 1000,
    meaning: "one step with refractory periods of 2 ms, one call",
  });
  report.figure({
    name: "spiking.silent_step_us",
    value: measured.silent.minNs / 1000 / BATCH,
    meaning: "the same without a spike at the input",
  });
  report.figure({
    name: "spiking.twin_ratio",
    value: measured.twin.minNs / measured.one.minNs,
    meaning: "plain twin's time over the vector kernel's",
    target: { atLeast: 5 },
  });
  report.figure({
    name: "spiking.float_ratio",
    value: measured.float.minNs / measured.one.minNs,
    meaning: "float network's time over the vector kernel's",
    target: { atLeast: 5 },
  });
  report.figure({
    name: "spiking.count_difference",
    value: Math.abs(fixedCount - floatCount) / floatCount,
    meaning: `share by which output spikes differ from float, of ${floatCount}`,
    target: { atMost: 0.01 },
  });
  report.figure({
    name: "spiking.step_agreement",
    value: agreement / steps,
    meaning: "share of steps with the very same output",
  });
  report.figure({
    name: "spiking.operations_per_step",
    value: synapticOperations / steps,
    meaning: "synaptic operations a step",
  });
  report.figure({
    name: "spiking.hidden_rate",
    value: fired / (102 * steps),
    meaning: "spikes a neuron and step",
  });
  training(report);
}

function training(report: Report): void {
  const shapes = [
    { inputs: 40, outputs: 96, delays: [0, 1, 2, 3] },
    { inputs: 96, outputs: 96, delays: [0, 3, 6, 9, 12] },
    { inputs: 96, outputs: 64, delays: [0, 6, 12] },
  ];
  const layers = shapes.map((shape, index) => ({
    synapses: randomSynapses({ ...shape, connectivity: 0.3, seed: index + 1 }),
    ...{ stepMs: 10, tauMemMs: 50, tauSynMs: 20, normalised: true, gain: 3, shift: 0.3 },
  }));
  const [steps, lanes] = [160, 32];
  const readout = randomSynapses({ inputs: 64, outputs: 1, connectivity: 1, seed: 9 });
  const network = new SurrogateNetwork({ inputs: 40, layers, readout, readoutTauMs: 100, stepMs: 10, steps, lanes });
  const random = seededRandom(4);
  for (let channel = 0; channel < 40; channel++) {
    const row = network.input(channel);
    for (let index = 0; index < row.length; index++) row[index] = random.next();
  }
  const batch = (iterations: number): number => {
    for (let index = 0; index < iterations; index++) {
      network.forward(0.05);
      network.logitGradients(0).fill(0.01);
      network.backward();
    }
    return network.gradients[0]!;
  };
  const counts = layers.map(({ synapses }) => synapses.weights.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Forward, gradients of weights, and back to the layer before (which the first has not), as if every spike were a number:
  // two thirds of these are in fact done by events, where there are spikes.
  const macs = (3 * total - counts[0]!) * steps * lanes;
  const { minNs } = measure(batch, { batchMs: 100, totalMs: 1500 });
  report.figure({
    name: "spiking.training_GMAC_per_s",
    value: macs / minNs,
    meaning: `training 96-96-64 at 30 %, batches of ${lanes} x ${steps} frames: synapses times steps, silent ones too`,
    target: { atLeast: 5 },
  });
  report.figure({
    name: "spiking.training_ms_per_second_of_audio",
    value: minNs / 1e6 / lanes / (steps / 100),
    meaning: "forward and back through one second",
  });
}
