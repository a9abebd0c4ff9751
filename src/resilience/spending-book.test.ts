import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayOf, reachedLimit, type SpendingRecord, spentOn, withAnswer } from "./spending-book.js";

const day = "2026-11-23";
const usage = { inputTokens: 1000, outputTokens: 500 };

describe("the spending of a day", () => {
  test("adds up by project and over all, in tokens and in money", () => {
    let record: SpendingRecord = {};
    const price = { inputPerMillion: 2.5, outputPerMillion: 10 };
    record = withAnswer(record, { day, scope: "a", usage, price });
    record = withAnswer(record, { day, scope: "a", usage, price });
    record = withAnswer(record, { day, scope: "b", usage });
    record = withAnswer(record, { day, scope: "b", usage: {} });
    expect(spentOn(record, day, "a")).toEqual({
      inputTokens: 2000,
      outputTokens: 1000,
      microMoney: 15_000,
      uncounted: 0,
    });
    expect(spentOn(record, day)).toEqual({ inputTokens: 3000, outputTokens: 1500, microMoney: 15_000, uncounted: 1 });
    expect(spentOn(record, "2026-11-24")).toMatchObject({ inputTokens: 0 });
  });

  test("says which limit is reached, and none while there is room", () => {
    const spent = { inputTokens: 900, outputTokens: 100, microMoney: 2_000_000, uncounted: 0 };
    expect(reachedLimit(spent, {})).toBeUndefined();
    expect(reachedLimit(spent, { tokens: 1001, money: 2.01 })).toBeUndefined();
    expect(reachedLimit(spent, { tokens: 1000 })).toBe("1000 of 1000 tokens");
    expect(reachedLimit(spent, { money: 2 })).toBe("2.00 of 2.00 in money");
    expect(reachedLimit(spent, { tokens: 0 })).toBeDefined();
  });

  test("keeps two months, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 120 }), (days) => {
        let record: SpendingRecord = {};
        for (const offset of days) {
          const nowMs = Date.UTC(2026, 0, 1, 12) + offset * 86_400_000;
          record = withAnswer(record, { day: dayOf({ nowMs: () => nowMs }), scope: "a", usage });
        }
        expect(Object.keys(record).length).toBeLessThanOrEqual(62);
      }),
      { numRuns: 20 },
    );
  });
});
