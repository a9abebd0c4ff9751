import { writeFileSync } from "node:fs";
import { seededRandom } from "../../src/core/random.js";

/** What the tiny model is made of; every field has a default that gives a file of about 60 KB. */
export interface TinyGgufOptions {
  /** Seed of the weights: the same options give the same bytes. */
  readonly seed?: number;
  /** Tokens of the training context that the header declares. */
  readonly contextLength?: number;
  readonly layers?: number;
  /** Pieces the model answers with, each once, whatever it is asked; then it ends the turn. Without it the text is random. */
  readonly reply?: readonly string[];
  /** Jinja template; `null` writes none. */
  readonly chatTemplate?: string | null;
  readonly name?: string;
  /** Header keys to leave out, to try what a reader makes of a damaged file. */
  readonly omitKeys?: readonly string[];
  /** Header keys with another number than the true one, or one more key, for the same purpose. */
  readonly setKeys?: Readonly<Record<string, number>>;
}

const DIMENSIONS = 32;
const FEED_FORWARD = 64;
const HEADS = 2;
const ALIGNMENT = 32;
const WORDS = ["the", "and", "you", "hello", "what", "is", "user", "model", "tiny", "answer", "question", "phone"];

/** Jinja template of the tiny model: one control token for each role, `</s>` at the end of a turn. */
export const TINY_CHAT_TEMPLATE: string =
  "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + eos_token }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

const KIND = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

/** Writes a tiny llama-architecture GGUF (SPM tokenizer, Q8_0 matrices) that llama.cpp loads and runs. */
export function writeTinyGguf(path: string, options: TinyGgufOptions = {}): void {
  writeFileSync(path, tinyGguf(options));
}

/** The bytes of `writeTinyGguf`. */
export function tinyGguf(options: TinyGgufOptions = {}): Uint8Array {
  const {
    seed = 1,
    contextLength = 512,
    layers = 1,
    reply,
    chatTemplate = TINY_CHAT_TEMPLATE,
    name = "tiny",
  } = options;
  const vocabulary = makeVocabulary(reply ?? []);
  const tensors = makeTensors(vocabulary, { seed, layers, reply: reply ?? [] });

  const header = new ByteWriter();
  const entries: [string, (writer: ByteWriter) => void][] = [
    ["general.architecture", (w) => w.string("llama", true)],
    ["general.name", (w) => w.string(name, true)],
    ["general.file_type", (w) => w.uint32(7, true)], // mostly Q8_0
    ["llama.context_length", (w) => w.uint32(contextLength, true)],
    ["llama.embedding_length", (w) => w.uint32(DIMENSIONS, true)],
    ["llama.block_count", (w) => w.uint32(layers, true)],
    ["llama.feed_forward_length", (w) => w.uint32(FEED_FORWARD, true)],
    ["llama.attention.head_count", (w) => w.uint32(HEADS, true)],
    ["llama.attention.head_count_kv", (w) => w.uint32(HEADS, true)],
    ["llama.attention.layer_norm_rms_epsilon", (w) => w.float32(1e-5, true)],
    ["llama.rope.dimension_count", (w) => w.uint32(DIMENSIONS / HEADS, true)],
    ["llama.vocab_size", (w) => w.uint32(vocabulary.length, true)],
    ["tokenizer.ggml.model", (w) => w.string("llama", true)],
    ["tokenizer.ggml.tokens", (w) => w.array(8, vocabulary, (token) => w.string(token.text))],
    ["tokenizer.ggml.scores", (w) => w.array(6, vocabulary, (token) => w.float32(token.score))],
    ["tokenizer.ggml.token_type", (w) => w.array(5, vocabulary, (token) => w.uint32(token.kind))],
    ["tokenizer.ggml.unknown_token_id", (w) => w.uint32(0, true)],
    ["tokenizer.ggml.bos_token_id", (w) => w.uint32(1, true)],
    ["tokenizer.ggml.eos_token_id", (w) => w.uint32(2, true)],
  ];
  if (chatTemplate !== null) entries.push(["tokenizer.chat_template", (w) => w.string(chatTemplate, true)]);
  const { omitKeys = [], setKeys = {} } = options;
  const kept = entries.filter(([key]) => !omitKeys.includes(key) && !(key in setKeys));
  for (const [key, value] of Object.entries(setKeys)) kept.push([key, (w) => w.uint32(value, true)]);

  header.bytes(new TextEncoder().encode("GGUF"));
  header.uint32(3);
  header.uint64(tensors.length);
  header.uint64(kept.length);
  for (const [key, write] of kept) {
    header.string(key);
    write(header);
  }
  let offset = 0;
  for (const tensor of tensors) {
    header.string(tensor.name);
    header.uint32(tensor.shape.length);
    for (const size of tensor.shape) header.uint64(size);
    header.uint32(tensor.type);
    header.uint64(offset);
    offset = align(offset + tensor.data.length);
  }
  header.pad(align(header.length) - header.length);
  for (const tensor of tensors) {
    header.bytes(tensor.data);
    header.pad(align(tensor.data.length) - tensor.data.length);
  }
  return header.take();
}

interface TinyToken {
  readonly text: string;
  readonly kind: number;
  readonly score: number;
}

function makeVocabulary(reply: readonly string[]): TinyToken[] {
  const tokens: TinyToken[] = [
    { text: "<unk>", kind: KIND.unknown, score: 0 },
    { text: "<s>", kind: KIND.control, score: 0 },
    { text: "</s>", kind: KIND.control, score: 0 },
  ];
  for (let byte = 0; byte < 256; byte++) {
    tokens.push({ text: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, kind: KIND.byte, score: 0 });
  }
  for (const role of ["system", "user", "assistant"])
    tokens.push({ text: `<|${role}|>`, kind: KIND.control, score: 0 });
  const seen = new Set(tokens.map((token) => token.text));
  const add = (text: string): void => {
    if (!seen.has(text)) tokens.push({ text, kind: KIND.normal, score: -tokens.length });
    seen.add(text);
  };
  for (const word of WORDS) for (let end = 2; end <= word.length + 1; end++) add(`\u2581${word}`.slice(0, end));
  for (const piece of reply) add(spm(piece));
  add("\u2581");
  for (let code = 0x21; code < 0x7f; code++) add(String.fromCharCode(code));
  return tokens;
}

function spm(piece: string): string {
  return piece.replaceAll(" ", "\u2581");
}

interface TinyTensor {
  readonly name: string;
  /** GGUF order: the row length first. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

function makeTensors(
  vocabulary: readonly TinyToken[],
  { seed, layers, reply }: { seed: number; layers: number; reply: readonly string[] },
): TinyTensor[] {
  const random = seededRandom(seed);
  const values = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => (random.next() * 2 - 1) * scale);
  const scripted = reply.length > 0;
  const embedding = values(vocabulary.length * DIMENSIONS, 1);
  const output = values(vocabulary.length * DIMENSIONS, scripted ? 0.05 : 1);
  // Only ordinary text may come out: a random byte is invalid UTF-8 and a control token ends or confuses the turn.
  vocabulary.forEach((token, row) => {
    if (token.kind !== KIND.normal) output.fill(0, row * DIMENSIONS, (row + 1) * DIMENSIONS);
  });
  if (scripted) {
    // The residual stream is almost the last token's embedding (the layers are scaled down below), so an output row that
    // equals that embedding makes "after A comes B" the likeliest continuation.
    const idOf = (text: string): number => vocabulary.findIndex((token) => token.text === text);
    const chain = ["<|assistant|>", ...reply.map(spm), "</s>"].map(idOf);
    if (new Set(chain).size !== chain.length) throw new RangeError("Cannot script the reply: a piece appears twice");
    for (let step = 1; step < chain.length; step++) {
      const from = chain[step - 1]! * DIMENSIONS;
      const to = chain[step]! * DIMENSIONS;
      for (let at = 0; at < DIMENSIONS; at++) output[to + at] = embedding[from + at]!;
    }
  }
  const layerScale = scripted ? 0.005 : 0.3;
  const matrix = (
    name: string,
    rows: number,
    columns: number,
    data = values(rows * columns, layerScale),
  ): TinyTensor => ({
    name: `${name}.weight`,
    shape: [columns, rows],
    type: 8,
    data: quantizeQ8(data),
  });
  const norm = (name: string): TinyTensor => ({
    name: `${name}.weight`,
    shape: [DIMENSIONS],
    type: 0,
    data: new Uint8Array(new Float32Array(DIMENSIONS).fill(1).buffer),
  });
  const tensors = [matrix("token_embd", vocabulary.length, DIMENSIONS, embedding), norm("output_norm")];
  tensors.push(matrix("output", vocabulary.length, DIMENSIONS, output));
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    tensors.push(norm(`${at}.attn_norm`), norm(`${at}.ffn_norm`));
    for (const part of ["attn_q", "attn_k", "attn_v", "attn_output"])
      tensors.push(matrix(`${at}.${part}`, DIMENSIONS, DIMENSIONS));
    tensors.push(matrix(`${at}.ffn_gate`, FEED_FORWARD, DIMENSIONS), matrix(`${at}.ffn_up`, FEED_FORWARD, DIMENSIONS));
    tensors.push(matrix(`${at}.ffn_down`, DIMENSIONS, FEED_FORWARD));
  }
  return tensors;
}

/** Blocks of 32 values: a half-precision scale, then 32 signed bytes (ggml `block_q8_0`). */
function quantizeQ8(values: Float32Array): Uint8Array {
  const blocks = values.length / 32;
  const bytes = new Uint8Array(blocks * 34);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let at = 0; at < 32; at++) largest = Math.max(largest, Math.abs(values[block * 32 + at]!));
    const scale = largest / 127;
    view.setUint16(block * 34, toHalf(scale), true);
    for (let at = 0; at < 32; at++) {
      view.setInt8(block * 34 + 2 + at, scale === 0 ? 0 : Math.round(values[block * 32 + at]! / scale));
    }
  }
  return bytes;
}

/** IEEE 754 half of a value between 2^-14 and 65504, or of zero. */
function toHalf(value: number): number {
  if (value < 2 ** -14) return 0;
  const exponent = Math.floor(Math.log2(value));
  const mantissa = Math.round((value / 2 ** exponent - 1) * 1024);
  return ((exponent + 15) << 10) + mantissa;
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** Little-endian writer; `typed` writes the GGUF value type before the value. */
class ByteWriter {
  #parts: Uint8Array[] = [];
  length = 0;

  bytes(part: Uint8Array): void {
    this.#parts.push(part);
    this.length += part.length;
  }

  pad(count: number): void {
    this.bytes(new Uint8Array(count));
  }

  uint32(value: number, typed = false): void {
    if (typed) this.uint32(4);
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, true);
    this.bytes(part);
  }

  uint64(value: number): void {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, BigInt(value), true);
    this.bytes(part);
  }

  float32(value: number, typed = false): void {
    if (typed) this.uint32(6);
    const part = new Uint8Array(4);
    new DataView(part.buffer).setFloat32(0, value, true);
    this.bytes(part);
  }

  string(value: string, typed = false): void {
    if (typed) this.uint32(8);
    const encoded = new TextEncoder().encode(value);
    this.uint64(encoded.length);
    this.bytes(encoded);
  }

  array<T>(elementType: number, items: readonly T[], write: (item: T) => void): void {
    this.uint32(9);
    this.uint32(elementType);
    this.uint64(items.length);
    for (const item of items) write(item);
  }

  take(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
