// The same perceptron in other packages. Each peer is { name, run(input): Float32Array | Promise<Float32Array> }.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MODULES = join(fileURLToPath(new URL(".", import.meta.url)), "node_modules");

/**
 * All peers that load here, for layers of { inputs, outputs, weights (outputs, inputs), bias }; those that do not are named
 * with the reason.
 */
export async function loadPeers(layers) {
  const peers = [];
  const absent = [];
  for (const load of [onnxNode, onnxWeb, tensorflowWasm, tensorflowCpu, brain]) {
    try {
      peers.push(await load(layers));
    } catch (error) {
      absent.push(`${load.name}: ${error.message}`);
    }
  }
  return { peers, absent };
}

async function onnxNode(layers) {
  const { default: ort } = await import("onnxruntime-node");
  return onnxPeer("onnxruntime-node", ort, layers, { intraOpNumThreads: 1, interOpNumThreads: 1 });
}

async function onnxWeb(layers) {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = 1;
  return onnxPeer("onnxruntime-web", ort, layers, {});
}

async function onnxPeer(name, ort, layers, options) {
  const session = await ort.InferenceSession.create(onnxModel(layers), { ...options, graphOptimizationLevel: "all" });
  const { inputs } = layers[0];
  return {
    name,
    async run(input) {
      const { y } = await session.run({ x: new ort.Tensor("float32", input, [1, inputs]) });
      return y.data;
    },
  };
}

async function tensorflowWasm(layers) {
  const tf = await import("@tensorflow/tfjs-core");
  const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${join(MODULES, "@tensorflow/tfjs-backend-wasm/dist")}/`);
  setThreadsCount(1);
  return tensorflowPeer("wasm", tf, layers);
}

async function tensorflowCpu(layers) {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  return tensorflowPeer("cpu", tf, layers);
}

async function tensorflowPeer(backend, tf, layers) {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  const tensors = layers.map(({ inputs, outputs, weights, bias }) => ({
    // (inputs, outputs): with transposeB the fused product of the wasm backend 4.22 gives other, wrong numbers.
    weights: tf.tidy(() => tf.transpose(tf.tensor2d(weights, [outputs, inputs]))),
    bias: tf.tensor1d(bias),
  }));
  return {
    name: `tfjs-${backend}`,
    prepare: () => tf.setBackend(backend),
    run(input) {
      return tf.tidy(() => {
        let x = tf.tensor2d(input, [1, input.length]);
        for (const [index, { weights, bias }] of tensors.entries()) {
          const activation = index + 1 < tensors.length ? "relu" : "linear";
          x = tf.fused.matMul({ a: x, b: weights, bias, activation });
        }
        return tf.softmax(x).dataSync();
      });
    },
  };
}

/** It knows no softmax: its last layer is left linear where positive, so only its time is comparable. */
async function brain(layers) {
  const { default: library } = await import("brain.js");
  const net = new library.NeuralNetwork({ activation: "relu" });
  net.sizes = [layers[0].inputs, ...layers.map(({ outputs }) => outputs)];
  net.initialize();
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries())
    for (let row = 0; row < outputs; row++) {
      net.weights[index + 1][row] = Array.from(weights.subarray(row * inputs, (row + 1) * inputs));
      net.biases[index + 1][row] = bias[row];
    }
  net.setActivation();
  return { name: "brain.js", softmax: false, run: (input) => net.runInput(input) };
}

// ONNX by hand: a model of Gemm, Relu and Softmax is a few protobuf messages (onnx/onnx.proto, IR version 8, opset 13).

function onnxModel(layers) {
  const nodes = [];
  const initializers = [];
  let x = "x";
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries()) {
    initializers.push(field(5, tensor(`w${index}`, [outputs, inputs], weights)));
    initializers.push(field(5, tensor(`b${index}`, [outputs], bias)));
    const transB = bytes(field(1, text("transB")), varintField(3, 1), varintField(20, 2));
    nodes.push(node("Gemm", [x, `w${index}`, `b${index}`], `g${index}`, field(5, transB)));
    x = `g${index}`;
    if (index + 1 === layers.length) break;
    nodes.push(node("Relu", [x], `r${index}`));
    x = `r${index}`;
  }
  nodes.push(node("Softmax", [x], "y"));
  const last = layers[layers.length - 1];
  const graph = bytes(
    ...nodes,
    field(2, text("perceptron")),
    ...initializers,
    field(11, valueInfo("x", [1, layers[0].inputs])),
    field(12, valueInfo("y", [1, last.outputs])),
  );
  return bytes(varintField(1, 8), field(7, graph), field(8, bytes(field(1, text("")), varintField(2, 13))));
}

function node(operator, inputs, output, ...attributes) {
  const names = inputs.map((name) => field(1, text(name)));
  return field(1, bytes(...names, field(2, text(output)), field(4, text(operator)), ...attributes));
}

function tensor(name, dims, values) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return bytes(...dims.map((dim) => varintField(1, dim)), varintField(2, 1), field(8, text(name)), field(9, raw));
}

function valueInfo(name, dims) {
  const shape = bytes(...dims.map((dim) => field(1, varintField(1, dim))));
  return bytes(field(1, text(name)), field(2, field(1, bytes(varintField(1, 1), field(2, shape)))));
}

function field(number, content) {
  return bytes(varint(number * 8 + 2), varint(content.length), content);
}

function varintField(number, value) {
  return bytes(varint(number * 8), varint(value));
}

function varint(value) {
  const list = [];
  let rest = value;
  do {
    list.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from(list);
}

function text(string) {
  return new TextEncoder().encode(string);
}

function bytes(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
