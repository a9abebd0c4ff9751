import { mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion, jsonReply, type OpenAIServer, startOpenAIServer } from "../../test/support/openai-server.js";
import { TestHome } from "../../test/support/terminal.js";
import { seededRandom } from "../core/random.js";

const directory = mkdtempSync(join(tmpdir(), "mao-router-"));
const [data, other, weights, mlp] = ["rows.jsonl", "other.jsonl", "router.bin", "mlp.bin"].map((name) =>
  join(directory, name),
) as [string, string, string, string];

/** Hard words make the local model fail, and its wrong answers end in a false sum. */
function writeRows(file: string, seed: number, count: number): void {
  const random = seededRandom(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const hard = random.next() < 0.5;
    const word = (): string =>
      (hard ? ["theorem", "integral", "lemma", "tensor"] : ["garden", "bread", "river", "music"])[
        Math.floor(4 * random.next())
      ]!;
    const local = random.next() < (hard ? 0.2 : 0.9) ? 1 : 0;
    return JSON.stringify({
      id: `r${row}`,
      dataset: "drawn",
      category: "c",
      prompt: `Tell me of the ${word()} ${word()} ${word()} ${word()} ${row}`,
      local: { model: "small", score: local, response: local === 1 ? "2 + 3 = 5. The answer is 5." : "2 + 3 = 6" },
      remote: { model: "large", score: random.next() < 0.9 ? 1 : 0 },
    });
  });
  writeFileSync(file, `${lines.join("\n")}\n`);
}

const home = new TestHome();

beforeAll(async () => {
  writeRows(data, 1, 300);
  writeRows(other, 2, 200);
  expect((await home.run(["router", "train", "--data", data, "--out", weights, "--seed", "7"])).code).toBe(0);
  expect((await home.run(["router", "train", "--data", data, "--out", mlp, "--head", "mlp"])).code).toBe(0);
});

describe("router train", () => {
  test("makes the same file for the same data and seed, and says what it is", async () => {
    const again = join(directory, "again.bin");
    const { stdout } = await home.run(["router", "train", "--data", data, "-o", again, "--seed", "7", "--json"]);
    expect(readFileSync(again).equals(readFileSync(weights))).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), head: "linear" });
  });

  test("names what is missing or wrong in one line", async () => {
    expect((await home.run(["router", "train", "--out", "x"])).stderr).toContain("Missing --data DIR");
    expect((await home.run(["router", "train", "--data", data])).stderr).toContain("Missing --out FILE");
    const few = join(directory, "few.jsonl");
    writeFileSync(few, readFileSync(data, "utf8").split("\n").slice(0, 12).join("\n"));
    const tooFew = await home.run(["router", "eval", few]);
    expect(tooFew).toMatchObject({ code: 1, stderr: expect.stringMatching(/expected at least 20 rows, got \d+/) });
    expect((await home.run(["router", "eval", data, "--folds", "1"])).code).toBe(2);
    const broken = join(directory, "broken.jsonl");
    writeFileSync(broken, '{"prompt": "a", "dataset": "d", "local": {"model": "m", "score": 2}}\n');
    const { code, stderr } = await home.run(["router", "eval", broken]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.jsonl:1: "(?:local\.score|remote)" is missing or of the wrong type/);
  });
});

describe("router eval", () => {
  test("prints flat figures: in folds, from other rows, and from weights", async () => {
    for (const words of [
      ["--folds", "3"],
      ["--train", other, "--cascade"],
      ["--weights", weights],
      ["--labels", "60"],
    ]) {
      const { code, stdout } = await home.run(["router", "eval", data, "--json", ...words]);
      expect(code).toBe(0);
      const { figures } = JSON.parse(stdout) as { figures: Record<string, number> };
      for (const name of ["apgr", "cpt50", "cpt80", "auroc", "ece", "localShare", "regret"])
        expect(figures[`drawn/${name}`]).toBeTypeOf("number");
      expect(figures["drawn/apgr"]).toBeGreaterThan(0.65);
      expect(figures["drawn/oracle/apgr"]).toBeGreaterThan(figures["drawn/apgr"]!);
    }
  });

  test("prints a table for people and draws the curve", async () => {
    const svg = join(directory, "curve.svg");
    const { stdout } = await home.run(["router", "eval", data, "--train", other, "--cascade", "--svg", svg]);
    expect(stdout).toMatch(/drawn: 300 questions, always local 0\.\d+, always remote 0\.\d+/);
    expect(stdout).toContain("answer read too");
    expect(stdout).toContain("of local runs thrown away");
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg .*with verifier.*<\/svg>\n$/s);
  });

  test("takes weights or training rows, not both", async () => {
    const { code } = await home.run(["router", "eval", data, "--train", other, "--weights", weights]);
    expect(code).toBe(2);
  });
});

describe("router quantize, prune, distill and simulate", () => {
  test("report size, speed and quality before and after, and write weights that work", async () => {
    for (const [name, ...more] of [
      ["quantize"],
      ["prune", "--sparsity", "0.7"],
      ["distill", "--epochs", "5"],
    ] as const) {
      const out = join(directory, `${name}.bin`);
      const { code, stdout } = await home.run(["router", name, mlp, "--data", other, "-o", out, "--json", ...more]);
      expect(code).toBe(0);
      const report = JSON.parse(stdout);
      expect(report.after.bytes).toBeLessThan(report.before.bytes);
      expect(report).toMatchObject({ agreement: expect.any(Number), smaller: expect.any(Number) });
      expect((await home.run(["router", "show", "--weights", out])).stdout).toContain(
        "verifier    reads local answers",
      );
    }
    const refused = await home.run(["router", "distill", weights, "--data", other, "-o", join(directory, "no.bin")]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("its network is one layer") });
  });

  test("a learner with bandit feedback ends between the fixed router and the oracle", async () => {
    const { stdout } = await home.run(["router", "simulate", data, "--weights", weights, "--json"]);
    const { figures } = JSON.parse(stdout) as { figures: Record<string, number> };
    expect(figures["bandit/linUcb"]).toBeGreaterThan(figures["bandit/alwaysLocal"]!);
    expect(figures["bandit/oracle"]).toBeGreaterThan(figures["bandit/fullInformation"]!);
  });
});

describe("router use", () => {
  test("takes weights into use, refuses damaged ones and keeps the old", async () => {
    const own = new TestHome();
    expect((await own.run(["router", "show"])).stdout).toContain("rules of thumb decide");
    expect((await own.run(["router", "use", weights])).code).toBe(0);
    const damaged = join(directory, "damaged.bin");
    writeFileSync(damaged, readFileSync(weights));
    truncateSync(damaged, statSync(damaged).size - 5);
    const refused = await own.run(["router", "use", damaged]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Cannot load weights: expected") });
    expect(JSON.parse((await own.run(["router", "show", "--json"])).stdout).hash).toMatch(/^[0-9a-f]{64}$/);
    const fallback = await own.run(["route", "tell me more", "--set", `router.weights=${damaged}`]);
    expect(fallback.stderr).toContain("Rules of thumb decide");
    await own.run(["router", "use", "none"]);
    expect(JSON.parse((await own.run(["router", "show", "--json"])).stdout)).toEqual({ hash: null });
  });
});

describe("feedback", () => {
  let server: OpenAIServer;
  beforeAll(async () => {
    server = await startOpenAIServer([jsonReply(completion({ content: "an answer" }))]);
  });
  afterAll(() => server.close());

  test("is learned from, moves the next decision, is replayed from the record, and is forgotten on request", async () => {
    const own = new TestHome();
    expect((await own.run(["feedback", "good"])).stderr).toContain("no learned router is in use");
    for (const words of [
      ["config", "set", "remote.baseUrl", server.baseUrl],
      ["config", "set", "remote.model", "m"],
      ["router", "use", weights],
    ])
      expect((await own.run(words)).code).toBe(0);
    expect((await own.run(["feedback", "good"])).stderr).toContain("no answer to judge yet");
    const question = "Tell me of the garden bread river music 12";
    const asked = JSON.parse((await own.run(["ask", "--json", "--no-cache", question])).stdout);
    expect(asked.decision.reasons.map((reason: { code: string }) => reason.code)).toContain("learned/gain");
    expect(JSON.parse((await own.run(["feedback", "bad", "--json"])).stdout)).toMatchObject({
      side: "remote",
      judgement: "bad",
    });
    expect(JSON.parse((await own.run(["feedback", "show", "--json"])).stdout)).toEqual({
      kept: 1,
      local: 0,
      remote: 1,
    });
    const again = JSON.parse((await own.run(["ask", "--json", "--no-cache", question])).stdout);
    expect(again.decision.score).toBeLessThan(asked.decision.score + 1e-9);
    expect(again.decision.reasons.map((reason: { code: string }) => reason.code)).toContain("learned/feedback");
    expect((await own.run(["replay", again.id])).code).toBe(0);
    expect((await own.run(["replay", again.id, "--set", "router.weights=none"])).stderr).toContain(
      "the router had the weights",
    );
    await own.run(["feedback", "retry", "--id", asked.turnId]);
    expect(JSON.parse((await own.run(["feedback", "show", "--json"])).stdout)).toMatchObject({ kept: 1 });
    await own.run(["feedback", "reset"]);
    expect(JSON.parse((await own.run(["feedback", "show", "--json"])).stdout)).toMatchObject({ kept: 0 });
    expect((await own.run(["feedback", "fine"])).code).toBe(2);
  });
});
