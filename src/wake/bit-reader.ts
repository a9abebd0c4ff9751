import { AudioError } from "./audio.js";

/** Reads bits, most significant first, from bytes; throws AudioError past their end. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  /** Bits of the byte at `#at` that are used already, 0 to 7. */
  #used = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** The byte that holds the next bit. */
  get position(): number {
    return this.#at;
  }

  /** An unsigned number of up to 24 bits. */
  bits(count: number): number {
    if (count === 0) return 0;
    const bytes = this.#bytes;
    const end = this.#used + count;
    if (this.#at + ((end + 7) >> 3) > bytes.length)
      throw new AudioError(`Cannot read FLAC: it is cut off at byte ${bytes.length}`);
    const word =
      (bytes[this.#at]! << 24) |
      ((bytes[this.#at + 1] ?? 0) << 16) |
      ((bytes[this.#at + 2] ?? 0) << 8) |
      (bytes[this.#at + 3] ?? 0);
    this.#at += end >> 3;
    const value = (word << this.#used) >>> (32 - count);
    this.#used = end & 7;
    return value;
  }

  /** A number of up to 25 bits in two's complement. */
  signed(count: number): number {
    if (count > 24) {
      const high = this.signed(count - 16);
      return high * 65536 + this.bits(16);
    }
    if (count === 0) return 0;
    return (this.bits(count) << (32 - count)) >> (32 - count);
  }

  /** How many zeros come before the next one, which is taken too. */
  unary(): number {
    const bytes = this.#bytes;
    let zeros = 0;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === undefined) throw new AudioError(`Cannot read FLAC: it is cut off at byte ${bytes.length}`);
      const rest = (byte << (24 + this.#used)) >>> 0;
      if (rest !== 0) {
        const lead = Math.clz32(rest);
        zeros += lead;
        const end = this.#used + lead + 1;
        this.#at += end >> 3;
        this.#used = end & 7;
        return zeros;
      }
      zeros += 8 - this.#used;
      this.#at++;
      this.#used = 0;
    }
  }

  /** A signed number in Rice's code with that parameter (RFC 9639, section 9.2.7). */
  rice(parameter: number): number {
    const folded =
      this.unary() * 2 ** parameter +
      (parameter > 24 ? this.bits(parameter - 16) * 65536 + this.bits(16) : this.bits(parameter));
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** Moves to the next whole byte. */
  align(): void {
    if (this.#used > 0) {
      this.#at++;
      this.#used = 0;
    }
  }

  /** The check sum of a FLAC frame (polynomial 0x8005) over bytes `start` to `end`, end exclusive. */
  crc16(start: number, end: number): number {
    const table = crcTable();
    let crc = 0;
    for (let at = start; at < end; at++) crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ this.#bytes[at]!]!;
    return crc;
  }
}

const tables: { crc16?: Uint16Array } = {}; // made at first use: no work at import

function crcTable(): Uint16Array {
  if (tables.crc16 !== undefined) return tables.crc16;
  const table = new Uint16Array(256);
  for (let value = 0; value < 256; value++) {
    let crc = value << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
    table[value] = crc;
  }
  tables.crc16 = table;
  return table;
}
