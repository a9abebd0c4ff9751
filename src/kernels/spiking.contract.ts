import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { padded, type SpikingKernel, type SpikingLayerTables, type SpikingTables } from "./spiking.js";

/** What every spiking kernel keeps: one way to make it, checked against sums written out here. */
export function spikingContract(name: string, create: (tables: SpikingTables, steps: number) => SpikingKernel): void {
  describe(name, () => {
    test("a neuron adds its weights, leaks, and fires at the threshold", () => {
      const kernel = create({ inputs: 1, inputKind: "spikes", layers: [layer({ rows: [2048] })] }, 1);
      const membranes: number[] = [];
      const spikes: number[] = [];
      for (const input of [1, 0, 1, 1, 0]) {
        kernel.input[0] = input;
        kernel.run(1);
        membranes.push(kernel.membrane[0]!);
        spikes.push(kernel.output[0]!);
      }
      // half of it stays: 2048, 1024, 512 + 2048, 1280 + 2048, 1664; then one more would still be below 4096
      expect(membranes).toEqual([2048, 1024, 2560, 3328, 1664]);
      expect(spikes).toEqual([0, 0, 0, 0, 0]);
    });

    test.each(["zero", "subtract"] as const)(
      "a spike resets the membrane (%s) and begins the refractory period",
      (reset) => {
        const tables = layer({ rows: [6000], reset, refractorySteps: 2 });
        const kernel = create({ inputs: 1, inputKind: "spikes", layers: [tables] }, 5);
        for (let step = 0; step < 5; step++) kernel.input[step * kernel.inputStride] = 1;
        kernel.run(5);
        const column = (values: ArrayLike<number>, stride: number): number[] =>
          [0, 1, 2, 3, 4].map((step) => values[step * stride]!);
        expect(column(kernel.output, kernel.outputStride / 8)).toEqual([1, 0, 0, 1, 0]);
        const rest = reset === "zero" ? 0 : 6000 - 4096;
        const again = reset === "zero" ? 0 : rest / 2 + 6000 - 4096;
        expect(column(kernel.membrane, kernel.outputStride)).toEqual([rest, rest, rest, again, again]);
        expect(kernel.spikeCount(0)).toBe(2);
        expect(kernel.operationCount(0)).toBe(5);
      },
    );

    test("a delayed weight arrives after its delay", () => {
      const tables = layer({ rows: [100, 200], rowDelays: [0, 3], rowStarts: [0, 2], maxDelay: 3, membraneDecay: 0 });
      const kernel = create({ inputs: 1, inputKind: "spikes", layers: [tables] }, 6);
      kernel.input[0] = 1;
      kernel.run(6);
      expect([0, 1, 2, 3, 4].map((step) => kernel.membrane[step * kernel.outputStride])).toEqual([100, 0, 0, 200, 0]);
    });

    test("sums saturate and do not wrap", () => {
      const tables = layer({ inputs: 3, rows: [32767, 32767, -32768], threshold: 32767, membraneDecay: 32767 });
      const kernel = create({ inputs: 3, inputKind: "spikes", layers: [tables] }, 1);
      kernel.input.set([1, 1, 1]);
      kernel.run(1);
      expect(kernel.membrane[0]).toBe(-1);
      kernel.input.set([1, 1, 0]);
      kernel.run(1);
      kernel.run(1);
      expect(kernel.output[0]).toBe(1);
    });

    test("a current is a factor of its row", () => {
      const tables = layer({ inputs: 2, rows: [4096, 1000] });
      const kernel = create({ inputs: 2, inputKind: "currents", layers: [tables] }, 1);
      kernel.input.set([16384, -32768]);
      kernel.run(1);
      expect(kernel.membrane[0]).toBe(1048);
      expect(kernel.operationCount(0)).toBe(2);
      kernel.input.set([0, 0]);
      kernel.run(1);
      expect(kernel.operationCount(0)).toBe(2);
    });

    test("silence costs no synaptic operation", () => {
      const kernel = create(
        { inputs: 4, inputKind: "spikes", layers: [layer({ inputs: 4, rows: [1, 2, 3, 4] })] },
        1000,
      );
      kernel.run(1000);
      expect(kernel.operationCount(0)).toBe(0);
      expect(kernel.spikeCount(0)).toBe(0);
    });

    test("many steps in one call are the same steps one by one, and reset begins anew", () => {
      const tables = randomTables(5, [17, 40, 3], 4, "spikes");
      const steps = 300;
      const [together, single] = [create(tables, steps), create(tables, 1)];
      fill(together, tables, steps, 9);
      const run = (): number[] => {
        const bits: number[] = [];
        for (let step = 0; step < steps; step++) {
          const offset = step * together.inputStride;
          single.input.set(together.input.subarray(offset, offset + together.inputStride));
          single.run(1);
          bits.push(...single.output, ...single.membrane);
        }
        return bits;
      };
      const first = run();
      single.reset();
      expect(run()).toEqual(first);
      together.run(steps);
      const stride = together.outputStride;
      const all = Array.from({ length: steps }, (_, step) => [
        ...together.output.subarray((step * stride) / 8, ((step + 1) * stride) / 8),
        ...together.membrane.subarray(step * stride, (step + 1) * stride),
      ]).flat();
      expect(all).toEqual(first);
    });
  });
}

/** A random network of any kind: odd lengths, extreme weights, rows of zeros. */
export function randomTables(
  seed: number,
  sizes: readonly number[],
  maxDelay: number,
  inputKind: SpikingTables["inputKind"],
): SpikingTables {
  const random = seededRandom(seed);
  const whole = (low: number, high: number): number => low + Math.floor(random.next() * (high - low + 1));
  const layers = sizes.slice(1).map((units, index): SpikingLayerTables => {
    const inputs = sizes[index]!;
    const rowStarts = [0];
    const rowDelays: number[] = [];
    for (let input = 0; input < inputs; input++) {
      for (let delay = 0; delay <= maxDelay; delay++) if (maxDelay === 0 || random.next() < 0.5) rowDelays.push(delay);
      rowStarts.push(rowDelays.length);
    }
    const size = random.next() < 0.2 ? 32767 : 3000;
    const values = (low: number, high: number): Int16Array =>
      Int16Array.from({ length: units }, () => whole(low, high));
    return {
      ...{ units, maxDelay, rowStarts: Uint32Array.from(rowStarts), rowDelays: Uint8Array.from(rowDelays) },
      rows: Int16Array.from({ length: rowDelays.length * units }, () => (random.next() < 0.3 ? whole(-size, size) : 0)),
      fanOut: Uint32Array.from({ length: inputs }, () => whole(0, units)),
      synapseDecay: random.next() < 0.5 ? new Int16Array(units) : values(0, 32767),
      membraneDecay: values(0, 32767),
      threshold: values(1, 6000),
      bias: values(-50, 300),
      reset: random.next() < 0.5 ? "zero" : "subtract",
      refractorySteps: random.next() < 0.5 ? 0 : whole(1, 5),
    };
  });
  return { inputs: sizes[0]!, inputKind, layers };
}

/** Fills the input of so many steps: a fifth of the channels spike, or carry any current. */
export function fill(kernel: SpikingKernel, tables: SpikingTables, steps: number, seed: number): void {
  const random = seededRandom(seed);
  for (let step = 0; step < steps; step++)
    for (let channel = 0; channel < tables.inputs; channel++) {
      const value = tables.inputKind === "spikes" ? 1 : Math.floor(random.next() * 65536) - 32768;
      kernel.input[step * padded(tables.inputs, 16) + channel] = random.next() < 0.2 ? value : 0;
    }
}

interface OneNeuron {
  readonly inputs?: number;
  readonly rows: readonly number[];
  readonly rowDelays?: readonly number[];
  readonly rowStarts?: readonly number[];
  readonly maxDelay?: number;
  readonly reset?: "zero" | "subtract";
  readonly refractorySteps?: number;
  readonly threshold?: number;
  readonly membraneDecay?: number;
}

function layer(options: OneNeuron): SpikingLayerTables {
  const { inputs = 1, rows, reset = "zero", refractorySteps = 0, maxDelay = 0 } = options;
  const { threshold = 4096, membraneDecay = 16384 } = options;
  return {
    ...{ units: 1, maxDelay, reset, refractorySteps, rows: Int16Array.from(rows) },
    rowDelays: Uint8Array.from(options.rowDelays ?? rows.map(() => 0)),
    rowStarts: Uint32Array.from(options.rowStarts ?? rows.map((_, row) => row).concat(rows.length)),
    fanOut: new Uint32Array(inputs).fill(1),
    synapseDecay: new Int16Array(1),
    membraneDecay: Int16Array.of(membraneDecay),
    threshold: Int16Array.of(threshold),
    bias: new Int16Array(1),
  };
}
