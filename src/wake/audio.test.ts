import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { AudioError } from "./audio.js";
import { decodeFlac } from "./flac.js";
import { readAudio } from "./read-audio.js";
import { Resampler, resample } from "./resample.js";
import { decodeWav } from "./wav.js";
import { encodeWav } from "./wav-writer.js";

const data = fileURLToPath(new URL("../../../shared/data/wake/keyword/computer", import.meta.url));

/** A WAV file of one or more channels, with `write` called for each value. */
function wav(code: number, bits: number, channels: number, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(44 + (values.length * bits) / 8);
  const view = new DataView(bytes.buffer);
  for (const [at, text] of [
    [0, "RIFF"],
    [8, "WAVE"],
    [12, "fmt "],
    [36, "data"],
  ] as const) {
    for (let index = 0; index < 4; index++) bytes[at + index] = text.charCodeAt(index);
  }
  view.setUint32(4, bytes.length - 8, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, 16000, true);
  view.setUint16(34, bits, true);
  view.setUint32(40, bytes.length - 44, true);
  for (const [index, value] of values.entries()) {
    const at = 44 + (index * bits) / 8;
    if (code === 3) bits === 32 ? view.setFloat32(at, value, true) : view.setFloat64(at, value, true);
    else if (bits === 8) view.setUint8(at, 128 + value * 128);
    else if (bits === 16) view.setInt16(at, value * 32768, true);
    else if (bits === 32) view.setInt32(at, value * 2147483648, true);
    else {
      view.setUint16(at, (value * 8388608) & 0xffff, true);
      view.setInt8(at + 2, (value * 8388608) >> 16);
    }
  }
  return bytes;
}

describe("WAV", () => {
  test.each([
    [1, 8],
    [1, 16],
    [1, 24],
    [1, 32],
    [3, 32],
    [3, 64],
  ])("format %i of %i bits reads its values back", (code, bits) => {
    expect([...decodeWav(wav(code, bits, 1, [0, 0.5, -0.5, -1, 0.25])).samples]).toEqual([0, 0.5, -0.5, -1, 0.25]);
  });

  test("stereo is mixed", () => {
    expect([...decodeWav(wav(1, 16, 2, [0.5, -0.5, 1 / 4, 3 / 4])).samples]).toEqual([0, 0.5]);
  });

  test("a recorder's open-ended header reaches to the end of the bytes", () => {
    const bytes = wav(1, 16, 1, [0.5, 0.25]);
    new DataView(bytes.buffer).setUint32(40, 0xffffffff, true);
    expect(decodeWav(bytes).samples).toHaveLength(2);
  });

  test("what cannot be read is named", () => {
    const bytes = wav(1, 16, 1, [0.5, 0.25]);
    expect(() => decodeWav(bytes.subarray(0, 46))).toThrow("cut off, 2 of 4 bytes");
    expect(() => decodeWav(wav(1, 16, 1, []))).toThrow("no samples");
    expect(() => decodeWav(bytes.subarray(0, 20))).toThrow("cut off");
    expect(() => decodeWav(wav(6, 8, 1, [0]))).toThrow("format 6 of 8 bits");
    expect(() => readAudio(new Uint8Array())).toThrow("empty");
    expect(() => readAudio(new TextEncoder().encode("OggS and more"))).toThrow("got Ogg");
    expect(() => readAudio(new TextEncoder().encode("hello"))).toThrow(AudioError);
  });

  test("what is written is read back", () => {
    const samples = Float32Array.of(0, 0.5, -0.25, 1, -1);
    const read = decodeWav(encodeWav({ samples, sampleRate: 8000 }));
    expect(read.sampleRate).toBe(8000);
    for (const [index, value] of read.samples.entries()) expect(value).toBeCloseTo(samples[index]!, 4);
  });
});

describe.skipIf(!existsSync(data))("FLAC", () => {
  const files = existsSync(data) ? readdirSync(data).filter((_, index) => index % 40 === 0) : [];

  test("samples have the check sum that the file states", () => {
    for (const file of files) {
      const bytes = readFileSync(`${data}/${file}`);
      const { samples } = decodeFlac(bytes);
      const pcm = Buffer.alloc(samples.length * 2);
      for (const [index, value] of samples.entries()) pcm.writeInt16LE(value * 32768, index * 2);
      expect(createHash("md5").update(pcm).digest("hex")).toBe(bytes.subarray(26, 42).toString("hex"));
    }
  });

  test("an independent decoder reads the same", async () => {
    const bytes = readFileSync(`${data}/${files[0]}`);
    const decoder = new FLACDecoder();
    await decoder.ready;
    const other = await decoder.decodeFile(bytes);
    decoder.free();
    const levels = (samples: Float32Array, full: number): number[] =>
      [...samples].map((value) => Math.round(value * full));
    // that decoder divides by 32,767
    expect(levels(decodeFlac(bytes).samples, 32768)).toEqual(levels(other.channelData[0]!, 32767));
  });

  test("a damaged and a cut file are refused", () => {
    const bytes = new Uint8Array(readFileSync(`${data}/${files[0]}`));
    expect(() => decodeFlac(bytes.subarray(0, bytes.length >> 1))).toThrow("cut off");
    expect(() => decodeFlac(bytes.subarray(0, 30))).toThrow(AudioError);
    bytes[bytes.length >> 1]! ^= 0xff;
    expect(() => decodeFlac(bytes)).toThrow(/damaged|cut off/);
  });
});

describe("resampling", () => {
  test.each([
    [44100, 16000],
    [8000, 16000],
    [48000, 16000],
    [22050, 16000],
  ])("a tone at %i Hz is the same tone at %i Hz", (from, to) => {
    const tone = (rate: number, length: number): Float32Array =>
      Float32Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * 440 * n) / rate));
    const out = resample(tone(from, from), from, to);
    const want = tone(to, to);
    expect(out).toHaveLength(to);
    for (let index = 200; index < to - 200; index++) expect(Math.abs(out[index]! - want[index]!)).toBeLessThan(2e-3);
  });

  test("what the lower rate cannot hold is removed", () => {
    const out = resample(
      Float32Array.from({ length: 48000 }, (_, n) => Math.sin((2 * Math.PI * 12000 * n) / 48000)),
      48000,
      16000,
    );
    expect(Math.max(...out.subarray(200, 15800).map(Math.abs))).toBeLessThan(1e-3);
  });

  test("a stream cut anywhere is the same stream", () => {
    const random = seededRandom(3);
    const samples = Float32Array.from({ length: 5000 }, () => random.next() - 0.5);
    for (const [from, to] of [
      [44100, 16000],
      [48000, 16000],
      [8000, 16000],
      [16000, 16000],
    ] as const) {
      const resampler = new Resampler(from, to);
      const out: number[] = [];
      for (let at = 0; at < samples.length; ) {
        const end = Math.min(samples.length, at + Math.floor(random.next() * 300));
        out.push(...resampler.push(samples.subarray(at, end)));
        at = end;
      }
      const whole = resample(samples, from, to);
      expect(out.length).toBeGreaterThan(whole.length - 120);
      expect(out).toEqual([...whole.subarray(0, out.length)]);
    }
  });

  test("a rate that is none is refused", () => {
    expect(() => resample(new Float32Array(1), 0, 16000)).toThrow(RangeError);
  });
});
