import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { SpikingNetwork } from "./spiking-network.js";
import { randomSynapses } from "./spiking-synapses.js";
import { SurrogateNetwork, type SurrogateNetworkOptions } from "./surrogate-network.js";

function options(change: Partial<SurrogateNetworkOptions> = {}, layer: object = {}): SurrogateNetworkOptions {
  const layers = [
    { inputs: 5, outputs: 7, delays: [0, 1, 3] },
    { inputs: 7, outputs: 6, delays: [0, 2] },
  ];
  return {
    inputs: 5,
    layers: layers.map(({ inputs, outputs, delays }, index) => ({
      synapses: randomSynapses({ inputs, outputs, delays, connectivity: 0.5, seed: 10 + index }),
      stepMs: 10,
      tauMemMs: Float32Array.from({ length: outputs }, (_, unit) => 15 + 20 * unit),
      tauSynMs: index === 0 ? Float32Array.from({ length: outputs }, (_, unit) => 5 + 3 * unit) : 0,
      gain: 0.9,
      shift: 0.6,
      normalised: true,
      ...layer,
    })),
    readout: randomSynapses({ inputs: 6, outputs: 2, delays: [0, 1], connectivity: 0.8, seed: 3 }),
    readoutTauMs: 50,
    readoutGain: 2,
    stepMs: 10,
    steps: 16,
    lanes: 8,
    smooth: true,
    resetGradient: true,
    ...change,
  };
}

function fillInputs(network: SurrogateNetwork, channels: number, seed: number): void {
  const random = seededRandom(seed);
  for (let channel = 0; channel < channels; channel++) {
    const row = network.input(channel);
    for (let c = 0; c < row.length; c++) row[c] = random.next() < 0.4 ? 2 * random.next() : 0;
  }
}

/** Some loss that every step, lane and output has a part in; leaves its gradient when asked. */
function loss(network: SurrogateNetwork, withGradient: boolean): number {
  network.forward(0.1);
  let sum = 0;
  for (let output = 0; output < network.outputs; output++) {
    const row = network.logits(output);
    const gradient = network.logitGradients(output);
    for (let c = 0; c < row.length; c++) {
      const weight = Math.sin(c * (output + 1));
      sum += weight * row[c]! + 0.5 * row[c]! ** 2;
      if (withGradient) gradient[c] = weight + row[c]!;
    }
  }
  return sum + network.penalise({ target: 0.2, lowest: 0.1, highest: 0.3, ofMean: 30, ofNeuron: 50 });
}

describe.each(["fastest", "reference"] as const)("SurrogateNetwork (%s kernels)", (kernels) => {
  test.each([
    ["reset to zero", {}],
    ["reset by subtracting", { reset: "subtract" }],
    ["without normalisation", { normalised: false }],
  ])("its gradients are the numerical ones of the smooth relaxation: %s", (_, layer) => {
    const network = new SurrogateNetwork(options({ kernels }, layer));
    fillInputs(network, 5, 8);
    loss(network, true);
    network.backward();
    const gradients = network.gradients.slice();
    let checked = 0;
    for (let index = 0; index < gradients.length; index++) {
      const value = network.parameters[index]!;
      if (!Number.isFinite(value)) continue; // the logit of a decay of zero
      const step = 2e-2 * Math.max(0.1, Math.abs(value));
      const slopeOf = (h: number): number => {
        network.parameters[index] = value + h;
        const [above, exactAbove] = [loss(network, false), network.parameters[index]!];
        network.parameters[index] = value - h;
        const [below, exactBelow] = [loss(network, false), network.parameters[index]!];
        return (above - below) / (exactAbove - exactBelow);
      };
      // Richardson: two central differences make one of fourth order, which lets the step be large against float's noise.
      const numeric = (4 * slopeOf(step / 2) - slopeOf(step)) / 3;
      network.parameters[index] = value;
      const scale = Math.max(Math.abs(numeric), Math.abs(gradients[index]!), 1);
      expect(Math.abs(numeric - gradients[index]!) / scale, `parameter ${index}`).toBeLessThan(0.03); // float's noise in the loss
      checked++;
    }
    expect(checked).toBeGreaterThan(150);
  });

  test.each(["zero", "subtract"] as const)("the trained network, folded, fires as in training (reset %s)", (reset) => {
    const network = new SurrogateNetwork(options({ kernels, smooth: false }, { reset, gain: 6 }));
    fillInputs(network, 5, 9);
    for (let round = 0; round < 60; round++) network.forward(0.2);
    network.forward(0);
    const alone = new SpikingNetwork(network.description());
    let fired = 0;
    for (let lane = 0; lane < network.lanes; lane++) {
      alone.reset();
      for (let step = 0; step < network.steps; step++) {
        const at = step * network.lanes + lane;
        alone.step(Array.from({ length: 5 }, (_, channel) => network.input(channel)[at]!));
        for (let output = 0; output < 2; output++)
          expect(alone.state(2).membrane[output]).toBeCloseTo(network.logits(output)[at]!, 4);
        fired += alone.state(0).spikes.reduce((sum, spike) => sum + spike, 0);
      }
    }
    expect(fired).toBeGreaterThan(100);
    expect(network.layers[0]!.rates.reduce((sum, rate) => sum + rate, 0) * 16 * 8).toBeCloseTo(fired, 1);
  });
});

test("both kernels compute the same batch", () => {
  const [fast, twin] = (["fastest", "reference"] as const).map((kernels) => {
    const network = new SurrogateNetwork(options({ kernels }));
    fillInputs(network, 5, 4);
    loss(network, true);
    network.backward();
    return network;
  });
  expect(fast!.kind).toBe("simd");
  expect(twin!.kind).toBe("reference");
  for (const [index, gradient] of fast!.gradients.entries()) expect(gradient).toBeCloseTo(twin!.gradients[index]!, 2);
});

test("shapes that do not fit are refused by name", () => {
  expect(() => new SurrogateNetwork(options({ lanes: 6 }))).toThrow("batches of 6 sequences of 16 steps");
  expect(() => new SurrogateNetwork(options({ layers: [] }))).toThrow("at least one layer");
  expect(() => new SurrogateNetwork(options({ inputs: 4 }))).toThrow("expected synapses from 4 neurons, got 5");
});
