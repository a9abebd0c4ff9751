import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LeastWork, leastWork } from "../../test/support/least-work.js";
import { ManualClock } from "../testing.js";
import { ExpertSystem } from "./expert-system.js";
import { parseLocatedJson } from "./located-json.js";
import { ReloadingRules, type RuleReload, systemWithRuleFile } from "./reloading-rules.js";
import { parseRuleFile, RuleFileError } from "./rule-file.js";

const ask = (system: ExpertSystem, text: string, project?: string) =>
  system.evaluate([{ source: "question", text }], { project });
const withRules = (...rules: readonly object[]): ExpertSystem =>
  systemWithRuleFile(JSON.stringify({ version: 1, rules }), "own.json");
const order = {
  id: "ACME_001",
  description: "an order number",
  kind: "ORDER",
  keywords: ["order"],
  pattern: "[A-Z]{2}-[0-9]{4,8}",
};

describe("a rule of one's own", () => {
  test("finds its pattern near its keyword, with its action, kind and reason", () => {
    const verdict = ask(withRules(order), "where is my Order? It is KX-12345, thanks");
    expect(verdict.kind).toBe("keep-local");
    expect(verdict.hits[0]).toMatchObject({ ruleId: "ACME_001", kind: "ORDER", start: 25, end: 33 });
    expect(verdict.hits[0]!.reason).toBe("This looks like an order number; it stays on this device.");
    expect(ask(withRules(order), "KX-12345").kind).toBe("allow");
    expect(ask(withRules(order), `order ${"x".repeat(400)} KX-12345`).kind).toBe("allow");
  });

  test("needs no keyword where every match holds some text, and none of its parts but a keyword", () => {
    const project = {
      id: "ACME_002",
      description: "a code name",
      pattern: "(?:blue|red) heron [0-9]+",
      ignoreCase: true,
    };
    expect(ask(withRules(project), "about Blue Heron 7").hits[0]).toMatchObject({
      ruleId: "ACME_002",
      start: 6,
      end: 18,
    });
    const word = { id: "ACME_003", description: "a code name", keywords: ["Nightjar"] };
    expect(ask(withRules(word), "is NIGHTJAR late?").hits[0]).toMatchObject({ start: 3, end: 11 });
    expect(ask(withRules(word), "nightjars sing").kind).toBe("allow");
  });

  test("asks for one of its context words, blocks, warns and redacts", () => {
    const context = { ...order, context: ["invoice"], action: "block" };
    expect(ask(withRules(context), "order KX-12345").kind).toBe("allow");
    expect(ask(withRules(context), "invoice of order KX-12345").kind).toBe("block");
    expect(ask(withRules({ ...order, action: "warn" }), "order KX-12345")).toMatchObject({
      kind: "allow",
      hits: [{ ruleId: "ACME_001" }],
    });
    const redacting = systemWithRuleFile(
      JSON.stringify({ version: 1, rules: [{ ...order, redactable: true }] }),
      "own",
      {
        redactPersonalData: true,
      },
    );
    expect(ask(redacting, "order KX-12345").kind).toBe("redact");
  });

  test("speaks up in its projects alone, and where the project is not known", () => {
    const system = withRules({ ...order, projects: ["shop", "depot"] });
    expect(ask(system, "order KX-12345", "shop").kind).toBe("keep-local");
    expect(ask(system, "order KX-12345", "garden").kind).toBe("allow");
    expect(ask(system, "order KX-12345").kind).toBe("keep-local");
  });

  test("can switch house rules off, and be switched off itself", () => {
    const text = JSON.stringify({ version: 1, disable: ["PRIVACY_030"], rules: [order] });
    expect(ask(systemWithRuleFile(text, "own"), "write to ada@lovelace.org").kind).toBe("allow");
    expect(ask(systemWithRuleFile(text, "own", { disabled: ["ACME_001"] }), "order KX-12345").kind).toBe("allow");
  });

  test("takes time in proportion to the text, whatever the pattern and the text", () => {
    const system = withRules({
      id: "ACME_009",
      description: "hostile",
      keywords: ["aa"],
      pattern: "(?:a+)+(?:a|aa){2,60}b",
    });
    const work = (length: number) => (): unknown => ask(system, "a".repeat(length));
    const most = ({ small }: LeastWork): number => Math.max(16 * small, 30);
    const least = leastWork({ small: work(4000), large: work(32_000) }, (one) => one.large < most(one));
    expect(least.large).toBeLessThan(most(least));
  });
});

describe("a bad file", () => {
  const faults = (text: string): readonly string[] => {
    try {
      parseRuleFile(text, "own.json");
    } catch (error) {
      if (error instanceof RuleFileError) return error.message.split("\n");
      throw error;
    }
    return [];
  };

  test.each([
    ["{", "own.json:1:2: expected a key in double quotes"],
    ['{\n  "version": 1,\n  "rules": [,]\n}', 'own.json:3:13: "," begins no value'],
    ['{ "version": 1, }', 'own.json:1:17: a "," before "}" is too many'],
    ["{ 'version': 1 }", "own.json:1:3: expected a key in double quotes"],
    ['{ "version": 1, "version": 1 }', 'own.json:1:17: the key "version" stands twice'],
    ['{ "version": 2 }', 'own.json:1:14: "version": expected 1'],
    ['{ "version": 1, "rule": [] }', 'own.json:1:25: "rule" is not known here'],
    ['{ "version": 1,\n "disable": ["PRIVACY_9"] }', 'own.json:2:14: no rule has the id "PRIVACY_9"'],
    ["[]", 'own.json:1:1: "version" is missing'],
  ])("%s", (text, message) => expect(faults(text)[0]).toContain(message));

  test("names every fault of its rules, each with its place", () => {
    const text = `{
  "version": 1,
  "rules": [
    { "id": "acme", "description": "x", "keywords": ["order"] },
    { "id": "PRIVACY_001", "description": "a thing", "keywords": ["a"] }
  ]
}`;
    expect(faults(text)).toEqual([
      expect.stringContaining('own.json:4:13: "id": expected capitals'),
      expect.stringContaining('own.json:4:36: "description": expected what it finds'),
      expect.stringContaining("own.json:5:67: entry 1: expected at least 2 characters"),
    ]);
    const twice = `{ "version": 1, "rules": [
 { "id": "ACME_1", "description": "a thing", "pattern": "a(b" },
 { "id": "ACME_1", "description": "a thing", "pattern": "[0-9]{6}" },
 { "id": "PRIVACY_001", "description": "a thing", "action": "hide" } ] }`;
    expect(faults(twice)).toEqual([expect.stringContaining('own.json:4:61: "action": expected')]);
    expect(faults(twice.replace("hide", "warn"))).toEqual([
      expect.stringContaining('own.json:2:57: the pattern cannot be used: a "(" is not closed (character 2 of it)'),
      expect.stringContaining('own.json:3:10: "ACME_1" stands twice'),
      expect.stringContaining("own.json:3:57: the pattern has no fixed text"),
      expect.stringContaining('own.json:4:10: "PRIVACY_001" is a rule of the house'),
      expect.stringContaining("own.json:4:2: a rule needs keywords, a pattern or both"),
    ]);
  });
});

test("JSON is read as the runtime reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseLocatedJson(text).value).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

describe("a file that changes while the system runs", () => {
  const options = (texts: string[]) => ({
    name: "own.json",
    read: async () => {
      const text = texts[0];
      if (text === undefined) throw new Error("gone");
      return text;
    },
  });
  const good = JSON.stringify({ version: 1, rules: [order] });

  test("is taken over when it is good and refused when it is bad", async () => {
    const texts = [JSON.stringify({ version: 1 })];
    const rules = await ReloadingRules.open(options(texts));
    const { system } = rules;
    expect(await rules.reload()).toEqual({ kind: "unchanged" });
    expect(ask(system, "order KX-12345").kind).toBe("allow");
    texts[0] = good;
    expect(await rules.reload()).toEqual({ kind: "loaded", rules: 1, disabled: 0 });
    expect(ask(system, "order KX-12345").kind).toBe("keep-local");
    texts[0] = "{";
    expect(await rules.reload()).toEqual({ kind: "refused", message: expect.stringContaining("own.json:1:2") });
    expect(await rules.reload()).toEqual({ kind: "unchanged" });
    texts.length = 0;
    expect(await rules.reload()).toEqual({ kind: "refused", message: "Cannot read own.json: gone" });
    expect(ask(system, "order KX-12345").kind).toBe("keep-local");
  });

  test("is looked at again and again until the signal aborts", async () => {
    const texts = [JSON.stringify({ version: 1 })];
    const rules = await ReloadingRules.open(options(texts));
    const clock = new ManualClock();
    const stop = new AbortController();
    const seen: RuleReload[] = [];
    const watching = rules.watch({ clock, everyMs: 500, signal: stop.signal, onReload: (reload) => seen.push(reload) });
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    };
    await settle();
    texts[0] = good;
    await clock.advance(500);
    await settle();
    expect(seen).toEqual([{ kind: "loaded", rules: 1, disabled: 0 }]);
    stop.abort();
    await watching;
  });

  test("that is bad at the start is refused at once", async () => {
    await expect(ReloadingRules.open(options(["{"]))).rejects.toBeInstanceOf(RuleFileError);
    expect(new ExpertSystem().rules.length).toBeGreaterThan(100);
  });
});
