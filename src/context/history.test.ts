import fc from "fast-check";
import { expect, test } from "vitest";
import { History, wasKept } from "./history.js";
import type { Turn } from "./turn.js";
import { entersPrompt, turnTokens } from "./turn-tokens.js";

const turnOf = (seq: number, length: number): Turn => ({
  id: String(seq),
  projectId: "p",
  seq,
  kind: "turn",
  question: "x".repeat(length),
  answer: "",
  route: "local",
  engine: "",
  privacy: "open",
  ruleIds: [],
  createdAtMs: 0,
});

test("equals an array from which the oldest are cut", () => {
  const arbitrary = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(20)));
  fc.assert(
    fc.property(arbitrary, ([windowTurns, maxCharacters, lengths]) => {
      const history = new History({ windowTurns, maxCharacters });
      let model: Turn[] = [];
      const size = (turns: readonly Turn[]): number => turns.reduce((sum, { question }) => sum + question.length, 0);
      lengths.forEach((length, seq) => {
        history.push(turnOf(seq, length));
        model = [turnOf(seq, length), ...model].slice(0, windowTurns);
        while (size(model) > maxCharacters && model.length > 1) model = model.slice(0, -1);
        expect([...history]).toEqual(model);
        expect(history.length).toBe(model.length);
        expect([history.at(-1), history.at(model.length)]).toEqual([undefined, undefined]);
      });
    }),
  );
});

test("refuses a size that is none", () => {
  for (const windowTurns of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new History({ windowTurns })).toThrow(RangeError);
  }
  expect(() => new History({ windowTurns: 1, maxCharacters: Number.NaN })).toThrow(RangeError);
});

test("knows of its turns what a prompt needs, also after some have left", () => {
  const turn = fc.record({
    kind: fc.constantFrom<Turn["kind"]>("turn", "note"),
    route: fc.constantFrom<Turn["route"]>("local", "blocked"),
    privacy: fc.constantFrom<Turn["privacy"]>("open", "device-only"),
    question: fc.string(),
    answer: fc.constantFrom("", "an answer"),
    ruleIds: fc.constantFrom<readonly string[]>([], ["PRIVACY_001"]),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(turn), (windowTurns, added) => {
      const history = new History({ windowTurns });
      for (const [seq, rest] of added.entries()) {
        history.push({ ...turnOf(seq, 0), ...rest });
        const kept = [...history].filter(entersPrompt);
        expect(history.forPrompts).toBe(kept.length);
        expect(history.deviceOnly).toBe(kept.filter(({ privacy }) => privacy === "device-only").length);
        expect(history.kept).toBe([...history].filter(wasKept).length);
        for (let age = 0; age < history.length; age++) {
          expect(history.tokensAt(age)).toBe(turnTokens(history.at(age)!));
        }
      }
      expect(() => history.tokensAt(history.length)).toThrow(RangeError);
      expect([...History.of([...history])]).toEqual([...history]);
    }),
  );
});
