import { open } from "node:fs/promises";
import { messageOf } from "../../core/errors.js";
import { GgufReader, type GgufValue } from "./gguf-reader.js";
import { FILE_TYPES, TENSOR_TYPES } from "./gguf-types.js";

/** `LLAMA_MAX_LAYERS`: above it llama.cpp aborts. */
const MAX_LAYERS = 512;

/** What a GGUF header says of its model. */
export interface GgufFacts {
  readonly architecture: string;
  /** `general.name`: what its makers call it. */
  readonly title?: string;
  /** Tokens of the context it was trained on. */
  readonly contextTokens: number;
  readonly parameters: number;
  /** `Q4_K_M`, `Q8_0`, `F16`, ... */
  readonly quantization?: string;
  readonly sizeBytes: number;
  readonly vocabularyTokens: number;
  readonly hasChatTemplate: boolean;
}

/**
 * Reads and checks a GGUF file (versions 2 and 3) as far as llama.cpp relies on it: a missing `feed_forward_length` or
 * `attention.head_count`, too many layers or heads that do not divide make it abort the whole process.
 * Rejects with an Error that names the file and what is wrong. Reads the header only; tensor data is not looked at.
 */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new Error(`Cannot read model file ${path}: ${messageOf(error)}`, { cause: error });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not a file");
    const reader = new GgufReader(file, stats.size);
    return await readFacts(reader, stats.size);
  } catch (error) {
    throw new Error(`Cannot use model file ${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readFacts(reader: GgufReader, sizeBytes: number): Promise<GgufFacts> {
  if (sizeBytes < 24) throw new Error(`it has ${sizeBytes} bytes, a GGUF header has at least 24`);
  const magic = await reader.bytes(4);
  if (magic.toString("latin1") !== "GGUF") throw new Error("it is not a GGUF file (wrong magic bytes)");
  const version = await reader.uint32();
  if (version > 0xffff) throw new Error("it is a big-endian GGUF file, which this device cannot run");
  if (version !== 2 && version !== 3) throw new Error(`expected GGUF version 2 or 3, got ${version}`);
  const tensorCount = await reader.size();
  const entryCount = await reader.size();

  const entries = new Map<string, GgufValue>();
  for (let entry = 0; entry < entryCount; entry++) {
    const key = await reader.string();
    if (key === "") throw new Error("its header has an entry without a key");
    entries.set(key, await reader.value(await reader.uint32()));
  }
  checkEntries(entries);
  const { parameters, bytesByType } = await checkTensors(reader, { tensorCount, sizeBytes, entries });

  // Checked above: a text, numbers and an array.
  const architecture = entries.get("general.architecture") as string;
  const tokens = entries.get("tokenizer.ggml.tokens") as { readonly arrayLength: number };
  const title = entries.get("general.name");
  const quantization = FILE_TYPES[Number(entries.get("general.file_type") ?? -1)] ?? mostOf(bytesByType);
  return {
    architecture,
    ...(typeof title === "string" && title !== "" ? { title } : {}),
    contextTokens: Number(entries.get(`${architecture}.context_length`)),
    parameters,
    ...(quantization === undefined ? {} : { quantization }),
    sizeBytes,
    vocabularyTokens: tokens.arrayLength,
    hasChatTemplate: typeof entries.get("tokenizer.chat_template") === "string",
  };
}

function checkEntries(entries: ReadonlyMap<string, GgufValue>): void {
  const architecture = entries.get("general.architecture");
  if (typeof architecture !== "string" || architecture === "")
    throw new Error("its header does not name an architecture");
  const parts = Number(entries.get("split.count") ?? 1);
  if (parts > 1)
    throw new Error(`it is one of ${parts} parts. Merge them first: llama-gguf-split --merge FIRST-PART OUTPUT.gguf`);
  for (const key of ["context_length", "embedding_length", "block_count"]) {
    positive(entries, `${architecture}.${key}`);
  }
  for (const key of ["feed_forward_length", "attention.head_count"]) {
    const value = entries.get(`${architecture}.${key}`);
    // Some architectures give one for each layer; some have none and say 0.
    if (value === undefined) throw new Error(`its header lacks ${architecture}.${key}`);
  }
  const layers = Number(entries.get(`${architecture}.block_count`));
  if (layers > MAX_LAYERS) throw new Error(`its header has ${layers} layers, llama.cpp runs at most ${MAX_LAYERS}`);
  checkHeads(entries, architecture);
  if (typeof entries.get("tokenizer.ggml.model") !== "string") throw new Error("its header lacks tokenizer.ggml.model");
  const tokens = entries.get("tokenizer.ggml.tokens");
  if (typeof tokens !== "object" || tokens.arrayLength === 0)
    throw new Error("its header lacks the vocabulary (tokenizer.ggml.tokens)");
}

/** Query heads share key-value heads evenly. Models that give a list for their layers are left to llama.cpp. */
function checkHeads(entries: ReadonlyMap<string, GgufValue>, architecture: string): void {
  const heads = entries.get(`${architecture}.attention.head_count`);
  const keyHeads = entries.get(`${architecture}.attention.head_count_kv`) ?? heads;
  if (typeof heads !== "number" || typeof keyHeads !== "number" || heads === 0 || keyHeads === 0) return;
  if (heads % keyHeads !== 0)
    throw new Error(
      `its header has ${heads} attention heads over ${keyHeads} key-value heads, which do not divide them`,
    );
}

function positive(entries: ReadonlyMap<string, GgufValue>, key: string): void {
  const value = entries.get(key);
  if (value === undefined) throw new Error(`its header lacks ${key}`);
  if (!(Number(value) >= 1)) throw new Error(`its header has an impossible ${key}`);
}

/** Every tensor must lie within the file. */
async function checkTensors(
  reader: GgufReader,
  options: { tensorCount: number; sizeBytes: number; entries: ReadonlyMap<string, GgufValue> },
): Promise<{ parameters: number; bytesByType: Map<string, number> }> {
  const { tensorCount, sizeBytes, entries } = options;
  if (tensorCount === 0) throw new Error("it holds no tensors");
  const alignment = Number(entries.get("general.alignment") ?? 32);
  if (!(alignment >= 8 && alignment % 8 === 0)) throw new Error("its header has an impossible general.alignment");
  let parameters = 0;
  let furthest = { name: "", endBytes: 0 };
  const bytesByType = new Map<string, number>();
  for (let tensor = 0; tensor < tensorCount; tensor++) {
    const name = await reader.string();
    const dimensions = await reader.uint32();
    if (dimensions > 4) throw new Error(`tensor ${name} has ${dimensions} dimensions, at most 4 are possible`);
    let values = 1;
    const shape: number[] = [];
    for (let dimension = 0; dimension < dimensions; dimension++) shape.push(await reader.size());
    for (const size of shape) values *= size;
    checkShape(name, shape, entries);
    const type = TENSOR_TYPES[await reader.uint32()];
    const offset = await reader.size();
    if (offset % alignment !== 0) throw new Error(`tensor ${name} is not aligned to ${alignment} bytes`);
    parameters += values;
    // A type this table does not know yet counts as empty: llama.cpp decides about it.
    const bytes = type === undefined ? 0 : (values / type.blockValues) * type.blockBytes;
    if (type !== undefined) bytesByType.set(type.name, (bytesByType.get(type.name) ?? 0) + bytes);
    if (offset + bytes > furthest.endBytes) furthest = { name, endBytes: offset + bytes };
  }
  const dataStart = Math.ceil(reader.position / alignment) * alignment;
  const needed = dataStart + furthest.endBytes;
  if (needed > sizeBytes) {
    throw new Error(
      `it is truncated: tensor ${furthest.name} ends at byte ${needed}, the file has ${sizeBytes}. Download it again`,
    );
  }
  return { parameters, bytesByType };
}

/** The two numbers of the header that llama.cpp divides or multiplies by before it compares them with a tensor. */
function checkShape(name: string, shape: readonly number[], entries: ReadonlyMap<string, GgufValue>): void {
  const architecture = String(entries.get("general.architecture"));
  if (name === "blk.0.attn_q.weight" && entries.get(`${architecture}.attention.head_count`) === 0)
    throw new Error("its header has 0 attention heads, but it holds an attention tensor");
  const width = entries.get(`${architecture}.feed_forward_length`);
  // A gate of its own means that ffn_up is not fused with it: its second dimension is the width.
  if (name === "blk.0.ffn_gate.weight" && typeof width === "number" && shape[1] !== width)
    throw new Error(`its header has a feed_forward_length of ${width}, tensor ${name} has ${shape[1]}`);
}

function mostOf(bytesByType: ReadonlyMap<string, number>): string | undefined {
  return [...bytesByType].sort(([, a], [, b]) => b - a)[0]?.[0];
}
