import type { ConvolutionParameters, ConvolutionSpec } from "../nets/separable-convolution.js";
import type { Verifier } from "./detector.js";
import { type Candidate, type Curve, errorCurve } from "./error-curve.js";
import { type FeatureSegment, type FeatureSet, readFrames } from "./feature-set.js";
import { BANDS, FRAME_RATE } from "./front-end.js";
import type { Recording } from "./manifest.js";
import { createVerifier } from "./verifier-network.js";

/** Frames from one look to the next, when nothing else is said. */
const STRIDE = 10;
/** Frames after a word in which it still stands in the window. */
const ECHO = 150;

/**
 * How a verifier alone does on sets made of speakers it was not trained on: a look each 100 ms, the best one after a word
 * decides whether it is missed. For choosing among networks; what counts is `WakeEvaluation`, over whole recordings.
 */
export function verifierCurve(
  spec: ConvolutionSpec,
  members: readonly ConvolutionParameters[],
  positives: FeatureSet,
  negatives: FeatureSet,
  word: string,
  { stride = STRIDE }: { readonly stride?: number } = {},
): Curve {
  const verifier = createVerifier({ spec, members });
  const window = new Float32Array(verifier.frames * BANDS);
  const found: number[] = [];
  for (const { kind, word: spoken, start, end, wordEnd } of positives.segments) {
    if (kind !== "kw" || spoken !== word) continue;
    let best = 0;
    for (let at = Math.max(start + verifier.frames, wordEnd - 5); at <= Math.min(end, wordEnd + 55); at += 5)
      best = Math.max(best, look(verifier, window, positives, at));
    found.push(best);
  }
  const candidates: Candidate[] = [];
  let frames = 0;
  let blocked = verifier.frames;
  for (const segment of negatives.segments) {
    if (segment.kind === "kw" && segment.word === word) {
      blocked = segment.end + ECHO;
      continue;
    }
    frames += segment.end - segment.start;
    for (let at = Math.max(segment.start, blocked); at < segment.end; at += stride) {
      const score = look(verifier, window, negatives, at);
      if (score > 0.01) candidates.push({ second: at / FRAME_RATE, score, recording: recordingOf(segment) });
    }
  }
  return errorCurve([{ candidates, positives: found, hours: frames / FRAME_RATE / 3600 }]);
}

function look(verifier: Verifier, window: Float32Array, set: FeatureSet, end: number): number {
  readFrames(window, set, end - verifier.frames, verifier.frames);
  return verifier.run(window);
}

function recordingOf({ kind, word, speaker, file }: FeatureSegment): Recording {
  return { kind: kind === "part" ? "kw" : kind, word, speaker, source: "", licence: "", file };
}
