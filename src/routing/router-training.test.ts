import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { WeightsError } from "../nets/weights-file.js";
import { scriptedEngine } from "../testing.js";
import { routingGain } from "./evaluation.js";
import { FeedbackAdaptation, feedbackEntry, MAX_FEEDBACK, withFeedback } from "./feedback.js";
import { Router, type RoutingInput } from "./router.js";
import { distillRouter, pruneRouter, quantizeRouter } from "./router-compression.js";
import { figuresOf, opinionsOn } from "./router-evaluation.js";
import { decodeRouter, encodeRouter, type ReadRouterWeights, type WritableRouterWeights } from "./router-file.js";
import { RouterModel } from "./router-model.js";
import type { RouterRow } from "./router-rows.js";
import { trainRouter } from "./router-training.js";

const EASY = ["weather", "garden", "bread", "colour", "river", "music"];
const HARD = ["theorem", "integral", "monoid", "lemma", "quantum", "tensor"];

/** Questions of easy and hard words: the local model fails on hard ones, and a wrong answer ends in a false sum. */
function drawnRows(seed: number, count: number, dataset = "drawn"): RouterRow[] {
  const random = seededRandom(seed);
  const word = (from: readonly string[]): string => from[Math.floor(random.next() * from.length)]!;
  return Array.from({ length: count }, (_, row) => {
    const hard = random.next() < 0.5;
    const words = Array.from({ length: 8 }, () => word(random.next() < 0.8 === hard ? HARD : EASY));
    const local = random.next() < (hard ? 0.25 : 0.9) ? 1 : 0;
    return {
      prompt: `What about the ${words.join(" ")} number ${row}?`,
      local,
      remote: random.next() < 0.9 ? 1 : 0,
      response: local === 1 ? "We add 2 + 3 = 5. The answer is 5." : "I think 2 + 3 = 6, perhaps. The answer is 6.",
      dataset,
      pair: "small / large",
    };
  });
}

async function trained(
  options: { readonly head?: "linear" | "mlp"; readonly rows?: number } = {},
): Promise<ReadRouterWeights> {
  const { weights } = await trainRouter(drawnRows(1, options.rows ?? 400), { seed: 1, head: options.head ?? "linear" });
  return decodeRouter(encodeRouter(weights as WritableRouterWeights)); // trained here, so of a kind that can be written
}

const linear = await trained();

describe("a trained router", () => {
  test("knows hard questions from easy ones, with chances that are true", async () => {
    const said = await opinionsOn(drawnRows(2, 400), { seed: 1, head: "linear", train: drawnRows(1, 400) });
    const before = figuresOf(said);
    expect(before.apgr).toBeGreaterThan(0.7);
    expect(before.ece).toBeLessThan(0.12);
    expect(before.regret).toBeLessThan(0.1);
    expect(before.localShare).toBeGreaterThan(0.2);
    const after = figuresOf(said, { cascade: true });
    expect(after.apgr).toBeGreaterThan(before.apgr);
    expect(after.auroc).toBeGreaterThan(0.95);
    expect(after.cost!.wastedShare).toBeLessThan(0.5);
  });

  test("is measured in folds without a question on both sides", async () => {
    const rows = drawnRows(3, 200);
    const said = await opinionsOn([...rows, ...rows], { seed: 1, head: "linear", folds: 2 });
    expect([...said.gain.subarray(0, 200)]).toEqual([...said.gain.subarray(200)]);
    expect(
      routingGain({
        score: said.gain,
        local: said.rows.map((row) => row.local),
        remote: said.rows.map((row) => row.remote),
      }).apgr,
    ).toBeGreaterThan(0.6);
  });

  test("is the same for the same seed, and its file tells another apart", async () => {
    const again = await trained();
    expect(again.hash).toBe(linear.hash);
    expect((await trained({ rows: 390 })).hash).not.toBe(linear.hash);
  });

  test("comes back from its file as it was, whatever network it has", async () => {
    const rows = drawnRows(4, 60);
    const mlp = await trained({ head: "mlp", rows: 120 });
    expect(mlp.side.kind).toBe("f32");
    for (const weights of [linear, mlp, decodeRouter(encodeRouter(quantizeRouter(mlp, rows).weights))]) {
      const [before, after] = [new RouterModel(weights), new RouterModel(decodeRouter(encodeRouter(weights)))];
      for (const { prompt, response } of rows.slice(0, 10)) {
        expect(after.opinion(prompt)).toEqual(before.opinion(prompt));
        expect(after.afterAnswer(prompt, { answer: response! })).toBe(
          before.afterAnswer(prompt, { answer: response! }),
        );
      }
    }
  });

  test("refuses a file that is cut off, changed, or made for other features", () => {
    const bytes = encodeRouter(linear);
    expect(() => decodeRouter(bytes.subarray(0, bytes.length - 1))).toThrow(WeightsError);
    const changed = bytes.slice();
    changed[bytes.length >> 1]! ^= 1;
    expect(() => decodeRouter(changed)).toThrow(WeightsError);
    expect(() => decodeRouter(new Uint8Array(0))).toThrow(WeightsError);
  });

  test("refuses too few rows, and stops when it is told to", async () => {
    await expect(trainRouter(drawnRows(1, 10), { seed: 1 })).rejects.toThrow("expected at least 20 rows, got 10");
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(trainRouter(drawnRows(1, 50), { seed: 1, signal: aborted })).rejects.toThrow("enough");
  });
});

describe("a compressed router", () => {
  test("is smaller and chooses as before: 8 bits, pruned, and a student", async () => {
    const mlp = await trained({ head: "mlp", rows: 400 });
    const rows = drawnRows(5, 300);
    const int8 = quantizeRouter(mlp, rows).report;
    expect(int8.before.bytes / int8.after.bytes).toBeGreaterThan(3.5);
    expect(int8.agreement).toBeGreaterThan(0.97);
    expect(Math.abs(int8.after.apgr - int8.before.apgr)).toBeLessThan(0.01 * int8.before.apgr);
    const pruned = (await pruneRouter(mlp, rows, { sparsity: 0.8, seed: 1 })).report;
    expect(pruned.after.bytes).toBeLessThan(0.4 * pruned.before.bytes);
    const student = (await distillRouter(mlp, rows, { seed: 1, epochs: 30 })).report;
    expect(student.after.bytes).toBeLessThan(0.11 * student.before.bytes);
    expect(student.after.apgr).toBeGreaterThan(0.9 * student.before.apgr);
  });

  test("cannot be made from one that is compressed, nor a student of one layer", async () => {
    const rows = drawnRows(5, 40);
    const int8 = decodeRouter(encodeRouter(quantizeRouter(linear, rows).weights));
    expect(() => quantizeRouter(int8, rows)).toThrow("its network is int8 already");
    await expect(distillRouter(linear, rows, { seed: 1 })).rejects.toThrow("its network is one layer");
  });
});

describe("Router with a model", () => {
  const engines = [
    scriptedEngine(["local"], { id: "local", place: "device" }),
    scriptedEngine(["remote"], { id: "remote", place: "network" }),
  ];
  const input = (text: string, change: Partial<RoutingInput> = {}): RoutingInput => ({
    text,
    preference: "balanced",
    verdict: { kind: "allow", hits: [] },
    device: {},
    projectPrivate: false,
    promptTokens: 20,
    needs: { tools: false, structuredOutput: false, files: false },
    engines,
    ...change,
  });
  const easy = "What about the weather garden bread river music number 3?";
  const hard = "What about the theorem integral monoid lemma quantum number 3?";
  const router = new Router({ model: new RouterModel(linear) });

  test("routes by expected gain, says so, and names its weights for the record", () => {
    expect(router.route(input(easy)).route).toBe("local");
    const decision = router.route(input(hard));
    expect(decision.route).toBe("remote");
    expect(decision.reasons.map((reason) => reason.code)).toContain("learned/gain");
    expect(router.settings).toMatchObject({ weights: linear.hash });
    expect(router.settings.threshold).toBeGreaterThanOrEqual(router.settings.hybridBand);
  });

  test("lifts no veto, and says that it is unsure when it must answer alone", () => {
    const offline = router.route(input(hard, { device: { online: false } }));
    expect(offline).toMatchObject({ route: "local", mayUseNetwork: false });
    expect(offline.reasons.map((reason) => reason.code)).toContain("abstain/unsure");
    const sure = router.route(input(easy, { device: { online: false } }));
    expect(sure.reasons.map((reason) => reason.code)).not.toContain("abstain/unsure");
    expect(router.route(input(hard, { projectPrivate: true })).mayUseNetwork).toBe(false);
  });

  test("keeps a tool loop where it began, and lets feedback move the score", () => {
    const loop = router.route(input(easy, { task: { lastRoute: "remote", toolLoop: true } }));
    expect(loop.route).toBe("remote");
    const before = router.route(input(easy)).score;
    const moved = router.route(input(easy, { adaptation: 0.3 }));
    expect(moved.score).toBeGreaterThan(before + 0.2);
    expect(moved.reasons.map((reason) => reason.code)).toContain("learned/feedback");
  });

  test("judges a local answer by its text, for questions in the middle band alone", () => {
    const between = new Router({ model: new RouterModel(linear), threshold: 1, hybridBand: 1 });
    const decision = between.route(input(hard));
    expect(decision.route).toBe("hybrid");
    const judge = between.judgeOf(hard, decision)!;
    const [right, wrong] = [
      judge("We add 2 + 3 = 5. The answer is 5.")!,
      judge("I think 2 + 3 = 6, perhaps. The answer is 6.")!,
    ];
    expect(right.right).toBeGreaterThan(wrong.right + 0.3);
    expect(router.judgeOf(hard, router.route(input(hard)))).toBeUndefined();
    expect(new Router().judgeOf(hard, decision)).toBeUndefined();
  });
});

describe("feedback", () => {
  const model = new RouterModel(linear);
  const entry = (turn: number, judgement: "good" | "bad" | "retry", side: "local" | "remote" = "local") =>
    feedbackEntry(model, {
      question: "What about the weather garden bread river music number 3?",
      turnId: `t${turn}`,
      projectId: "p",
      atMs: turn,
      side,
      judgement,
    });

  test("moves the score away from a side whose answers were bad, and back when they are good", () => {
    const question = "What about the weather garden bread music river number 4?";
    const moved = (judgement: "good" | "bad"): number =>
      new FeedbackAdaptation(
        model,
        Array.from({ length: 30 }, (_, turn) => entry(turn, judgement)),
      ).adjustment(question);
    expect(moved("bad")).toBeGreaterThan(0.1);
    expect(moved("bad")).toBeLessThanOrEqual(0.3);
    expect(moved("good")).toBeLessThan(0.05);
    expect(new FeedbackAdaptation(model, []).adjustment(question)).toBe(0);
  });

  test("keeps no word of the question, one judgement an answer, and the newest", () => {
    expect(JSON.stringify(entry(1, "good"))).not.toMatch(/weather|garden/);
    const twice = withFeedback(withFeedback([], entry(1, "good")), entry(1, "bad"));
    expect(twice.map((each) => each.judgement)).toEqual(["bad"]);
    let many: readonly ReturnType<typeof entry>[] = [];
    const one = entry(0, "retry", "remote");
    for (let turn = 0; turn < MAX_FEEDBACK + 5; turn++) many = withFeedback(many, { ...one, turnId: `t${turn}` });
    expect(many).toHaveLength(MAX_FEEDBACK);
    expect(many[0]?.turnId).toBe("t5");
  });

  test("leaves out what was said under other weights", () => {
    const adaptation = new FeedbackAdaptation(model, [{ ...entry(1, "bad"), weights: "other" }]);
    expect(adaptation.counts).toEqual([0, 0]);
  });
});
