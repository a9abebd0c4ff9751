import { Reservoir } from "../src/nets/reservoir.js";
import type { ReservoirOptions } from "../src/nets/reservoir-options.js";
import { fitRidge } from "../src/nets/ridge.js";
import type { RidgeOptions, RidgeSolution } from "../src/nets/ridge-solution.js";
import type { Utterance } from "./tasks-series.js";

/** A network without its shape, and how its readout is fitted. */
export interface Settings extends Omit<ReservoirOptions, "inputs" | "outputs"> {
  readonly ridge: RidgeOptions;
}

/** Steps of a series: a washout, then `train` steps to fit on, `skip` that are not looked at, then `test` steps to score. */
export interface Stretch {
  readonly washout: number;
  readonly train: number;
  readonly skip?: number;
  readonly test: number;
}

/** NRMSE of y[t + 1] told from u up to t: sqrt(mean square error / variance of the scored targets). */
export function narmaError(series: { u: Float64Array; y: Float64Array }, settings: Settings, stretch: Stretch): number {
  const run = states(settings, 1, stretch, (t) => [series.u[t]!]);
  const target = (t: number): number[] => [series.y[t + 1]!];
  const readout = trained(run, stretch, target, settings.ridge);
  return normalised(run, stretch, target, readout)[0]!;
}

/** How far ahead each direct readout of a series sees, and how well: NRMSE by `horizons`. */
export function horizonErrors(
  series: Float64Array,
  settings: Settings,
  stretch: Stretch,
  horizons: readonly number[],
): number[] {
  const run = states(settings, 1, stretch, (t) => [series[t]!]);
  const target = (t: number): number[] => horizons.map((ahead) => series[t + ahead]!);
  return normalised(run, stretch, target, trained(run, stretch, target, settings.ridge));
}

/** NRMSE84: the one-step readout, fed its own answers for 84 steps from each of the starts; error after them by the series' deviation. */
export function closedLoopError(
  series: Float64Array,
  settings: Settings,
  stretch: Stretch,
  starts: readonly number[],
): number {
  const network = new Reservoir({ ...settings, inputs: 1, outputs: 1 });
  const run = states(settings, 1, { ...stretch, test: 0 }, (t) => [series[t]!], network);
  network.setReadout(trained(run, stretch, (t) => [series[t + 1]!], settings.ridge));
  const mean = series.reduce((sum, x) => sum + x, 0) / series.length;
  const variance = series.reduce((sum, x) => sum + (x - mean) ** 2, 0) / series.length;
  const kept = new Float32Array(network.options.units);
  let squares = 0;
  let now = stretch.washout + stretch.train;
  for (const start of starts) {
    for (; now < start; now++) network.step([series[now]!]);
    network.copyStateTo(kept);
    let x = series[now]!;
    for (let ahead = 0; ahead < 84; ahead++) {
      network.step([x]);
      x = network.output()[0]!;
    }
    squares += (x - series[now + 84]!) ** 2;
    network.setState(kept);
  }
  return Math.sqrt(squares / starts.length / variance);
}

/** Valid prediction times in Lyapunov times (1 / 0.9056) of free runs from `starts`; features are half the states and the squares of the rest. */
export function lorenzValidTimes(
  series: Float64Array,
  settings: Settings,
  stretch: Stretch,
  starts: readonly number[],
  maxSteps = 1500,
): number[] {
  const axes = zScored(series);
  const at = (t: number): number[] => [axes[3 * t]!, axes[3 * t + 1]!, axes[3 * t + 2]!];
  const network = new Reservoir({ ...settings, inputs: 3, outputs: 3 });
  const run = states(settings, 3, { ...stretch, test: 0 }, at, network);
  const { units } = network.options;
  squareHalf(run.rows, units);
  const readout = trained(run, stretch, (t) => at(t + 1), settings.ridge);
  const features = new Float32Array(units);
  const kept = new Float32Array(units);
  let scale = 0;
  for (let index = 0; index < axes.length; index++) scale += axes[index]! ** 2;
  scale = Math.sqrt(scale / (axes.length / 3));
  const times: number[] = [];
  let now = stretch.washout + stretch.train;
  for (const start of starts) {
    for (; now < start; now++) network.step(at(now));
    network.copyStateTo(kept);
    let point = at(now);
    let ahead = 0;
    for (; ahead < maxSteps; ) {
      network.step(point);
      network.copyStateTo(features);
      squareHalf(features, units);
      point = [0, 1, 2].map((axis) => predicted(readout, axis, features, 0));
      ahead++;
      const truth = at(now + ahead);
      const error = Math.sqrt(truth.reduce((sum, x, axis) => sum + (x - point[axis]!) ** 2, 0));
      if (!(error / scale <= 0.4)) break;
    }
    times.push(ahead * 0.02 * 0.9056);
    network.setState(kept);
  }
  return times;
}

/** Memory capacity: sum over delays 1..`delays` of the squared correlation on the scored stretch, less what chance gives (1 / test). */
export function memoryCapacity(noise: Float64Array, settings: Settings, stretch: Stretch, delays: number): number {
  const run = states(settings, 1, stretch, (t) => [noise[t]!]);
  const target = (t: number): number[] => Array.from({ length: delays }, (_, back) => noise[t - back - 1]!);
  const readout = trained(run, stretch, target, settings.ridge);
  let capacity = 0;
  for (let output = 0; output < delays; output++) {
    let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
    for (let row = 0; row < stretch.test; row++) {
      const x = predicted(readout, output, run.rows, (stretch.train + row) * readout.inputs);
      const y = noise[stretch.washout + stretch.train + (stretch.skip ?? 0) + row - output - 1]!;
      sumX += x;
      sumY += y;
      sumXX += x * x;
      sumYY += y * y;
      sumXY += x * y;
    }
    const n = stretch.test;
    const covariance = sumXY - (sumX * sumY) / n;
    const power = (sumXX - (sumX * sumX) / n) * (sumYY - (sumY * sumY) / n);
    if (power > 0) capacity += Math.max(0, (covariance * covariance) / power - 1 / n);
  }
  return capacity;
}

/** Utterances whose speaker is not told from the mean state, each from a state of zeros. */
export function vowelErrors(train: readonly Utterance[], test: readonly Utterance[], settings: Settings): number {
  const network = new Reservoir({ ...settings, inputs: 12 });
  const { units } = network.options;
  const means = (utterances: readonly Utterance[]): Float32Array => {
    const rows = new Float32Array(utterances.length * units);
    for (const [row, { frames }] of utterances.entries()) {
      network.reset();
      for (const frame of frames) {
        network.step(frame);
        for (let unit = 0; unit < units; unit++) rows[row * units + unit]! += network.state[unit]! / frames.length;
      }
    }
    return rows;
  };
  const targets = new Float32Array(train.length * 9);
  for (const [row, { speaker }] of train.entries()) targets[row * 9 + speaker] = 1;
  const readout = fitRidge({ inputs: units, outputs: 9, states: means(train), targets }, settings.ridge);
  const rows = means(test);
  let errors = 0;
  for (const [row, { speaker }] of test.entries()) {
    let best = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let output = 0; output < 9; output++) {
      const score = predicted(readout, output, rows, row * units);
      if (score > highest) [highest, best] = [score, output];
    }
    if (best !== speaker) errors++;
  }
  return errors;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

interface Run {
  readonly units: number;
  /** (train + test, units), washout left out. */
  readonly rows: Float32Array;
}

function states(
  settings: Settings,
  inputs: number,
  { washout, train, skip = 0, test }: Stretch,
  input: (t: number) => number[],
  network: Reservoir = new Reservoir({ ...settings, inputs }),
): Run {
  const { units } = network.options;
  const rows = new Float32Array((train + test) * units);
  const trainEnd = washout + train;
  for (let t = 0; t < trainEnd + (test > 0 ? skip + test : 0); t++) {
    network.step(input(t));
    if (t >= washout && t < trainEnd) rows.set(network.state, (t - washout) * units);
    else if (t >= trainEnd + skip) rows.set(network.state, (t - skip - washout) * units);
  }
  return { units, rows };
}

function trained(
  run: Run,
  { washout, train }: Stretch,
  target: (t: number) => number[],
  ridge: RidgeOptions,
): RidgeSolution {
  const outputs = target(washout).length;
  const targets = new Float64Array(train * outputs);
  for (let row = 0; row < train; row++) targets.set(target(washout + row), row * outputs);
  return fitRidge({ inputs: run.units, outputs, states: run.rows.subarray(0, train * run.units), targets }, ridge);
}

function normalised(
  run: Run,
  { washout, train, skip = 0, test }: Stretch,
  target: (t: number) => number[],
  readout: RidgeSolution,
): number[] {
  return Array.from({ length: readout.outputs }, (_, output) => {
    let [squares, sum, power] = [0, 0, 0];
    for (let row = train; row < train + test; row++) {
      const y = target(washout + skip + row)[output]!;
      squares += (predicted(readout, output, run.rows, row * run.units) - y) ** 2;
      sum += y;
      power += y * y;
    }
    return Math.sqrt(squares / (power - (sum * sum) / test));
  });
}

function predicted(readout: RidgeSolution, output: number, rows: Float32Array, start: number): number {
  const { inputs, weights, bias } = readout;
  let sum = bias[output]!;
  for (let at = 0; at < inputs; at++) sum += weights[output * inputs + at]! * rows[start + at]!;
  return sum;
}

function squareHalf(rows: Float32Array, units: number): void {
  for (let start = 0; start < rows.length; start += units) {
    for (let at = start + units / 2; at < start + units; at++) rows[at] = rows[at]! * rows[at]!;
  }
}

function zScored(series: Float64Array): Float64Array {
  const result = Float64Array.from(series);
  const length = series.length / 3;
  for (let axis = 0; axis < 3; axis++) {
    let [sum, squares] = [0, 0];
    for (let t = 0; t < length; t++) sum += series[3 * t + axis]!;
    const mean = sum / length;
    for (let t = 0; t < length; t++) squares += (series[3 * t + axis]! - mean) ** 2;
    const deviation = Math.sqrt(squares / length);
    for (let t = 0; t < length; t++) result[3 * t + axis] = (series[3 * t + axis]! - mean) / deviation;
  }
  return result;
}
