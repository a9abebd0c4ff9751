import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";
import { seededRandom } from "../core/random.js";
import { encodeWav } from "../wake/wav-writer.js";
import { readCheckpoint, writeCheckpoint } from "./wake-checkpoint.js";

const RATE = 16_000;

/** A "word" of 0.6 s between two silences: a tone with overtones that goes from one pitch to another. */
function word(from: number, to: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const samples = Float32Array.from({ length: 1.6 * RATE }, () => 1e-4 * (2 * random.next() - 1));
  const size = 0.9 + 0.2 * random.next();
  let phase = 0;
  for (let index = 0; index < 0.6 * RATE; index++) {
    const share = index / (0.6 * RATE);
    phase += (2 * Math.PI * size * (from + (to - from) * share)) / RATE;
    const level = 0.25 * Math.sin(Math.PI * share);
    samples[index + RATE / 2]! += level * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase));
  }
  return samples;
}

function noise(seconds: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  let last = 0;
  return Float32Array.from({ length: seconds * RATE }, () => (last = 0.9 * last + 0.05 * (2 * random.next() - 1)));
}

/** A data set in the format of `wake eval`: "rise" by four speakers, "fall" and a flat tone by others, noise. */
function dataSet(): string {
  const directory = mkdtempSync(join(tmpdir(), "mao-wake-"));
  const rows = ["kind,word,speaker,source_repo,source_path,licence,file"];
  const put = (kind: string, spoken: string, speaker: string, file: string, samples: Float32Array): void => {
    writeFileSync(join(directory, file), encodeWav({ samples, sampleRate: RATE }));
    rows.push(`${kind},${spoken},${speaker},test,${file},CC0,${file}`);
  };
  for (let speaker = 0; speaker < 4; speaker++) {
    put("kw", "rise", `s${speaker}`, `rise${speaker}.wav`, word(300, 1500, speaker));
    put("kw", "fall", `s${speaker}`, `fall${speaker}.wav`, word(1500, 300, 50 + speaker));
    put("speech", "", `t${speaker}`, `flat${speaker}.wav`, word(700, 700, 80 + speaker));
  }
  for (let index = 0; index < 2; index++) put("noise", "wind", "-", `noise${index}.wav`, noise(2, index));
  writeFileSync(join(directory, "manifest.csv"), `${rows.join("\r\n")}\r\n`);
  return directory;
}

function pcm(...parts: readonly Float32Array[]): Readable {
  return Readable.from(parts.map((part) => Buffer.from(encodeWav({ samples: part, sampleRate: RATE }).subarray(44))));
}

describe("wake", () => {
  test("train, eval, test and listen fit together", async () => {
    const data = dataSet();
    const home = new TestHome();
    const train = [
      "wake",
      "train",
      "--phrase",
      "rise",
      "--data",
      data,
      "--steps",
      "6",
      "--variants",
      "2",
      "--everything",
    ];
    const trained = await home.run(train);
    expect(trained.stderr).toContain("nothing is known of how well it does on others");
    expect(trained.code).toBe(0);
    const files = readdirSync(join(home.directory, "data", "wake"));
    expect(files.sort()).toEqual(["rise.md", "rise.verifier"]);
    const card = readFileSync(join(home.directory, "data", "wake", "rise.md"), "utf8");
    expect(card).toContain('mobile-ai wake train --phrase "rise"');
    expect(card).toContain("4 by 4 speakers");
    expect(card).toContain("CC0");

    const first = await home.run([...train, "--first"]);
    expect(first.stdout).toMatch(/rise\.first: \d+ bytes, \d+ synapses/);
    expect(first.code).toBe(0);

    const svg = join(data, "curve.svg");
    const { figures, falseAlarms } = JSON.parse(
      (await home.run(["wake", "eval", data, "--phrase", "rise", "--svg", svg, "--json"])).stdout,
    );
    expect(figures["rise/pooled/both/miss@10"]).toBeLessThanOrEqual(figures["rise/pooled/both/miss@0.33"]);
    expect(Object.keys(figures)).toEqual(expect.arrayContaining(["rise/clean/both/miss@1", "rise/10dB/first/miss@5"]));
    expect(figures["rise/positives"]).toBe(8);
    expect(figures["gated/clean"]).toBeGreaterThan(0.2);
    expect(falseAlarms).toHaveProperty("rise/both@1");
    expect(readFileSync(svg, "utf8")).toContain("rise, both stages");

    const heard = await home.run([
      "wake",
      "test",
      join(data, "rise1.wav"),
      "--phrase",
      "rise",
      "--threshold",
      "0",
      "--json",
    ]);
    expect(JSON.parse(heard.stdout).events).toContainEqual(expect.objectContaining({ phrase: "rise" }));
    expect(heard.code).toBe(0);
    const other = await home.run(["wake", "test", join(data, "noise1.wav"), "--phrase", "rise", "--threshold", "1"]);
    expect(other).toMatchObject({ code: 1, stdout: "No wake phrase in it\n" });
    const stream = await home.run(["wake", "listen", "-", "--phrase", "rise", "--threshold", "0"], {
      stdin: pcm(noise(0.5, 9), word(300, 1500, 2)),
    });
    expect(stream.stdout).toMatch(/^\d\.\d\d s {2}rise {2}0\.\d+$/m);
    expect(stream.code).toBe(0);
  }, 180_000);

  test("where a training stands is written and read back", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "mao-wake-")), "a.checkpoint");
    expect(await readCheckpoint(path)).toBeUndefined();
    const state = { steps: 7, arrays: [Float32Array.of(1, 2, 3), Float32Array.of(4)] };
    await writeCheckpoint(path, state);
    expect(await readCheckpoint(path)).toEqual(state);
    writeFileSync(path, "half");
    await expect(readCheckpoint(path)).rejects.toThrow("Cannot load weights");
  });

  test("record cuts what was said into files and says what to do next", async () => {
    const home = new TestHome();
    const directory = join(home.directory, "nova");
    const quiet = noise(1.5, 1).map((value) => value / 500);
    const { code, stdout, stderr } = await home.run(
      ["wake", "record", directory, "--phrase", "hey nova", "--count", "2", "--speaker", "ann"],
      {
        stdin: pcm(quiet, word(300, 900, 1), quiet, word(300, 900, 2), quiet),
      },
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${join(directory, "ann", "001.wav")}\n${join(directory, "ann", "002.wav")}\n`,
    });
    expect(stderr).toContain('1 of 2: say "hey nova"');
    expect(stderr).toContain("mobile-ai wake train");
  });

  test("what cannot be used is named with the next step", async () => {
    const home = new TestHome();
    const empty = join(home.directory, "empty.wav");
    writeFileSync(empty, "");
    mkdirSync(join(home.directory, "none"));
    const networks = ["--networks", join(home.directory, "none")];
    expect((await home.run(["wake", "test", empty])).stderr).toContain("the file is empty");
    expect((await home.run(["wake", "test", join(home.directory, "no.wav")])).stderr).toContain(
      "there is no such file",
    );
    expect((await home.run(["wake", "listen", "-", ...networks, "--phrase", "x"])).stderr).toContain(
      'No network listens for "x"',
    );
    expect((await home.run(["wake", "eval", home.directory])).stderr).toContain("manifest.csv");
    expect((await home.run(["wake", "train", "--phrase", "x"])).stderr).toContain("Give --positives DIR");
    expect(
      (await home.run(["wake", "train", "--phrase", "x", "--positives", join(home.directory, "none")])).stderr,
    ).toContain("no WAV or FLAC file");
    writeFileSync(join(home.directory, "none", "x.verifier"), "not a network");
    const { code, stderr } = await home.run(["wake", "listen", "-", ...networks]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("Cannot use") });
  });
});
