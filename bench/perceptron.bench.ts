import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { seededRandom } from "../src/core/random.js";
import { referencePerceptron } from "../src/kernels/perceptron-reference.js";
import type { Classifier } from "../src/nets/classifier.js";
import { reportCompression } from "../src/nets/compression-report.js";
import { distillMlp } from "../src/nets/distillation.js";
import { Mlp } from "../src/nets/mlp.js";
import { initialMlp } from "../src/nets/mlp-initial.js";
import { pruneMlp } from "../src/nets/pruning.js";
import { quantizeMlp } from "../src/nets/quantization.js";
import { createTextEncoder } from "../src/nets/text-encoder.js";
import { trainMlp } from "../src/nets/training.js";
import { oneHot, type SparseRow, sparseRows, splitRows, type TrainingRows } from "../src/nets/training-rows.js";
import { decodeClassifier, encodeClassifier } from "../src/nets/weights-file-classifier.js";
import { type Batch, compare, measure, type Report } from "./harness.js";

const SIZES = [384, 100, 50, 3];
/** Places that are not zero: a short question, and what the router's features have. */
const SHORT = 20;
const ROUTE = 100;

interface Peer {
  readonly name: string;
  /** False for one whose output is no probability, so only its time is compared. */
  readonly softmax?: boolean;
  readonly prepare?: () => unknown;
  run(input: Float32Array): Float32Array | Promise<Float32Array>;
}

/** Times of the perceptron against its twin, its compressed forms and other packages; agreement; heap; training. */
export async function run(report: Report): Promise<void> {
  const { mlp, trainingMs } = await trained();
  report.figure({
    name: "perceptron.training_s",
    value: trainingMs / 1000,
    meaning: "8,000 rows of ~100 places, 30 epochs",
  });

  const small = quantizeMlp(mlp);
  const pruned = pruneMlp(mlp, { sparsity: 0.8 });
  const twin = new Mlp(mlp.layers, { forward: referencePerceptron });
  const linear = initialMlp([384, 3], { seed: 1 });
  const input = Float32Array.from({ length: 384 }, (_, index) => Math.sin(index));
  const times = compare(
    {
      f32: dense(mlp, input),
      twin: dense(twin, input),
      int8: dense(small, input),
      pruned: dense(pruned, input),
      linear: dense(linear, input),
      f32Short: sparse(mlp, SHORT),
      f32Route: sparse(mlp, ROUTE),
      int8Short: sparse(small, SHORT),
      int8Route: sparse(small, ROUTE),
      prunedShort: sparse(pruned, SHORT),
    },
    { totalMs: 400 },
  );
  const us = (name: keyof typeof times): number => times[name].minNs / 1000;
  const figure = (name: string, value: number, meaning: string, atMost?: number): void =>
    report.figure({
      name: `perceptron.${name}`,
      value,
      meaning,
      ...(atMost === undefined ? {} : { target: { atMost } }),
    });
  figure("f32_dense_us", us("f32"), "384-100-50-3 and softmax, f32", 2.8);
  figure("int8_dense_us", us("int8"), "the same, int8", 1.7);
  figure("int8_sparse_us", us("int8Short"), `int8, ${SHORT} of 384 places not zero`, 0.5);
  figure("int8_route_us", us("int8Route"), `int8, ${ROUTE} of 384 places not zero`);
  figure("f32_sparse_us", us("f32Short"), `f32, ${SHORT} of 384 places not zero`);
  figure("f32_route_us", us("f32Route"), `f32, ${ROUTE} of 384 places not zero`);
  figure("pruned_dense_us", us("pruned"), "80 % of the blocks taken away");
  figure("pruned_sparse_us", us("prunedShort"), `the same, ${SHORT} of 384 places not zero`);
  figure("linear_dense_us", us("linear"), "one layer, 384-3");
  const ratio = (name: string, value: number, meaning: string, atLeast: number): void =>
    report.figure({ name: `perceptron.${name}`, value, meaning, target: { atLeast } });
  ratio("twin_over_simd_ratio", us("twin") / us("f32"), "plain TypeScript against SIMD, f32 dense", 4);
  ratio("f32_over_int8_ratio", us("f32") / us("int8"), "int8 is faster", 1.2);
  ratio("f32_over_pruned_ratio", us("f32") / us("pruned"), "pruned is faster", 1);
  ratio(
    "int8_smaller_ratio",
    encodeClassifier(mlp).length / encodeClassifier(small).length,
    "weights file, f32 over int8",
    3.5,
  );
  ratio(
    "pruned_smaller_ratio",
    encodeClassifier(mlp).length / encodeClassifier(pruned).length,
    "weights file, f32 over pruned",
    3,
  );
  ratio("int8_agreement_trained", agreement(mlp, small, 0.26), "same class, trained network, ~100 places", 0.995);
  ratio("int8_agreement_random", randomAgreement(), "same class, networks nobody trained, dense input", 0.995);
  figure("heap_bytes_per_step", heapGrowth([mlp, small, pruned], input), "over 100,000 steps of each kind", 0.5);
  const file = encodeClassifier(small);
  figure(
    "load_int8_file_ms",
    measure((count) => repeat(count, () => decodeClassifier(file))).minNs / 1e6,
    "read, checked, instantiated",
  );
  await onQuestions(report);
  await againstPeers(report, mlp, input, { f32: us("f32"), int8: us("int8"), sparse: us("int8Short") });
}

/** Compression on questions that people asked: a network for {local ok, only remote ok, neither}, rows kept aside. */
async function onQuestions(report: Report): Promise<void> {
  const path = join(process.env["MOBILE_AI_DATA"] ?? "../shared/data", "routing/routellm_mmlu.jsonl");
  if (!existsSync(path)) {
    console.error(`perceptron: no questions at ${path}; MOBILE_AI_DATA names the directory of data`);
    return;
  }
  const encoder = createTextEncoder({
    blocks: [
      { kind: "word", n: [1, 2], bins: 224, scale: "log" },
      { kind: "char", n: [3, 5], bins: 160, scale: "log" },
    ],
  });
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const labels: number[] = [];
  const encoded = lines.map((line): SparseRow => {
    const { prompt, local, remote } = JSON.parse(line) as Question; // the format that the data's README states
    labels.push(local.score >= 0.5 ? 0 : remote.score >= 0.5 ? 1 : 2);
    const { indices, values, count } = encoder.encode(prompt);
    return { indices: indices.slice(0, count), values: values.slice(0, count) };
  });
  const all: TrainingRows = { features: sparseRows(encoded, 384), targets: oneHot(labels, 3) };
  const { kept, rest } = splitRows(all, { share: 0.3, seed: 1 });
  const options = { seed: 1, epochs: 12, batchSize: 64 };
  const { mlp } = await trainMlp(initialMlp(SIZES, { seed: 1 }), rest, options);
  const small = quantizeMlp(mlp);
  const cut = pruneMlp(mlp, { sparsity: 0.8 });
  const again = await trainMlp(cut.toMlp(), rest, { ...options, epochs: 3, keepZeros: true });
  const { mlp: student } = await distillMlp(mlp, rest, options);
  const places = kept.features.values.length / kept.features.count;
  const of = (
    name: string,
    after: Classifier,
    least: { readonly agreement?: number; readonly quality?: number; readonly faster?: number },
  ): void => {
    const result = reportCompression(mlp, after, { rows: kept.features, evaluate: (one) => accuracy(one, kept) });
    const rows = `${kept.features.count} questions kept aside, ${places.toFixed(0)} places on average`;
    const target = (atLeast: number | undefined): { readonly target?: { readonly atLeast: number } } =>
      atLeast === undefined ? {} : { target: { atLeast } };
    report.figure({
      name: `perceptron.questions_${name}_agreement`,
      value: result.agreement,
      meaning: rows,
      ...target(least.agreement),
    });
    report.figure({
      name: `perceptron.questions_${name}_quality_ratio`,
      value: result.after.quality / result.before.quality,
      meaning: `accuracy after over before (${result.before.quality.toFixed(3)})`,
      ...target(least.quality),
    });
    report.figure({
      name: `perceptron.questions_${name}_smaller_ratio`,
      value: result.smaller,
      meaning: "bytes of parameters",
    });
    report.figure({
      name: `perceptron.questions_${name}_faster_ratio`,
      value: result.faster,
      meaning: "sparse input, copied in",
      ...target(least.faster),
    });
  };
  of("int8", small, { agreement: 0.995, quality: 0.99 });
  of("pruned", pruneMlp(again.mlp, { magnitude: 0 }), { quality: 0.97, faster: 1 });
  of("student", student, { quality: 0.95, faster: 2 });
}

interface Question {
  readonly prompt: string;
  readonly local: { readonly score: number };
  readonly remote: { readonly score: number };
}

function accuracy(classifier: Classifier, { features, targets }: TrainingRows): number {
  const out = new Float32Array(classifier.outputs);
  let right = 0;
  for (let row = 0; row < features.count; row++) {
    const begin = features.starts[row]!;
    const end = features.starts[row + 1]!;
    classifier.predictSparse(
      features.indices.subarray(begin, end),
      features.values.subarray(begin, end),
      end - begin,
      out,
    );
    right += targets[row * out.length + out.indexOf(Math.max(...out))]!;
  }
  return right / features.count;
}

async function trained(): Promise<{ readonly mlp: Mlp; readonly trainingMs: number }> {
  const random = seededRandom(1);
  const rows = Array.from({ length: 8000 }, () => chanceRow(random, 0.26));
  // Three classes by sums over some of the places, so that there is something to learn.
  const labels = rows.map(({ indices, values }) => {
    const sums = [0, 0, 0];
    for (let place = 0; place < indices.length; place++) sums[indices[place]! % 3]! += values[place]!;
    return sums.indexOf(Math.max(...sums));
  });
  const start = performance.now();
  const { mlp } = await trainMlp(
    initialMlp(SIZES, { seed: 1 }),
    { features: sparseRows(rows, 384), targets: oneHot(labels, 3) },
    { seed: 1, epochs: 30 },
  );
  return { mlp, trainingMs: performance.now() - start };
}

function chanceRow(random: { next(): number }, density: number): SparseRow {
  const indices: number[] = [];
  const values: number[] = [];
  for (let place = 0; place < 384; place++)
    if (random.next() < density) {
      indices.push(place);
      values.push(random.next() - 0.4);
    }
  return { indices, values };
}

function dense(classifier: Classifier, input: Float32Array): Batch {
  const out = new Float32Array(classifier.outputs);
  return (count) => {
    let sum = 0;
    for (let call = 0; call < count; call++) {
      input[0] = call & 7;
      classifier.predict(input, out);
      sum += out[0]!;
    }
    return sum;
  };
}

function sparse(classifier: Classifier, places: number): Batch {
  const { indices, values } = classifier.lent;
  const out = new Float32Array(classifier.outputs);
  return (count) => {
    for (let place = 0; place < places; place++) {
      indices[place] = Math.floor((place * 384) / places);
      values[place] = Math.sin(place);
    }
    let sum = 0;
    for (let call = 0; call < count; call++) {
      values[0] = call & 7;
      classifier.predictSparse(indices, values, places, out);
      sum += out[0]!;
    }
    return sum;
  };
}

function repeat(count: number, work: () => unknown): unknown {
  let last: unknown;
  for (let call = 0; call < count; call++) last = work();
  return last;
}

function agreement(one: Classifier, other: Classifier, density: number): number {
  const random = seededRandom(99);
  const a = new Float32Array(one.outputs);
  const b = new Float32Array(one.outputs);
  const input = new Float32Array(one.inputs);
  let same = 0;
  for (let row = 0; row < 5000; row++) {
    for (let place = 0; place < input.length; place++)
      input[place] = random.next() < density ? random.next() - (density === 1 ? 0.5 : 0.4) : 0;
    one.predict(input, a);
    other.predict(input, b);
    if (a.indexOf(Math.max(...a)) === b.indexOf(Math.max(...b))) same++;
  }
  return same / 5000;
}

function randomAgreement(): number {
  let sum = 0;
  for (let seed = 0; seed < 5; seed++) {
    const net = initialMlp(SIZES, { seed });
    sum += agreement(net, quantizeMlp(net), 1);
  }
  return sum / 5;
}

/** Bytes of heap that stay after garbage collection, for each of 100,000 steps of each network, dense and sparse. */
function heapGrowth(classifiers: readonly Classifier[], input: Float32Array): number {
  const { gc } = globalThis as { gc?: () => void }; // tools/run-bench.mjs starts Node with --expose-gc
  if (gc === undefined) throw new Error("Cannot measure the heap: expected node --expose-gc");
  const step = (count: number): void => {
    for (const classifier of classifiers) {
      dense(classifier, input)(count);
      sparse(classifier, SHORT)(count);
    }
  };
  step(1000);
  gc();
  const before = process.memoryUsage().heapUsed;
  step(100_000);
  gc();
  return Math.max(0, process.memoryUsage().heapUsed - before) / 100_000;
}

async function againstPeers(
  report: Report,
  mlp: Mlp,
  input: Float32Array,
  ours: { readonly f32: number; readonly int8: number; readonly sparse: number },
): Promise<void> {
  const directory = join(process.cwd(), "bench/peers");
  if (!existsSync(join(directory, "node_modules"))) {
    console.error("perceptron: no peers; install them with npm ci --prefix bench/peers --ignore-scripts");
    return;
  }
  const { loadPeers } = (await import(pathToFileURL(join(directory, "peers.mjs")).href)) as {
    loadPeers(layers: Mlp["layers"]): Promise<{ readonly peers: readonly Peer[]; readonly absent: readonly string[] }>;
  }; // what that file exports
  const { peers, absent } = await loadPeers(mlp.layers);
  for (const reason of absent) console.error(`perceptron: peer left out, ${reason}`);
  const expected = new Float32Array(3);
  mlp.predict(input, expected);
  let best = Number.POSITIVE_INFINITY;
  for (const peer of peers) {
    await peer.prepare?.();
    const found = await peer.run(input);
    if (peer.softmax !== false && expected.some((value, index) => Math.abs(value - found[index]!) > 1e-4))
      throw new Error(`Cannot compare with ${peer.name}: expected ${expected}, got ${found}`);
    const fastest = await fastestUs(peer, input);
    best = Math.min(best, fastest);
    report.figure({
      name: `perceptron.peer_${peer.name}_us`,
      value: fastest,
      meaning: "the same network in f32, dense",
    });
  }
  if (peers.length === 0) return;
  const ratio = (name: string, value: number, meaning: string, atLeast: number): void =>
    report.figure({ name: `perceptron.${name}`, value, meaning, target: { atLeast } });
  ratio("best_peer_over_f32_ratio", best / ours.f32, "fastest peer against f32 dense", 3.5);
  ratio("best_peer_over_int8_ratio", best / ours.int8, "fastest peer against int8 dense", 5.5);
  ratio("best_peer_over_sparse_ratio", best / ours.sparse, `fastest peer against int8 with ${SHORT} places`, 20);
}

/** Fastest of many batches. A synchronous peer is not made to wait for a promise that it did not ask for. */
async function fastestUs(peer: Peer, input: Float32Array): Promise<number> {
  const calls = 30;
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 700;
  while (performance.now() < end) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) {
      const result = peer.run(input);
      if (result instanceof Promise) await result;
    }
    best = Math.min(best, (1000 * (performance.now() - start)) / calls);
  }
  return best;
}
