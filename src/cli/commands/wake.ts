import { readFile } from "node:fs/promises";
import { messageOf } from "../../core/errors.js";
import { microphoneCapture, type PcmSource } from "../../platform/node/microphone-capture.js";
import { type HeardPhrase, WakeListener } from "../../wake/listener.js";
import { decodePcm16, readAudio, SAMPLE_RATE } from "../../wake/read-audio.js";
import { resample } from "../../wake/resample.js";
import { CommandError, EXIT, type Parsed, UsageError } from "../command.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal, table } from "../terminal.js";
import { loadNetworks, networkDirectories } from "../wake-networks.js";

/** `mobile-ai wake test FILE`: where a recording wakes a network, and what the stages scored there. */
export async function testWake(parsed: Parsed, terminal: Terminal): Promise<number> {
  const path = parsed.words[0]!; // a required argument
  let samples: Float32Array;
  try {
    samples = readAudio(await readFile(path)).samples;
  } catch (error) {
    throw new CommandError(`Cannot use ${safe(path)}: ${reasonOf(error)}`, { cause: error });
  }
  const listener = await listenerOf(parsed, terminal);
  const events = listener.process(samples);
  const seconds = samples.length / SAMPLE_RATE;
  const { passed, hops, detectors } = listener.work;
  const runs = detectors.reduce((sum, work) => sum + work.verifierRuns, 0);
  if (parsed.flag("json"))
    print(
      terminal,
      JSON.stringify({ seconds, events, gated: 1 - passed / Math.max(1, hops), verifierRuns: runs }, null, 2),
    );
  else {
    if (events.length > 0)
      print(
        terminal,
        table([
          ["AT", "PHRASE", "SCORE"],
          ...events.map((event) => [`${(event.atMs / 1000).toFixed(2)} s`, safe(event.phrase), event.score.toFixed(3)]),
        ]),
      );
    else print(terminal, "No wake phrase in it");
    remark(
      terminal,
      `${seconds.toFixed(1)} s of sound; ${Math.round((100 * (hops - passed)) / Math.max(1, hops))} % of it was too quiet to look at; the verifier ran ${runs} times`,
    );
  }
  return events.length > 0 ? EXIT.answered : EXIT.failed;
}

/** `mobile-ai wake listen`: says each time a phrase is heard, until Ctrl-C. Nothing is recorded. */
export async function listenWake(parsed: Parsed, terminal: Terminal): Promise<number> {
  const rate = parsed.count("rate") ?? SAMPLE_RATE;
  const listener = await listenerOf(parsed, terminal);
  const isPiped = parsed.words[0] === "-" || terminal.stdin.isTTY !== true;
  if (parsed.words[0] !== undefined && parsed.words[0] !== "-")
    throw new UsageError(
      `Cannot listen to "${safe(parsed.words[0])}": - reads samples from standard input; for a file use mobile-ai wake test`,
    );
  const hear = (samples: Float32Array): void => {
    for (const event of listener.process(resample(samples, rate, SAMPLE_RATE)))
      tell(event, parsed.flag("json"), terminal);
  };
  const report = (): void => {
    const { passed, hops } = listener.work;
    if (parsed.flag("json")) return;
    remark(
      terminal,
      `Listened for ${(hops / 100).toFixed(1)} s; ${Math.round((100 * (hops - passed)) / Math.max(1, hops))} % of it was too quiet to look at`,
    );
  };
  if (isPiped) {
    if (rate !== SAMPLE_RATE)
      throw new UsageError(`Cannot listen to a stream at ${rate} Hz: expected ${SAMPLE_RATE} (sox and ffmpeg convert)`);
    const left = await hearInput(terminal, hear);
    if (left) remark(terminal, "The input ended in the middle of a sample");
    if (listener.work.hops === 0)
      throw new CommandError("Cannot listen: standard input held no sound (16-bit little-endian samples at 16 kHz)");
    report();
    return 0;
  }
  await hearMicrophone(terminal, parsed, hear);
  report();
  return EXIT.interrupted;
}

async function listenerOf(parsed: Parsed, terminal: Terminal): Promise<WakeListener> {
  const phrases = parsed.texts("phrase");
  const networks = await loadNetworks(networkDirectories(parsed, terminal), phrases.length > 0 ? phrases : undefined);
  const text = parsed.text("threshold");
  const threshold = text === undefined ? undefined : Number(text);
  if (networks.length === 0)
    throw new CommandError("Cannot listen: there is no network. See mobile-ai wake train --help");
  try {
    return new WakeListener({
      detectors: networks.map(({ stages, normalization }) => ({
        network: stages(),
        normalization,
        ...(threshold === undefined ? {} : { threshold }),
      })),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(messageOf(error));
    throw error;
  }
}

function tell(event: HeardPhrase, isJson: boolean, terminal: Terminal): void {
  if (isJson) print(terminal, JSON.stringify(event));
  else print(terminal, `${(event.atMs / 1000).toFixed(2)} s  ${safe(event.phrase)}  ${event.score.toFixed(3)}`);
}

/** Reads samples from standard input until it ends; resolves to whether half a sample was left. */
async function hearInput(terminal: Terminal, hear: (samples: Float32Array) => void): Promise<boolean> {
  let half: Uint8Array = new Uint8Array(0);
  const onAbort = (): void => void terminal.stdin.destroy();
  terminal.signal.addEventListener("abort", onAbort, { once: true });
  try {
    for await (const chunk of terminal.stdin) {
      const bytes = Buffer.concat([half, Buffer.from(chunk)]);
      hear(decodePcm16(bytes));
      half = bytes.length % 2 === 1 ? bytes.subarray(bytes.length - 1) : new Uint8Array(0);
    }
  } catch (error) {
    terminal.signal.throwIfAborted();
    throw error;
  } finally {
    terminal.signal.removeEventListener("abort", onAbort);
  }
  return half.length > 0;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/** Hears the microphone until Ctrl-C; when it goes away it is tried again after 1, 2, 4 ... 60 seconds. */
async function hearMicrophone(
  terminal: Terminal,
  parsed: Parsed,
  hear: (samples: Float32Array) => void,
): Promise<void> {
  const device = parsed.text("device");
  const source = microphoneCapture(device === undefined ? {} : { device });
  remark(terminal, "Listening; nothing is recorded. Ctrl-C ends it");
  for (let waitMs = FIRST_RETRY_MS; !terminal.signal.aborted; waitMs = Math.min(LAST_RETRY_MS, 2 * waitMs)) {
    const { heard, error } = await hearOnce(source, terminal.signal, hear);
    if (terminal.signal.aborted) return;
    if (error !== undefined && /none of .* is installed/.test(error.message)) throw new CommandError(error.message);
    if (heard) waitMs = FIRST_RETRY_MS;
    remark(
      terminal,
      safe(`${error?.message ?? "The microphone went away"}. Asleep; trying again in ${waitMs / 1000} s`),
    );
    await pause(waitMs, terminal.signal);
  }
}

function hearOnce(
  source: PcmSource,
  signal: AbortSignal,
  hear: (samples: Float32Array) => void,
): Promise<{ readonly heard: boolean; readonly error: Error | undefined }> {
  return new Promise((resolve) => {
    let heard = false;
    let half: Uint8Array = new Uint8Array(0);
    const stop = source.start(
      (chunk) => {
        heard = true;
        const bytes = half.length === 0 ? chunk : Buffer.concat([half, chunk]);
        hear(decodePcm16(bytes));
        half = bytes.length % 2 === 1 ? bytes.subarray(bytes.length - 1) : new Uint8Array(0);
      },
      (error) => {
        signal.removeEventListener("abort", stop);
        resolve({ heard, error });
      },
    );
    signal.addEventListener("abort", stop, { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
