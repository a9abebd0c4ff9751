/** The bytes are not a state of this reservoir: another format, another network, or damage. A caller begins anew. */
export class ReservoirStateError extends Error {
  override readonly name: string = "ReservoirStateError";
}

/** Whose state it is. */
export interface ReservoirIdentity {
  readonly units: number;
  readonly seed: number;
  /** 32-bit digest of everything that made the weights. */
  readonly fingerprint: number;
}

const MAGIC = 0x4e53_4531; // "1ESN" in the order of the bytes
const VERSION = 1;
const HEADER_BYTES = 28;
const CHECKSUM_OFFSET = 24;

/**
 * A state as bytes: magic, version, precision, units, seed, fingerprint, scale, checksum (FNV-1a 32), then the state, all
 * little-endian. `f32` is bit-exact, 4 bytes a unit; `int8` is 1 byte a unit, off by at most 1/254 of the largest value.
 */
export function encodeReservoirState(
  state: Float32Array,
  identity: ReservoirIdentity,
  precision: "f32" | "int8",
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + state.length * (precision === "f32" ? 4 : 1));
  const view = new DataView(bytes.buffer);
  let scale = 1;
  if (precision === "f32") {
    for (let unit = 0; unit < state.length; unit++) view.setFloat32(HEADER_BYTES + unit * 4, state[unit]!, true);
  } else {
    let largest = 0;
    for (const value of state) largest = Math.max(largest, Math.abs(value));
    scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let unit = 0; unit < state.length; unit++)
      view.setInt8(HEADER_BYTES + unit, Math.round(state[unit]! * inverse));
  }
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, precision === "f32" ? 0 : 1, true);
  view.setUint32(8, identity.units, true);
  view.setUint32(12, identity.seed, true);
  view.setUint32(16, identity.fingerprint, true);
  view.setFloat32(20, scale, true);
  view.setUint32(CHECKSUM_OFFSET, checksum(bytes), true);
  return bytes;
}

/** Overwrites `state` (units) with what `encodeReservoirState` wrote. ReservoirStateError, and nothing changed, when it cannot. */
export function decodeReservoirState(state: Float32Array, bytes: Uint8Array, identity: ReservoirIdentity): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (reason: string): never => {
    throw new ReservoirStateError(`Cannot load the reservoir's state: ${reason}`);
  };
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) refuse("these bytes are not one");
  const version = view.getUint16(4, true);
  if (version !== VERSION) refuse(`expected version ${VERSION}, got ${version}`);
  const units = view.getUint32(8, true);
  const precision = view.getUint16(6, true);
  if (precision > 1) refuse(`expected precision 0 (f32) or 1 (int8), got ${precision}`);
  const expected = HEADER_BYTES + units * (precision === 0 ? 4 : 1);
  if (bytes.length !== expected) refuse(`expected ${expected} bytes for ${units} units, got ${bytes.length}`);
  if (view.getUint32(CHECKSUM_OFFSET, true) !== checksum(bytes))
    refuse("its checksum does not fit: the bytes are damaged");
  const theirs = { units, seed: view.getUint32(12, true), fingerprint: view.getUint32(16, true) };
  for (const name of ["units", "seed", "fingerprint"] as const) {
    if (theirs[name] !== identity[name]) {
      refuse(`it belongs to another network: expected ${name} ${identity[name]}, got ${theirs[name]}`);
    }
  }
  const scale = view.getFloat32(20, true);
  const valueAt = (unit: number): number =>
    precision === 0 ? view.getFloat32(HEADER_BYTES + unit * 4, true) : view.getInt8(HEADER_BYTES + unit) * scale;
  // A network would never get rid of it again.
  for (let unit = 0; unit < units; unit++)
    if (!Number.isFinite(valueAt(unit))) refuse(`unit ${unit} is ${valueAt(unit)}`);
  for (let unit = 0; unit < units; unit++) state[unit] = valueAt(unit);
}

/** FNV-1a of 32 bits over bytes, or over the bits of numbers. */
export function fnv1a(bytes: Uint8Array, hash = 0x811c_9dc5): number {
  let mixed = hash;
  for (let index = 0; index < bytes.length; index++) mixed = Math.imul(mixed ^ bytes[index]!, 0x0100_0193);
  return mixed >>> 0;
}

function checksum(bytes: Uint8Array): number {
  return fnv1a(bytes.subarray(HEADER_BYTES), fnv1a(bytes.subarray(0, CHECKSUM_OFFSET)));
}
