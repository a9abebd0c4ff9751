import { readFile } from "node:fs/promises";
import { Pcm16Decoder } from "../../core/audio-source.js";
import { systemClock } from "../../core/clock.js";
import { microphoneCapture, NoRecorderError } from "../../platform/node/microphone-capture.js";
import { PowerController } from "../../power/power-controller.js";
import { type HeardPhrase, WakeListener } from "../../wake/listener.js";
import { readAudio, SAMPLE_RATE } from "../../wake/read-audio.js";
import { Resampler } from "../../wake/resample.js";
import { runWakeLoop } from "../../wake-loop.js";
import { CommandError, EXIT, type Parsed, UsageError } from "../command.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal, table } from "../terminal.js";
import { loadNetworks, networkDirectories, scoreOf } from "../wake-networks.js";

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
  const resampler = new Resampler(rate, SAMPLE_RATE);
  const hear = (samples: Float32Array): void => {
    for (const event of listener.process(resampler.push(samples))) tell(event, parsed.flag("json"), terminal);
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
  const device = parsed.text("device");
  const source = microphoneCapture(device === undefined ? {} : { device });
  remark(terminal, "Listening; nothing is recorded. Ctrl-C ends it");
  // Somebody asked for it, so listening has no end of its own, as on a charger.
  const power = new PowerController({ clock: systemClock, state: "listening", charging: true });
  if (!parsed.flag("json")) power.onChange(({ to }) => remark(terminal, `Power: ${to}`));
  try {
    await runWakeLoop({
      source,
      listener,
      clock: systemClock,
      signal: terminal.signal,
      power,
      onWake: (event) => tell(event, parsed.flag("json"), terminal),
      onLost(error, retryMs) {
        if (error instanceof NoRecorderError) throw new CommandError(error.message);
        remark(
          terminal,
          safe(`${error?.message ?? "The microphone went away"}. Asleep; trying again in ${retryMs / 1000} s`),
        );
      },
    });
  } finally {
    power.close();
  }
  report();
  return EXIT.interrupted;
}

async function listenerOf(parsed: Parsed, terminal: Terminal): Promise<WakeListener> {
  const phrases = parsed.texts("phrase");
  const networks = await loadNetworks(networkDirectories(parsed, terminal), phrases.length > 0 ? phrases : undefined);
  const threshold = scoreOf(parsed, "threshold");
  if (networks.length === 0)
    throw new CommandError("Cannot listen: there is no network. See mobile-ai wake train --help");
  return new WakeListener({
    detectors: networks.map(({ stages, normalization }) => ({
      network: stages(),
      normalization,
      ...(threshold === undefined ? {} : { threshold }),
    })),
  });
}

function tell(event: HeardPhrase, isJson: boolean, terminal: Terminal): void {
  if (isJson) print(terminal, JSON.stringify(event));
  else print(terminal, `${(event.atMs / 1000).toFixed(2)} s  ${safe(event.phrase)}  ${event.score.toFixed(3)}`);
}

/** Reads samples from standard input until it ends; resolves to whether half a sample was left. */
async function hearInput(terminal: Terminal, hear: (samples: Float32Array) => void): Promise<boolean> {
  const decoder = new Pcm16Decoder();
  const onAbort = (): void => void terminal.stdin.destroy();
  terminal.signal.addEventListener("abort", onAbort, { once: true });
  try {
    for await (const chunk of terminal.stdin) hear(decoder.push(Buffer.from(chunk)));
  } catch (error) {
    terminal.signal.throwIfAborted();
    throw error;
  } finally {
    terminal.signal.removeEventListener("abort", onAbort);
  }
  return decoder.isCut;
}
