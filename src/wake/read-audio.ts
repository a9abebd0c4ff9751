import { type Audio, AudioError } from "./audio.js";
import { decodeFlac } from "./flac.js";
import { resample } from "./resample.js";
import { decodeWav } from "./wav.js";

/** Samples a second that the front end takes. */
export const SAMPLE_RATE = 16_000;

/** Reads a WAV or FLAC file by its first bytes and brings it to one channel at 16 kHz. Throws AudioError, which names what is wrong. */
export function readAudio(bytes: Uint8Array): Audio {
  if (bytes.length === 0) throw new AudioError("Cannot read the sound: the file is empty");
  const audio = decode(bytes);
  return { samples: resample(audio.samples, audio.sampleRate, SAMPLE_RATE), sampleRate: SAMPLE_RATE };
}

function decode(bytes: Uint8Array): Audio {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  if (head === "RIFF") return decodeWav(bytes);
  if (head === "fLaC") return decodeFlac(bytes);
  const known =
    head.startsWith("ID3") || (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0)
      ? "MP3"
      : head === "OggS"
        ? "Ogg"
        : undefined;
  throw new AudioError(`Cannot read the sound: expected a WAV or FLAC file, got ${known ?? "something else"}`);
}
