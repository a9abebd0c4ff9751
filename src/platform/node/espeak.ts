import { execFile } from "node:child_process";
import type { Random } from "../../core/random.js";

/** A made-up speaker of espeak-ng. */
export interface EspeakVoice {
  /** Accent and timbre: `en-us+f2`. */
  readonly voice: string;
  /** 0 to 99. */
  readonly pitch: number;
  /** Words a minute. */
  readonly speed: number;
}

const PROGRAM = "espeak-ng";
const ACCENTS = ["en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"];
const TIMBRES = ["", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5"];

/** So many voices, no two alike. */
export function espeakVoices(count: number, random: Random): EspeakVoice[] {
  return Array.from({ length: count }, (_, index) => ({
    voice: `${ACCENTS[index % ACCENTS.length]}${TIMBRES[Math.floor(random.next() * TIMBRES.length)]}`,
    pitch: Math.round(25 + 55 * random.next()),
    speed: Math.round(125 + 75 * random.next()),
  }));
}

/** Whether espeak-ng is installed. */
export async function hasEspeak(): Promise<boolean> {
  try {
    await run(["--version"]);
    return true;
  } catch {
    return false; // whatever is wrong with it, it cannot be used
  }
}

/** A text spoken by espeak-ng, as a WAV file at 22,050 Hz. Rejects when the program is missing or fails. */
export async function speakWithEspeak(
  text: string,
  { voice, pitch, speed }: EspeakVoice,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  return run(["--stdout", "-v", voice, "-p", String(pitch), "-s", String(speed), "--", text], options.signal);
}

function run(parameters: readonly string[], signal?: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    execFile(
      PROGRAM,
      [...parameters],
      { encoding: "buffer", maxBuffer: 16 * 1024 * 1024, timeout: 20_000, ...(signal === undefined ? {} : { signal }) },
      (error, stdout) => {
        if (error === null) resolve(new Uint8Array(stdout));
        else reject(signal?.aborted === true ? signal.reason : error);
      },
    );
  });
}
