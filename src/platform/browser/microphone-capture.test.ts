import { expect, test } from "vitest";
import { registerCapture, soundReporter, type WorkletListener } from "./capture-worklet.js";
import { browserMicrophone, type CaptureEnvironment, workletEar } from "./microphone-capture.js";

/** A browser whose worklet runs here: what its processor posts reaches the node of the page. */
function browser(
  makeListener: (setup: unknown, rate: number) => WorkletListener,
  options: { readonly refuses?: boolean } = {},
) {
  let Processor:
    | (new (
        options: unknown,
      ) => { process(inputs: readonly (readonly Float32Array[])[]): boolean })
    | undefined;
  let processor: { process(inputs: readonly (readonly Float32Array[])[]): boolean } | undefined;
  const log: string[] = [];
  const track = { stop: () => log.push("track stopped"), onended: undefined as (() => void) | undefined };
  let node: { port: { onmessage: ((event: { data: unknown }) => void) | undefined } } | undefined;
  registerCapture(
    {
      AudioWorkletProcessor: class {
        readonly port = { postMessage: (data: unknown) => node?.port.onmessage?.({ data }) };
      },
      sampleRate: 48_000,
      registerProcessor(_, made) {
        Processor = made as typeof Processor; // registerCapture has just made it
      },
    },
    "mobile-ai-capture",
    makeListener,
  );
  const environment = {
    mediaDevices: {
      getUserMedia: async () => {
        if (options.refuses) throw new Error("NotAllowedError");
        return { getTracks: () => [track] };
      },
    },
    AudioContext: class {
      readonly audioWorklet = { addModule: async (url: string) => void log.push(`module ${url}`) };
      createMediaStreamSource = () => ({ connect: () => void log.push("connected") });
      close = async () => void log.push("closed");
    },
    AudioWorkletNode: class {
      readonly port = { onmessage: undefined };
      constructor(_: unknown, name: string, { processorOptions }: { processorOptions: unknown }) {
        log.push(`node ${name}`);
        node = this;
        processor = new Processor!({ processorOptions });
      }
    },
  } as unknown as CaptureEnvironment; // only what is used stands in for the browser's classes
  return { environment, log, track, play: (samples: Float32Array) => processor?.process([[samples]]) };
}

test("a worklet listens by itself and only its reports cross", async () => {
  const { environment, log, track, play } = browser(
    (setup, rate) => (samples) => (samples[0]! > 0.5 ? { setup, rate } : undefined),
  );
  const reports: unknown[] = [];
  let ended = 0;
  const ear = workletEar("ear.js", {
    environment,
    setup: { phrase: "computer" },
    onReport: (report) => reports.push(report),
    onEnd: () => ended++,
  });
  await ear.start();
  play(new Float32Array(128));
  play(new Float32Array(128).fill(0.9));
  expect(reports).toEqual([{ setup: { phrase: "computer" }, rate: 48_000 }]);
  track.onended?.();
  expect(ended).toBe(1);
  await ear.stop();
  expect(log).toEqual(["module ear.js", "node mobile-ai-capture", "connected", "track stopped", "closed"]);
});

test("the page can have the sound itself, in pieces of a tenth of a second", async () => {
  const { environment, play } = browser((_, rate) => soundReporter(rate));
  const lengths: number[] = [];
  const ends: unknown[] = [];
  const stop = browserMicrophone("ear.js", { environment }).start(
    (samples, rate) => lengths.push(samples.length, rate),
    (error) => ends.push(error),
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  for (let block = 0; block < 80; block++) play(new Float32Array(128));
  expect(lengths).toEqual([4864, 48_000, 4864, 48_000]);
  stop();
  expect(ends).toEqual([undefined]);
});

test("a person who refuses ends the source with why", async () => {
  const { environment } = browser((_, rate) => soundReporter(rate), { refuses: true });
  const error = await new Promise((resolve) => browserMicrophone("ear.js", { environment }).start(() => {}, resolve));
  expect(error).toEqual(new Error("NotAllowedError"));
});
