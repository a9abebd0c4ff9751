import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { microphoneCapture } from "./microphone-capture.js";

let directory: string;
const path = process.env["PATH"];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "microphone-"));
});

afterEach(() => {
  process.env["PATH"] = path;
  rmSync(directory, { recursive: true });
});

/** A program of that name in front of all others. */
function program(name: string, script: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
  process.env["PATH"] = `${directory}:/usr/bin:/bin`;
}

function record(
  options: Parameters<typeof microphoneCapture>[0],
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<{ samples: number; error: Error | undefined }> {
  return new Promise((resolve) => {
    let samples = 0;
    const stop = microphoneCapture(options).start(
      (chunk) => {
        samples += chunk.length;
        if (samples >= stopAfter) stop();
      },
      (error) => resolve({ samples, error }),
    );
  });
}

test("the first recorder that is installed is used, and its end is told", async () => {
  program("rec", "printf 0123456789; echo 'no such device' >&2; exit 3");
  expect(await record({ program: "rec" })).toEqual({
    samples: 5,
    error: new Error("The microphone went away: rec ended with 3, no such device"),
  });
});

test("a recorder that is stopped ends without an error", async () => {
  program("arecord", "while :; do printf 0123456789; sleep 0.01; done");
  const { samples, error } = await record({ device: "hw:1,0" }, 30);
  expect(samples).toBeGreaterThanOrEqual(30);
  expect(error).toBeUndefined();
});

test("without any recorder the message says what to install", async () => {
  process.env["PATH"] = directory;
  const { error } = await record({});
  expect(error?.message).toContain("none of arecord, rec, sox is installed");
});

test("an unknown recorder is refused", () => {
  expect(() => microphoneCapture({ program: "parrot" })).toThrow(RangeError);
});
