import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AudioSource, Pcm16Decoder } from "../../core/audio-source.js";
import { microphoneCapture } from "../../platform/node/microphone-capture.js";
import { HOP } from "../../wake/front-end.js";
import { SAMPLE_RATE } from "../../wake/read-audio.js";
import { UtteranceCutter } from "../../wake/utterance-cutter.js";
import { encodeWav } from "../../wake/wav-writer.js";
import { CommandError, EXIT, type Parsed, UsageError } from "../command.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal } from "../terminal.js";

const COUNT = 12;
/** How to say it this time: what makes recordings differ is what a network needs. */
const WAYS = [
  "as you would",
  "a little faster",
  "a little slower",
  "quietly",
  "from two metres away",
  "turned away",
  "as a question",
  "tired",
  "as you would",
  "loudly",
  "with music or water running",
  "in a hurry",
];

/** `mobile-ai wake record`: guides a person through recordings of a phrase and writes them as WAV files, nothing else. */
export async function recordWake(parsed: Parsed, terminal: Terminal): Promise<number> {
  const phrase = parsed.text("phrase");
  if (phrase === undefined) throw new UsageError("Cannot record: which phrase? Give --phrase NAME");
  const speaker = parsed.text("speaker") ?? "me";
  if (!/^[\p{L}\p{N}-]+$/u.test(speaker))
    throw new UsageError(`Cannot use "${safe(speaker)}" as a speaker: expected letters, digits and dashes`);
  const count = parsed.count("count") ?? COUNT;
  const directory = join(parsed.words[0]!, speaker); // a required argument
  const next = await nextNumber(directory);
  const device = parsed.text("device");
  const source =
    terminal.stdin.isTTY === true ? microphoneCapture(device === undefined ? {} : { device }) : inputSource(terminal);
  const ask = (done: number): void =>
    remark(terminal, safe(`${done + 1} of ${count}: say "${phrase}", ${WAYS[done % WAYS.length]}`));
  remark(terminal, `Recordings go to ${safe(directory)}; Ctrl-C ends it. Wait a second before the first`);
  ask(0);
  const taken = await record(
    source,
    terminal.signal,
    async (samples, done) => {
      const path = join(directory, `${String(next + done).padStart(3, "0")}.wav`);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(path, encodeWav({ samples, sampleRate: SAMPLE_RATE }), { mode: 0o600 });
      } catch (error) {
        throw new CommandError(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
      }
      print(terminal, safe(path));
      if (done + 1 < count) ask(done + 1);
      return done + 1 < count;
    },
    (fault) => remark(terminal, `That was ${fault}; once more`),
  );
  if (taken.error !== undefined && taken.done < count) throw new CommandError(taken.error.message);
  remark(
    terminal,
    `${taken.done} recordings. Next: mobile-ai wake train --phrase "${phrase}" --positives ${parsed.words[0]!} --negatives DIR --base computer --speakers 40`,
  );
  return taken.done < count && terminal.signal.aborted ? EXIT.interrupted : taken.done === 0 ? EXIT.failed : 0;
}

/** Takes utterances until `onTaken` says it is enough, the source ends or the signal aborts. */
function record(
  source: AudioSource,
  signal: AbortSignal,
  onTaken: (samples: Float32Array, done: number) => Promise<boolean>,
  onFault: (fault: string) => void,
): Promise<{ readonly done: number; readonly error: Error | undefined }> {
  return new Promise((resolve, reject) => {
    const cutter = new UtteranceCutter();
    const hop = new Float32Array(HOP);
    let filled = 0;
    let done = 0;
    let last: Promise<boolean> = Promise.resolve(true);
    let isEnough = false;
    const stop = source.start(
      (samples) => {
        for (const sample of samples) {
          hop[filled++] = sample;
          if (filled < HOP) continue;
          filled = 0;
          const utterance = cutter.push(hop);
          if (utterance === undefined || isEnough) continue;
          if (utterance.kind === "bad") onFault(utterance.fault);
          else {
            last = last.then((goOn) => (goOn ? onTaken(utterance.samples, done++) : false));
            last.then(
              (goOn) => {
                if (goOn) return;
                isEnough = true;
                stop();
              },
              (error) => {
                reject(error);
                stop();
              },
            );
          }
        }
      },
      (error) => {
        signal.removeEventListener("abort", stop);
        last.then(() => resolve({ done, error }), reject);
      },
    );
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** Standard input as a microphone: 16-bit samples at 16 kHz. */
function inputSource({ stdin }: Terminal): AudioSource {
  return {
    name: "standard input",
    start(onSamples, onEnd) {
      const decoder = new Pcm16Decoder();
      let ended = false;
      const end = (error: Error | undefined): void => {
        if (ended) return;
        ended = true;
        onEnd(error);
      };
      stdin.on("data", (chunk: Uint8Array) => {
        if (!ended) onSamples(decoder.push(chunk), SAMPLE_RATE);
      });
      stdin.once("end", () => end(undefined));
      stdin.once("error", (error) => end(error));
      return () => {
        end(undefined);
        stdin.destroy();
      };
    },
  };
}

async function nextNumber(directory: string): Promise<number> {
  try {
    const numbers = (await readdir(directory)).map((file) => Number(/^(\d+)\.wav$/.exec(file)?.[1] ?? 0));
    return Math.max(0, ...numbers) + 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 1; // node:fs errors carry a code
    throw new CommandError(`Cannot list ${directory}: ${reasonOf(error)}`, { cause: error });
  }
}
