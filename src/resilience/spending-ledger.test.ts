import { describe, expect, test } from "vitest";
import { Orchestrator } from "../orchestrator.js";
import { ManualClock, scriptedEngine } from "../testing.js";
import { type LedgerText, SpendingLedger, type SpendingLimits } from "./spending-ledger.js";

function memory(): LedgerText & { text: string | undefined } {
  return {
    text: undefined,
    async read() {
      return this.text;
    },
    async update(change) {
      this.text = change(this.text);
      return this.text;
    },
  };
}

const open = (text: LedgerText, limits: Partial<SpendingLimits>, clock = new ManualClock()): Promise<SpendingLedger> =>
  SpendingLedger.open({
    text,
    limits: { all: {}, projects: {}, ...limits },
    priceOf: (engine) => (engine === "large" ? { inputPerMillion: 1, outputPerMillion: 2 } : undefined),
    clock,
  });
const usage = { inputTokens: 60, outputTokens: 40 };

describe("a ledger of what is spent", () => {
  test("refuses a project at its own limit, everything at the limit of all, and nothing on the next day", async () => {
    const text = memory();
    const clock = new ManualClock();
    const limits = { all: { tokens: 250 }, projects: { a: { tokens: 100 } } };
    const ledger = await open(text, limits, clock);
    await ledger.spent({ engine: "large", projectId: "a", usage });
    expect(ledger.refusal("a")?.detail).toBe("the project's budget of today is spent: 100 of 100 tokens");
    expect(ledger.refusal("b")).toBeUndefined();
    expect(ledger.refusal(undefined)).toBeUndefined();
    const other = await open(text, limits, clock); // another process
    await other.spent({ engine: "large", projectId: "b", usage });
    await other.spent({ engine: "large", projectId: "b", usage });
    expect(other.refusal("b")?.detail).toBe("the budget of today is spent: 300 of 250 tokens");
    await clock.advance(24 * 3_600_000);
    expect(other.refusal("b")).toBeUndefined();
    expect(other.days).toHaveLength(1);
  });

  test("says what share of the tighter budget is left, and nothing where there is none", async () => {
    const limits = { all: { tokens: 1000 }, projects: { a: { tokens: 200 } } };
    const ledger = await open(memory(), limits);
    expect(ledger.left("a")).toBe(1);
    await ledger.spent({ engine: "large", projectId: "a", usage });
    expect(ledger.left("a")).toBeCloseTo(0.5, 9);
    expect(ledger.left("b")).toBeCloseTo(0.9, 9);
    expect((await open(memory(), {})).left("a")).toBeUndefined();
  });

  test("counts money by the price of the engine", async () => {
    const ledger = await open(memory(), { all: { money: 0.0002 } });
    await ledger.spent({ engine: "other", projectId: "a", usage });
    expect(ledger.total().microMoney).toBe(0);
    await ledger.spent({ engine: "large", projectId: "a", usage });
    expect(ledger.total({ projectId: "a" })).toMatchObject({ microMoney: 140, inputTokens: 120 });
    await ledger.spent({ engine: "large", projectId: "a", usage });
    expect(ledger.refusal(undefined)?.code).toBe("veto/budget");
  });

  test("a spent budget sends a question to the device, with the reason; a forced one is not answered and says what to do", async () => {
    const text = memory();
    const ledger = await open(text, { all: { tokens: 1 } });
    const orchestrator = new Orchestrator({
      engines: [
        scriptedEngine(["small"], { id: "small", place: "device" }),
        scriptedEngine(["large"], { id: "large", place: "network" }),
      ],
      spending: ledger,
    });
    const hard = { text: "Prove step by step that quicksort is fast on average, and derive the recurrence in detail" };
    expect(await orchestrator.answer(hard)).toMatchObject({ kind: "answered", engine: "large" });
    expect(JSON.parse(text.text!)).toBeTypeOf("object");
    await ledger.spent({ engine: "large", projectId: "x", usage });
    const next = await orchestrator.answer(hard);
    expect(next).toMatchObject({ kind: "answered", engine: "small" });
    expect(next.decision.reasons.map(({ code }) => code)).toContain("veto/budget");
    expect(await orchestrator.answer({ ...hard, forced: "remote" })).toMatchObject({
      kind: "unanswerable",
      remedies: [{ command: "mobile-ai budget show" }, {}],
    });
  });

  test("refuses a text that is no record", async () => {
    const text = memory();
    text.text = "[]";
    await expect(open(text, {})).rejects.toThrow("expected an object of days");
  });
});
