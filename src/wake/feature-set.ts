import { BANDS, FRAME_LIMITS, type Normalization } from "./front-end.js";
import type { RecordingKind } from "./manifest.js";

/** A stretch of frames in a feature set, made from one recording. */
export interface FeatureSegment {
  /** `part` is a wake word with its first half cut off: no wake word. */
  readonly kind: RecordingKind | "part";
  readonly word: string;
  readonly speaker: string;
  readonly file: string;
  /** First frame of the segment, the silence or noise before its sound included. */
  readonly start: number;
  /** One past its last frame. */
  readonly end: number;
  /** First frame of its sound, and one past the last. */
  readonly wordStart: number;
  readonly wordEnd: number;
}

/** Frames of many recordings one after the other, a byte for each value. Segments follow one another; between them time does not jump. */
export interface FeatureSet {
  readonly normalization: Normalization;
  /** (frames, 40): a value is `RANGES[normalization].low + byte * step`. */
  readonly bytes: Uint8Array;
  readonly segments: readonly FeatureSegment[];
}

/** What the bytes 0 and 255 stand for. */
export const RANGES: typeof FRAME_LIMITS = FRAME_LIMITS;

/** Writes frames as bytes, values outside the range clipped. */
export function quantizeFrames(out: Uint8Array, frames: Float32Array, normalization: Normalization): void {
  const { low, high } = RANGES[normalization];
  const scale = 255 / (high - low);
  for (let index = 0; index < frames.length; index++)
    out[index] = Math.max(0, Math.min(255, Math.round((frames[index]! - low) * scale)));
}

/** Reads `count` frames from frame `first` on into `out` (count, 40). */
export function readFrames(out: Float32Array, set: FeatureSet, first: number, count: number): void {
  const { low, high } = RANGES[set.normalization];
  const scale = (high - low) / 255;
  const start = first * BANDS;
  for (let index = 0; index < count * BANDS; index++) out[index] = low + scale * set.bytes[start + index]!;
}

/** Several sets one after the other. RangeError when they are not of one normalization. */
export function joinSets(sets: readonly FeatureSet[]): FeatureSet {
  const normalization = sets[0]?.normalization ?? "pcen";
  const bytes = new Uint8Array(sets.reduce((sum, set) => sum + set.bytes.length, 0));
  const segments: FeatureSegment[] = [];
  let at = 0;
  for (const set of sets) {
    if (set.normalization !== normalization)
      throw new RangeError(`Cannot join sets: expected ${normalization}, got ${set.normalization}`);
    const shift = at / BANDS;
    bytes.set(set.bytes, at);
    at += set.bytes.length;
    for (const { start, end, wordStart, wordEnd, ...rest } of set.segments) {
      segments.push({
        ...rest,
        start: start + shift,
        end: end + shift,
        wordStart: wordStart + shift,
        wordEnd: wordEnd + shift,
      });
    }
  }
  return { normalization, bytes, segments };
}
