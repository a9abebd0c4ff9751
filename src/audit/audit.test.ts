import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditEntry, DecisionEnd, DecisionFacts, DecisionTaken } from "../core/decision-record.js";
import { canonicalJson, chainLine, EMPTY_CHAIN, verifyChain } from "./hash-chain.js";
import { departures } from "./report.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const facts: DecisionFacts = {
  ruleVersion: "1",
  preference: "balanced",
  projectPrivate: false,
  device: {},
  needs: { tools: false, structuredOutput: false, files: false },
  promptTokens: 3,
  texts: 1,
  router: { threshold: 0.55, hybridBand: 0.1 },
  engines: [],
};
const taken: DecisionTaken = {
  verdict: "allow",
  hits: [],
  route: "local",
  score: 0.1,
  threshold: 0.55,
  reasons: ["feature/short"],
  redact: false,
  order: ["a"],
  dropped: [],
};
const end = (bytes = 0): DecisionEnd => ({
  outcome: "answered",
  attempts: [],
  sent: bytes === 0 ? [] : [{ engine: "r", requests: 1, bytes }],
});
const whole = (id: string, projectId = "p", atMs = 10): AuditEntry => ({
  kind: "whole",
  id,
  projectId,
  atMs,
  facts,
  taken,
  end: end(),
});

async function lines(entries: readonly AuditEntry[]): Promise<string[]> {
  const written: string[] = [];
  let head = EMPTY_CHAIN;
  for (const entry of entries) {
    const next = await chainLine(head, entry, sha256);
    written.push(next.line);
    head = next.head;
  }
  return written;
}

describe("the hash chain", () => {
  test("is intact as it was written, also when empty", async () => {
    expect(await verifyChain([], sha256)).toMatchObject({ kind: "intact", head: EMPTY_CHAIN });
    const verified = await verifyChain(await lines([whole("1"), whole("2"), whole("3")]), sha256);
    expect(verified).toMatchObject({ kind: "intact", head: { number: 3 } });
    expect(verified.entries.map(({ entry }) => entry.id)).toEqual(["1", "2", "3"]);
  });

  test("breaks at a line that was changed, removed, inserted, repeated or moved", async () => {
    const good = await lines(["1", "2", "3", "4"].map((id) => whole(id)));
    const [a, b, c, d] = good as [string, string, string, string];
    const attacks: [readonly string[], number][] = [
      [[a, b.replace('"id":"2"', '"id":"9"'), c, d], 2],
      [[a, c, d], 2],
      [[a, b, b, c, d], 3],
      [[a, c, b, d], 2],
      [[a, "{}", b, c, d], 2],
      [[a, "not json", c, d], 2],
      [[b, c, d], 1],
    ];
    for (const [attacked, line] of attacks)
      expect(await verifyChain(attacked, sha256)).toMatchObject({ kind: "broken", line });
  });

  test("notices any change of one character", async () => {
    const good = await lines([whole("1"), whole("2")]);
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.nat(1000), fc.constantFrom("x", "0", '"', " "), async (row, at, character) => {
        const line = good[row]!;
        const place = at % line.length;
        fc.pre(line[place] !== character);
        const changed = good.map((text, index) =>
          index === row ? text.slice(0, place) + character + text.slice(place + 1) : text,
        );
        expect((await verifyChain(changed, sha256)).kind).toBe("broken");
      }),
    );
  });

  test("writes the same value as the same text whatever the order of its keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: 1, a: undefined, c: [{ z: 1, y: 2 }] })).toBe('{"b":1,"c":[{"y":2,"z":1}]}');
  });
});

describe("departures", () => {
  const decided = (id: string, atMs: number): AuditEntry => ({
    kind: "decided",
    id,
    projectId: "p",
    atMs,
    facts,
    taken,
  });
  const ended = (id: string, bytes: number, atMs = 99): AuditEntry => ({
    kind: "ended",
    id,
    projectId: "p",
    atMs,
    end: end(bytes),
  });
  const report = async (entries: readonly AuditEntry[], span = {}): Promise<ReturnType<typeof departures>> =>
    departures((await verifyChain(await lines(entries), sha256)).entries, span);

  test("proves that nothing left when every question stayed", async () => {
    expect(await report([whole("1"), whole("2")])).toMatchObject({ questions: 2, bytes: 0, nothingLeft: true });
  });

  test("counts what left, by project and time of the question", async () => {
    const entries = [decided("1", 10), ended("1", 500), whole("2", "other"), decided("3", 50), ended("3", 0)];
    expect(await report(entries)).toMatchObject({
      questions: 3,
      requests: 1,
      bytes: 500,
      left: ["1"],
      nothingLeft: false,
    });
    expect(await report(entries, { projectId: "other" })).toMatchObject({ questions: 1, nothingLeft: true });
    expect(await report(entries, { fromMs: 20 })).toMatchObject({ questions: 1, nothingLeft: true });
    expect(await report(entries, { toMs: 10 })).toMatchObject({ questions: 0, nothingLeft: true });
  });

  test("does not call it proven when the end of a question was never written", async () => {
    expect(await report([decided("1", 10)])).toMatchObject({ unknown: ["1"], nothingLeft: false });
  });
});
