import { type Audio, AudioError, mixDown } from "./audio.js";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/**
 * Reads a RIFF/WAVE file: integers of 8, 16, 24 or 32 bits and floats of 32 or 64, any rate, channels mixed to one
 * (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", WAVE). A data chunk without a known length
 * (0, or about 2 or 4 GB, as programs write into a pipe) reaches to the end. Throws AudioError.
 */
export function decodeWav(bytes: Uint8Array): Audio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== "RIFF" || tag(view, 8) !== "WAVE")
    throw new AudioError("Cannot read WAV: it does not begin with RIFF and WAVE");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(view, at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === "fmt ") format = readFormat(view, start, length);
    if (name === "data") {
      if (format === undefined) throw new AudioError("Cannot read WAV: its data come before their format");
      return readData(view, start, length, format);
    }
    at = start + length + (length & 1);
  }
  throw new AudioError(`Cannot read WAV: it ends after ${bytes.length} bytes, before its data`);
}

interface Format {
  readonly code: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function readFormat(view: DataView, start: number, length: number): Format {
  if (length < 16 || start + length > view.byteLength)
    throw new AudioError("Cannot read WAV: its format chunk is cut off");
  let code = view.getUint16(start, true);
  if (code === EXTENSIBLE && length >= 26) code = view.getUint16(start + 24, true);
  const channels = view.getUint16(start + 2, true);
  const sampleRate = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  const known = code === PCM ? [8, 16, 24, 32].includes(bits) : code === FLOAT && [32, 64].includes(bits);
  if (!known)
    throw new AudioError(
      `Cannot read WAV: expected 8, 16, 24 or 32-bit PCM or float, got format ${code} of ${bits} bits`,
    );
  if (channels === 0 || sampleRate === 0)
    throw new AudioError(`Cannot read WAV: got ${channels} channels at ${sampleRate} Hz`);
  return { code, channels, sampleRate, bits };
}

function readData(view: DataView, start: number, length: number, format: Format): Audio {
  const { code, channels, sampleRate, bits } = format;
  const left = view.byteLength - start;
  const open = length >= 0x7ff00000 || (length === 0 && left > 0);
  if (!open && length > left)
    throw new AudioError(`Cannot read WAV: it is cut off, ${left} of ${length} bytes of sound are there`);
  const step = (bits / 8) * channels;
  const count = Math.floor((open ? left : length) / step);
  const read = reader(view, code, bits);
  const outputs = Array.from({ length: channels }, () => new Float32Array(count));
  for (let index = 0, at = start; index < count; index++) {
    for (const output of outputs) {
      output[index] = read(at);
      at += bits / 8;
    }
  }
  return mixDown(outputs, sampleRate);
}

function reader(view: DataView, code: number, bits: number): (at: number) => number {
  if (code === FLOAT)
    return bits === 32 ? (at) => finite(view.getFloat32(at, true)) : (at) => finite(view.getFloat64(at, true));
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (at) => view.getInt16(at, true) / 32768;
  if (bits === 24) return (at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 8388608;
  return (at) => view.getInt32(at, true) / 2147483648;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
