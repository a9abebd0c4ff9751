import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildPrompt, conversationTokens } from "./prompt.js";
import { estimateTokens } from "./tokens.js";
import type { Turn } from "./turn.js";

const turnOf = (seq: number, rest: Partial<Turn> = {}): Turn => ({
  id: String(seq),
  projectId: "p",
  seq,
  kind: "turn",
  question: `question ${seq}`,
  answer: `answer ${seq}`,
  route: "local",
  engine: "",
  privacy: "open",
  ruleIds: [],
  createdAtMs: seq,
  ...rest,
});

const arbitraryTurns = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Turn["kind"]>("turn", "note"),
      privacy: fc.constantFrom<Turn["privacy"]>("open", "device-only"),
      route: fc.constantFrom<Turn["route"]>("local", "remote", "hybrid", "blocked"),
      text: fc.string({ maxLength: 60 }),
      answer: fc.string({ maxLength: 60 }),
    }),
    { maxLength: 12 },
  )
  .map((turns) => {
    return turns.map(({ text, kind, ...rest }, index) => {
      const seq = turns.length - index;
      const mark = rest.privacy === "device-only" ? "SECRET" : "";
      return turnOf(seq, { ...rest, kind, question: `#${seq} ${mark}${text}` });
    });
  });

describe("buildPrompt", () => {
  test("puts the newest turns that fit before the question, in the order in which they were said", () => {
    const turns = [turnOf(3), turnOf(2, { kind: "note", question: "the sky is red", answer: "" }), turnOf(1)];
    const built = buildPrompt({ question: "now?", system: "Be kind.", turns, place: "network", budgetTokens: 1000 });
    expect(built.messages).toEqual([
      { role: "system", content: "Be kind.\n\nNotes the person has saved:\n- the sky is red" },
      { role: "user", content: [{ type: "text", text: "question 1" }] },
      { role: "assistant", content: [{ type: "text", text: "answer 1" }] },
      { role: "user", content: [{ type: "text", text: "question 3" }] },
      { role: "assistant", content: [{ type: "text", text: "answer 3" }] },
      { role: "user", content: [{ type: "text", text: "now?" }] },
    ]);
    expect(built).toMatchObject({ trimmedTurns: 0, withheldTurns: 0, privateTurns: 0 });
  });

  test("tells older turns shortened where history is dear, what belongs to the question first, and says what that saves", () => {
    const turns = Array.from({ length: 40 }, (_, index) => {
      const seq = 40 - index;
      const topic = seq === 5 ? "The greenhouse glass costs 240 euros a pane. " : "The weather was mild on that day. ";
      return turnOf(seq, { question: `What of day ${seq}?`, answer: topic + "And so on it went. ".repeat(20) });
    });
    const question = "How much was the glass of the greenhouse again?";
    const parts = { question, turns, place: "network", budgetTokens: 8000 } as const;
    const plain = buildPrompt(parts);
    const dear = buildPrompt({ ...parts, historyTokens: 600 });
    expect(dear.tokens).toBeLessThanOrEqual(600 + 40);
    expect(dear.savedTokens).toBe(plain.tokens - dear.tokens);
    expect(plain.savedTokens).toBe(0);
    const [system, ...rest] = dear.messages;
    expect(system).toMatchObject({ role: "system", content: expect.stringContaining("240 euros a pane") });
    expect(rest.at(-3)).toEqual({ role: "user", content: [{ type: "text", text: "What of day 40?" }] });
    expect(buildPrompt({ ...parts, turns: turns.slice(-2), historyTokens: 600 }).savedTokens).toBe(0);
  });

  test("never goes beyond the room for history, and tells nothing of what must stay", () => {
    fc.assert(
      fc.property(
        arbitraryTurns,
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        (turns, historyTokens, budgetTokens) => {
          const parts = { question: "what?", turns, place: "network", budgetTokens } as const;
          const least = buildPrompt({ ...parts, turns: [] }).tokens;
          const built = buildPrompt({ ...parts, historyTokens });
          expect(built.tokens).toBeLessThanOrEqual(
            Math.max(least, Math.min(budgetTokens + 20, least + historyTokens + 1)),
          );
          expect(JSON.stringify(built.messages)).not.toContain("SECRET");
        },
      ),
    );
  });

  test("ends the history at the first turn that does not fit", () => {
    const turns = [turnOf(3), turnOf(2, { answer: "long ".repeat(100) }), turnOf(1)];
    const built = buildPrompt({ question: "now?", turns, place: "device", budgetTokens: 60 });
    expect(built.messages.length).toBe(3);
    expect(built.trimmedTurns).toBe(2);
  });

  test("withholds device-only turns, and a whole private project, from the network", () => {
    const turns = [turnOf(2, { privacy: "device-only" }), turnOf(1)];
    const base = { question: "now?", turns, budgetTokens: 1000 };
    expect(buildPrompt({ ...base, place: "network" })).toMatchObject({ withheldTurns: 1, privateTurns: 0 });
    expect(buildPrompt({ ...base, place: "device" })).toMatchObject({ withheldTurns: 0, privateTurns: 1 });
    const locked = buildPrompt({ ...base, place: "network", private: true });
    expect(locked).toMatchObject({ withheldTurns: 2, messages: [{ role: "user" }] });
    expect(buildPrompt({ ...base, place: "device", private: true }).privateTurns).toBe(2);
  });

  test("leaves out blocked turns and turns without an answer", () => {
    const turns = [turnOf(2, { route: "blocked" }), turnOf(1, { answer: "" })];
    const built = buildPrompt({ question: "now?", turns, place: "device", budgetTokens: 1000 });
    expect(built).toMatchObject({ messages: [{ role: "user" }], trimmedTurns: 0 });
  });

  test("sends a question beyond the budget whole and alone", () => {
    const question = "x".repeat(10_000);
    const built = buildPrompt({ question, system: "s", turns: [turnOf(1)], place: "device", budgetTokens: 10 });
    expect(built.messages).toEqual([
      { role: "system", content: "s" },
      { role: "user", content: [{ type: "text", text: question }] },
    ]);
    expect(built).toMatchObject({ trimmedTurns: 1, tokens: 2509 });
    expect(() => buildPrompt({ question, turns: [], place: "device", budgetTokens: Number.NaN })).toThrow(RangeError);
  });

  test("never exceeds the budget when the question fits, keeps the order, and tells the network no secret", () => {
    fc.assert(
      fc.property(
        arbitraryTurns,
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 20 }),
        fc.nat(200),
        fc.constantFrom("device" as const, "network" as const),
        fc.boolean(),
        (turns, question, system, budgetTokens, place, isPrivate) => {
          const built = buildPrompt({ question, system, turns, place, budgetTokens, private: isPrivate });
          const alone = buildPrompt({ question, system, turns: [], place, budgetTokens });
          expect(built.tokens).toBeLessThanOrEqual(Math.max(budgetTokens, alone.tokens));
          // The sum is that of the messages as they are sent; joining texts only saves rounding.
          expect(conversationTokens(built.messages)).toBeLessThanOrEqual(built.tokens);
          const sent = JSON.stringify(built.messages.slice(0, -1));
          if (place === "network") expect(sent.includes("SECRET")).toBe(false);
          const said = built.messages.slice(0, -1).filter(({ role }) => role === "user");
          const seqs = said.map((message) => Number(/"#(\d+) /.exec(JSON.stringify(message))?.[1]));
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
          expect(built.messages.at(-1)).toEqual({ role: "user", content: [{ type: "text", text: question }] });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("estimateTokens", () => {
  test("counts by alphabet", () => {
    const counts = ["", "abcd", "abcde", "日本語", "Привет!!", "😀", "\ud800"].map(estimateTokens);
    expect(counts).toEqual([0, 1, 2, 3, 4, 2, 1]);
  });

  test("is additive up to rounding, and grows with the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
        const sum = estimateTokens(a) + estimateTokens(b);
        expect(estimateTokens(a + b)).toBeLessThanOrEqual(sum);
        expect(estimateTokens(a + b)).toBeGreaterThanOrEqual(sum - 1);
      }),
    );
  });
});
