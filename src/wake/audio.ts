/** Sound as every part of this room takes it: one channel, samples between -1 and 1. */
export interface Audio {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** A sound that cannot be used as it is: empty, cut off, damaged, or of a kind that is not read here. */
export class AudioError extends Error {
  override readonly name: string = "AudioError";
}

/** Averages the channels into one; throws AudioError when there is no sample in them. */
export function mixDown(channels: readonly Float32Array[], sampleRate: number): Audio {
  const first = channels[0];
  if (first === undefined || first.length === 0) throw new AudioError("Cannot use the sound: it holds no samples");
  if (channels.length === 1) return { samples: first, sampleRate };
  const samples = new Float32Array(first.length);
  for (const channel of channels) {
    for (let index = 0; index < samples.length; index++) samples[index]! += channel[index]! / channels.length;
  }
  return { samples, sampleRate };
}
