import type { FileHandle } from "node:fs/promises";

/** A scalar or text of a GGUF header, or how long an array is: vocabularies are counted, not kept. */
export type GgufValue = string | number | bigint | boolean | { readonly arrayLength: number };

/** Bytes of a GGUF value type by its number; strings (8) and arrays (9) are not in it. */
const FIXED_BYTES: Readonly<Record<number, number>> = {
  0: 1, // uint8
  1: 1, // int8
  2: 2, // uint16
  3: 2, // int16
  4: 4, // uint32
  5: 4, // int32
  6: 4, // float32
  7: 1, // bool
  10: 8, // uint64
  11: 8, // int64
  12: 8, // float64
};
const STRING = 8;
const ARRAY = 9;
const CHUNK_BYTES = 1 << 18;
const MAX_STRING_BYTES = 16 << 20;

/** Reads little-endian GGUF values one after the other; throws a RangeError at the end of the file. */
export class GgufReader {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkStart = 0;
  #at = 0;

  constructor(file: FileHandle, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /** Bytes read or skipped so far. */
  get position(): number {
    return this.#at;
  }

  async bytes(count: number): Promise<Buffer> {
    this.#demand(count);
    const from = this.#at - this.#chunkStart;
    if (from < 0 || from + count > this.#chunk.length) {
      const wanted = Math.min(Math.max(count, CHUNK_BYTES), this.#sizeBytes - this.#at);
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, this.#at);
      if (bytesRead < count) throw new RangeError(`the file ends at byte ${this.#at + bytesRead}`);
      this.#chunk = buffer.subarray(0, bytesRead);
      this.#chunkStart = this.#at;
    }
    const start = this.#at - this.#chunkStart;
    this.#at += count;
    return this.#chunk.subarray(start, start + count);
  }

  async uint32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE();
  }

  /** A 64-bit length, count or offset. */
  async size(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`it holds an impossible length (${value})`);
    return Number(value);
  }

  async string(): Promise<string> {
    const length = await this.size();
    if (length > MAX_STRING_BYTES) throw new RangeError(`it holds a text of ${length} bytes`);
    return (await this.bytes(length)).toString("utf8");
  }

  /** One value of the given type. */
  async value(type: number): Promise<GgufValue> {
    if (type === STRING) return this.string();
    if (type === ARRAY) return this.#array();
    const width = FIXED_BYTES[type];
    if (width === undefined) throw new RangeError(`it holds a value of unknown type ${type}`);
    const bytes = await this.bytes(width);
    switch (type) {
      case 0:
        return bytes.readUInt8();
      case 1:
        return bytes.readInt8();
      case 2:
        return bytes.readUInt16LE();
      case 3:
        return bytes.readInt16LE();
      case 4:
        return bytes.readUInt32LE();
      case 5:
        return bytes.readInt32LE();
      case 6:
        return bytes.readFloatLE();
      case 7:
        return bytes.readUInt8() !== 0;
      case 10:
        return bytes.readBigUInt64LE();
      case 11:
        return bytes.readBigInt64LE();
      default:
        return bytes.readDoubleLE();
    }
  }

  async #array(): Promise<GgufValue> {
    const type = await this.uint32();
    const length = await this.size();
    const width = FIXED_BYTES[type];
    if (width !== undefined) this.#skip(length * width);
    else if (type === STRING) for (let item = 0; item < length; item++) this.#skip(await this.size());
    else throw new RangeError(`it holds an array of unknown type ${type}`);
    return { arrayLength: length };
  }

  #skip(count: number): void {
    this.#demand(count);
    this.#at += count;
  }

  #demand(count: number): void {
    if (count > this.#sizeBytes - this.#at)
      throw new RangeError(`the file ends at byte ${this.#sizeBytes}, byte ${this.#at + count} is needed`);
  }
}
