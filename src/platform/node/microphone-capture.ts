import { type ChildProcess, spawn } from "node:child_process";
import { type AudioSource, Pcm16Decoder } from "../../core/audio-source.js";

const SAMPLE_RATE = 16_000;

/** No program that records is installed here: trying again does not help. */
export class NoRecorderError extends Error {
  override readonly name: string = "NoRecorderError";
}

/** Programs that record from the microphone of this machine, best first: ALSA's own, then SoX under both its names. */
const RECORDERS: readonly (readonly [program: string, ...parameters: string[]])[] = [
  ["arecord", "-q", "-t", "raw", "-f", "S16_LE", "-r", "16000", "-c", "1"],
  ["rec", "-q", "-t", "raw", "-r", "16000", "-e", "signed", "-b", "16", "-L", "-c", "1", "-"],
  ["sox", "-q", "-d", "-t", "raw", "-r", "16000", "-e", "signed", "-b", "16", "-L", "-c", "1", "-"],
];

/** A recorder of this machine; `device` is named to arecord (`hw:1,0`) or to SoX (AUDIODEV). */
export function microphoneCapture(options: { readonly program?: string; readonly device?: string } = {}): AudioSource {
  const { program, device } = options;
  const known = RECORDERS.filter(([name]) => program === undefined || name === program);
  if (known.length === 0)
    throw new RangeError(`Cannot record with "${program}": expected ${RECORDERS.map(([name]) => name).join(", ")}`);
  return {
    name: known.map(([name]) => name).join(", "),
    start(onSamples, onEnd) {
      const decoder = new Pcm16Decoder();
      let child: ChildProcess | undefined;
      let stopped = false;
      let ended = false;
      const end = (error: Error | undefined): void => {
        if (ended) return;
        ended = true;
        onEnd(stopped ? undefined : error);
      };
      const attempt = (index: number): void => {
        const recorder = known[index];
        if (recorder === undefined) {
          const programs = known.map(([name]) => name).join(", ");
          end(
            new NoRecorderError(
              `Cannot record: none of ${programs} is installed. Install alsa-utils or sox, or pipe 16-bit samples into standard input`,
            ),
          );
          return;
        }
        const [name, ...parameters] = recorder;
        const isAlsa = name === "arecord";
        const own = spawn(name, device !== undefined && isAlsa ? [...parameters, "-D", device] : parameters, {
          stdio: ["ignore", "pipe", "pipe"],
          env: device === undefined || isAlsa ? process.env : { ...process.env, AUDIODEV: device },
        });
        child = own;
        let complaint = "";
        own.stderr.setEncoding("utf8").on("data", (text: string) => {
          complaint = (complaint + text).slice(-500);
        });
        own.stdout.on("data", (bytes: Buffer) => {
          if (!stopped) onSamples(decoder.push(bytes), SAMPLE_RATE);
        });
        own.once("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT" && !stopped) attempt(index + 1);
          else end(error);
        });
        own.once("close", (code) => {
          if (own.pid !== undefined)
            end(
              new Error(
                `The microphone went away: ${name} ended with ${code}${complaint === "" ? "" : `, ${complaint.trim().split("\n")[0]}`}`,
              ),
            );
        });
      };
      attempt(0);
      return () => {
        stopped = true;
        child?.kill("SIGTERM");
      };
    },
  };
}
