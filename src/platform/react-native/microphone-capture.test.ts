import { expect, test } from "vitest";
import { type LiveAudioModule, reactNativeMicrophone } from "./microphone-capture.js";

function fake() {
  const calls: string[] = [];
  let listener: ((chunk: string) => void) | undefined;
  const module: LiveAudioModule = {
    init: ({ sampleRate, channels, bitsPerSample }) =>
      void calls.push(`init ${sampleRate} ${channels} ${bitsPerSample}`),
    start: () => void calls.push("start"),
    stop: () => void calls.push("stop"),
    on(_, callback) {
      listener = callback;
      return { remove: () => void calls.push("remove") };
    },
  };
  return { module, calls, send: (chunk: string) => listener?.(chunk) };
}

test("chunks of base64 become samples, whatever their cut", () => {
  const { module, calls, send } = fake();
  const heard: number[] = [];
  const ends: unknown[] = [];
  const stop = reactNativeMicrophone(module).start(
    (samples, rate) => heard.push(...samples, rate),
    (error) => ends.push(error),
  );
  const bytes = Buffer.from([0, 0x40, 0, 0xc0, 0xff, 0x7f]);
  send(bytes.subarray(0, 3).toString("base64"));
  send(bytes.subarray(3).toString("base64"));
  expect(heard).toEqual([0.5, 16000, -0.5, 32767 / 32768, 16000]);
  stop();
  stop();
  send(bytes.toString("base64"));
  expect(heard).toHaveLength(5);
  expect(ends).toEqual([undefined]);
  expect(calls).toEqual(["init 16000 1 16", "start", "remove", "stop"]);
});

test("a module that fails, or sends something else, ends the source with why", () => {
  const broken = fake();
  const errors: (Error | undefined)[] = [];
  reactNativeMicrophone({
    ...broken.module,
    start: () => {
      throw new Error("no permission");
    },
  }).start(
    () => {},
    (error) => errors.push(error),
  );
  const odd = fake();
  reactNativeMicrophone(odd.module).start(
    () => {},
    (error) => errors.push(error),
  );
  odd.send("!!");
  expect(errors.map((error) => error?.message)).toEqual([
    "no permission",
    "The microphone sent something that is no base64",
  ]);
});
