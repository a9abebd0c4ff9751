import { WakeDetector } from "./detector.js";
import { type Candidate, type Curve, errorCurve } from "./error-curve.js";
import { type FeatureSegment, type FeatureSet, readFrames } from "./feature-set.js";
import { BANDS, FRAME_RATE } from "./front-end.js";
import { WakeNetwork, type WakeNetworkModel } from "./wake-network.js";

/** Frames over which only the best score is kept. */
const BLOCK = 10;
/** Frames after a word in which it still echoes in the membranes. */
const ECHO = 60;

/**
 * How a first stage alone does on sets made of speakers it was not trained on, smoothed as in the detector. For choosing a
 * threshold; what counts is `WakeEvaluation`, over whole recordings.
 */
export function firstStageCurve(model: WakeNetworkModel, positives: FeatureSet, negatives: FeatureSet): Curve {
  const { phrase } = model;
  const first = new WakeNetwork(model);
  const detector = new WakeDetector({ network: { phrase, first, firstThreshold: 1, threshold: 1 } });
  const frame = new Float32Array(BANDS);
  const score = (set: FeatureSet, at: number): number => {
    readFrames(frame, set, at, 1);
    detector.process(frame);
    return detector.firstScore;
  };
  const found: number[] = [];
  for (const { kind, word, start, end, wordStart } of positives.segments) {
    detector.reset();
    let best = 0;
    for (let at = start; at < end; at++) {
      const now = score(positives, at);
      if (at >= wordStart) best = Math.max(best, now);
    }
    if (kind === "kw" && word === phrase) found.push(best);
  }
  const candidates: Candidate[] = [];
  let frames = 0;
  let blocked = 0;
  detector.reset();
  for (const segment of negatives.segments) {
    const isWord = segment.kind === "kw" && segment.word === phrase;
    if (isWord) blocked = segment.end + ECHO;
    else frames += segment.end - segment.start;
    let best = 0;
    for (let at = segment.start; at < segment.end; at++) {
      const now = score(negatives, at);
      if (at >= blocked) best = Math.max(best, now);
      if (at % BLOCK !== 0) continue;
      if (best > 0.01) candidates.push({ second: at / FRAME_RATE, score: best, recording: recordingOf(segment) });
      best = 0;
    }
  }
  return errorCurve([{ candidates, positives: found, hours: frames / FRAME_RATE / 3600 }]);
}

function recordingOf({ kind, word, speaker, file }: FeatureSegment): Candidate["recording"] {
  return { kind: kind === "part" ? "kw" : kind, word, speaker, source: "", licence: "", file };
}
