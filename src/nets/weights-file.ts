import { hex, sha256 } from "./weights-file-hash.js";

/** A weights file cannot be used; the message says what was expected and what was found. */
export class WeightsError extends Error {
  override readonly name: string = "WeightsError";
}

/** The kinds of numbers that a table may hold, as they lie in memory and in the file (little-endian, as on every machine today). */
export interface TableArrays {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
}

/** Named numbers of a shape: `[100, 384]` is 100 rows of 384. */
export interface WeightTable {
  readonly shape: readonly number[];
  readonly values: TableArrays[TypeName];
}

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Any set of tables under one header: a network, its calibration, and where they come from. */
export interface WeightsFile {
  /** What the tables are: `mlp`, `reservoir`; a reader refuses a kind it does not know. */
  readonly kind: string;
  /** Seed, hash of the data, who made it, thresholds: whatever a reader or a person should know. */
  readonly meta: { readonly [name: string]: Json };
  readonly tables: { readonly [name: string]: WeightTable };
}

/** The file's layout; another number is refused. */
export const WEIGHTS_VERSION = 1;

const MAGIC = "MAIW";
const PREAMBLE_BYTES = 16; // magic, version, bytes of the header, bytes of the whole file
const HASH_BYTES = 32;
const ALIGNMENT = 8;

type TypeName = keyof TableArrays;

interface TypedArrayOf<Values> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): Values;
}

const TYPES: { readonly [Name in TypeName]: TypedArrayOf<TableArrays[Name]> } = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
};

interface HeaderTable {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
}

/**
 * The bytes of a file: preamble, JSON header, tables at multiples of 8, SHA-256 of all before. The same content gives the
 * same bytes. RangeError when a table's length is not that of its shape.
 */
export function encodeWeights({ kind, meta, tables }: WeightsFile): Uint8Array<ArrayBuffer> {
  const listed = Object.entries(tables).map(([name, { shape, values }]): HeaderTable => {
    if (values.length !== elements(shape))
      throw new RangeError(
        `Cannot write weights: expected ${elements(shape)} values for ${name} (${shape.join(", ")}), got ${values.length}`,
      );
    return { name, type: typeOf(values), shape };
  });
  const header = new TextEncoder().encode(JSON.stringify({ kind, meta, tables: listed }));
  const places = placesOf(listed, PREAMBLE_BYTES + header.length);
  const bytes = new Uint8Array(places.end + HASH_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < 4; index++) bytes[index] = MAGIC.charCodeAt(index);
  view.setUint32(4, WEIGHTS_VERSION, true);
  view.setUint32(8, header.length, true);
  view.setUint32(12, bytes.length, true);
  bytes.set(header, PREAMBLE_BYTES);
  for (const [index, { values }] of Object.values(tables).entries())
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), places.starts[index]!);
  bytes.set(sha256(bytes.subarray(0, places.end)), places.end);
  return bytes;
}

/** A file that was read, and its SHA-256 in hexadecimal, which names exactly these weights. */
export interface ReadWeights extends WeightsFile {
  readonly hash: string;
}

/**
 * Reads the bytes of a file; tables are copies. WeightsError when the bytes are not a weights file, are cut off, were changed,
 * are of another version, or are not of the wanted `kind`.
 */
export function decodeWeights(bytes: Uint8Array, { kind }: { readonly kind?: string } = {}): ReadWeights {
  const fail = (wish: string, found: string | number): never => {
    throw new WeightsError(`Cannot load weights: expected ${wish}, got ${found}`);
  };
  if (bytes.length < PREAMBLE_BYTES + HASH_BYTES) fail(`at least ${PREAMBLE_BYTES + HASH_BYTES} bytes`, bytes.length);
  for (let index = 0; index < 4; index++)
    if (bytes[index] !== MAGIC.charCodeAt(index))
      fail(`a file that starts with ${MAGIC}`, `0x${hex(bytes.subarray(0, 4))}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4, true);
  if (version !== WEIGHTS_VERSION) fail(`version ${WEIGHTS_VERSION} of the file format`, version);
  const total = view.getUint32(12, true);
  if (total !== bytes.length) fail(`${total} bytes (the file is cut off or something was added)`, bytes.length);
  const end = total - HASH_BYTES;
  const stored = hex(bytes.subarray(end));
  const hash = hex(sha256(bytes.subarray(0, end)));
  if (hash !== stored) fail(`the content that was hashed to ${stored.slice(0, 12)}`, hash.slice(0, 12));
  // From here on the bytes are what some writer wrote; what may still be wrong is that writer.
  const header = headerOf(bytes.subarray(PREAMBLE_BYTES, Math.min(end, PREAMBLE_BYTES + view.getUint32(8, true))));
  if (kind !== undefined && header.kind !== kind) fail(`weights of kind "${kind}"`, `"${header.kind}"`);
  const places = placesOf(header.tables, PREAMBLE_BYTES + view.getUint32(8, true));
  if (places.end !== end) fail(`${places.end} bytes of header and tables`, end);
  const tables: Record<string, WeightTable> = {};
  for (const [index, { name, type, shape }] of header.tables.entries()) {
    const start = places.starts[index]!;
    // Made anew, because the slice of a Node Buffer is a view of its pool.
    const copy = new Uint8Array(bytes.subarray(start, start + elements(shape) * TYPES[type].BYTES_PER_ELEMENT));
    tables[name] = { shape, values: new TYPES[type](copy.buffer) };
  }
  return { kind: header.kind, meta: header.meta, tables, hash };
}

/** The table of that name, type and shape. WeightsError when the file holds another or none. */
export function tableOf<Type extends TypeName>(
  { tables }: WeightsFile,
  name: string,
  type: Type,
  shape?: readonly number[],
): TableArrays[Type] {
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (table === undefined)
    throw new WeightsError(`Cannot load weights: expected a table ${name}, got ${Object.keys(tables)}`);
  const found = typeOf(table.values);
  if (found !== type) throw new WeightsError(`Cannot load weights: expected ${type} values for ${name}, got ${found}`);
  if (shape !== undefined && shape.join() !== table.shape.join())
    throw new WeightsError(
      `Cannot load weights: expected ${elements(shape)} values for ${name} (${shape.join(", ")}), got ${table.values.length} (${table.shape.join(", ")})`,
    );
  return table.values as TableArrays[Type]; // typeOf has just said so
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function typeOf(values: TableArrays[TypeName]): TypeName {
  // The keys of TYPES, whose order and type Object.keys forgets.
  return (Object.keys(TYPES) as TypeName[]).find((name) => values instanceof TYPES[name])!;
}

function placesOf(tables: readonly HeaderTable[], start: number): { readonly starts: number[]; readonly end: number } {
  const starts: number[] = [];
  let end = start;
  for (const { type, shape } of tables) {
    const aligned = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    starts.push(aligned);
    end = aligned + elements(shape) * TYPES[type].BYTES_PER_ELEMENT;
  }
  return { starts, end };
}

interface Header {
  readonly kind: string;
  readonly meta: { readonly [name: string]: Json };
  readonly tables: readonly HeaderTable[];
}

function headerOf(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new WeightsError("Cannot load weights: expected a header in JSON", { cause });
  }
  if (!isHeader(header)) throw new WeightsError("Cannot load weights: expected a header of kind, meta and tables");
  return header;
}

function isHeader(value: unknown): value is Header {
  if (!isRecord(value)) return false;
  const { kind, meta, tables } = value;
  if (typeof kind !== "string" || !isRecord(meta) || !Array.isArray(tables)) return false;
  return tables.every(
    (table: unknown) =>
      isRecord(table) &&
      typeof table["name"] === "string" &&
      typeof table["type"] === "string" &&
      Object.hasOwn(TYPES, table["type"]) &&
      Array.isArray(table["shape"]) &&
      table["shape"].every((length: unknown) => typeof length === "number" && Number.isInteger(length) && length >= 0),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
