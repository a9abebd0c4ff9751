const ALIGNMENT = 16;

/** Bytes that an array of so many takes in an arena, with the padding that keeps the next one aligned. */
export function arenaBytes(length: number, bytesPerElement: number): number {
  return Math.ceil((length * bytesPerElement) / ALIGNMENT) * ALIGNMENT;
}

/** Hands out 16-byte aligned, zeroed views of one buffer, front to back. Nothing is given back: it lives as long as its network. */
export class Arena {
  readonly #buffer: ArrayBuffer;
  #next: number;

  constructor(buffer: ArrayBuffer, start = 0) {
    this.#buffer = buffer;
    this.#next = start;
  }

  f32(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, this.#take(length, 4), length);
  }

  f64(length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, this.#take(length, 8), length);
  }

  i32(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.#take(length, 4), length);
  }

  i16(length: number): Int16Array<ArrayBuffer> {
    return new Int16Array(this.#buffer, this.#take(length, 2), length);
  }

  u16(length: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(this.#buffer, this.#take(length, 2), length);
  }

  i8(length: number): Int8Array<ArrayBuffer> {
    return new Int8Array(this.#buffer, this.#take(length, 1), length);
  }

  u8(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#take(length, 1), length);
  }

  #take(length: number, bytesPerElement: number): number {
    const start = this.#next;
    const end = start + arenaBytes(length, bytesPerElement);
    if (end > this.#buffer.byteLength) {
      throw new RangeError(
        `Cannot lend ${length} elements of ${bytesPerElement} bytes: ${this.#buffer.byteLength - start} bytes are left`,
      );
    }
    this.#next = end;
    return start;
  }
}
