import { describe, expect, test } from "vitest";
import type { DeviceStatus, Engine } from "../core/ports.js";
import type { RuleHit, Verdict } from "../core/verdict.js";
import { scriptedEngine } from "../testing.js";
import { enginesInOrder, Router, type RoutingInput } from "./router.js";

const remote = scriptedEngine(["remote"], { id: "remote", place: "network" });
const local = scriptedEngine(["local"], { id: "local", place: "device", contextTokens: 2048 });
const skills: Engine = {
  ...scriptedEngine(["4"], { id: "skills", place: "device" }),
  accepts: (question) => (question.includes("2 + 2") ? { skill: "arithmetic" } : undefined),
};

const hit = (action: RuleHit["action"]): RuleHit => ({
  ruleId: "PRIVACY_900",
  action,
  severity: "high",
  kind: "EMAIL",
  source: "question",
  textIndex: 0,
  start: 0,
  end: 4,
  reason: "an e-mail address",
});

const EASY = "hello there";
const HARD =
  "Explain step by step why this algorithm is correct, prove its complexity, compare it with quicksort, and then refactor the code: function f(a) { return a[0] + b[1]; } ".repeat(
    6,
  );

function input(change: Partial<RoutingInput> = {}): RoutingInput {
  return {
    text: EASY,
    preference: "balanced",
    verdict: { kind: "allow", hits: [] },
    device: {},
    projectPrivate: false,
    promptTokens: 20,
    needs: { tools: false, structuredOutput: false, files: false },
    engines: [skills, local, remote],
    ...change,
  };
}

const router = new Router();
const codes = (change: Partial<RoutingInput>): string[] =>
  router.route(input(change)).reasons.map((reason) => reason.code);
const order = (change: Partial<RoutingInput>): string[] =>
  enginesInOrder(router.route(input(change)), input(change)).map((engine) => engine.id);

describe("Router", () => {
  test("sends small talk to the device and a hard question to the network, with the features that decided", () => {
    expect(router.route(input()).route).toBe("local");
    const hard = router.route(input({ text: HARD }));
    expect(hard.route).toBe("remote");
    expect(hard.reasons.map((reason) => reason.code)).toEqual(
      expect.arrayContaining(["feature/length", "feature/code"]),
    );
    expect(hard.score).toBeGreaterThan(hard.threshold);
  });

  test("answers with a device skill when one accepts, whatever the score", () => {
    const decision = router.route(input({ text: `${HARD} 2 + 2` }));
    expect(decision).toMatchObject({ route: "local", skill: "arithmetic", mayUseNetwork: true });
    expect(order({ text: `${HARD} 2 + 2` })).toEqual(["skills", "local", "remote"]);
  });

  test("never gives a call with tools, files or a schema to a skill", () => {
    for (const need of ["tools", "structuredOutput", "files"] as const) {
      const needs = { tools: false, structuredOutput: false, files: false, [need]: true };
      expect(router.route(input({ text: "2 + 2", needs })).skill).toBeUndefined();
    }
  });

  test.each<[string, Partial<RoutingInput>]>([
    ["veto/rule", { verdict: { kind: "keep-local", hits: [hit("keep-local")] } }],
    ["veto/project-private", { projectPrivate: true }],
    ["veto/preference-private", { preference: "private" }],
    ["veto/forced-local", { forced: "local" }],
    ["veto/offline", { device: { online: false } }],
    ["veto/no-remote", { engines: [skills, local] }],
  ])("keeps the hardest question on the device by %s", (code, change) => {
    const decision = router.route(input({ text: HARD, preference: "quality", ...change }));
    expect(decision).toMatchObject({ route: "local", mayUseNetwork: false });
    expect(decision.reasons.map((reason) => reason.code)).toContain(code);
    expect(order({ text: HARD, ...change })).not.toContain("remote");
  });

  test("reports the vetoes in their fixed order", () => {
    const verdict: Verdict = { kind: "keep-local", hits: [hit("keep-local")] };
    const vetoes = codes({
      verdict,
      projectPrivate: true,
      preference: "private",
      forced: "local",
      device: { online: false },
    });
    expect(vetoes.filter((code) => code.startsWith("veto/"))).toEqual([
      "veto/rule",
      "veto/project-private",
      "veto/preference-private",
      "veto/forced-local",
      "veto/offline",
    ]);
  });

  test("does not lift a veto when remote is asked for: it blocks", () => {
    const verdict: Verdict = { kind: "keep-local", hits: [hit("keep-local")] };
    expect(router.route(input({ forced: "remote", verdict })).route).toBe("blocked");
    expect(router.route(input({ forced: "remote", projectPrivate: true })).route).toBe("blocked");
    expect(order({ forced: "remote", verdict })).toEqual([]);
  });

  test("blocks what a rule blocks before anything else is looked at", () => {
    const verdict: Verdict = { kind: "block", hits: [hit("block")], ruleId: "SAFETY_900", reason: "harm" };
    expect(router.route(input({ text: "2 + 2", verdict, forced: "local" })).route).toBe("blocked");
  });

  test("marks a remote question with redactable parts for redaction", () => {
    const verdict: Verdict = { kind: "redact", hits: [hit("redact")] };
    expect(router.route(input({ text: HARD, verdict }))).toMatchObject({ route: "remote", redact: true });
    expect(router.route(input({ text: HARD, verdict, forced: "local" })).redact).toBe(false);
  });

  test("goes remote when the prompt does not fit the local context, and says how much was missing", () => {
    const decision = router.route(input({ promptTokens: 5000 }));
    expect(decision.route).toBe("remote");
    expect(decision.reasons.find((reason) => reason.code === "veto/local-lacks")?.detail).toContain("2048");
    expect(order({ promptTokens: 5000 })).toEqual(["remote"]);
  });

  test("goes remote when the local model lacks tools", () => {
    const bare = scriptedEngine([""], {
      id: "bare",
      place: "device",
      supports: { tools: false, structuredOutput: false, files: false },
    });
    const needs = { tools: true, structuredOutput: false, files: false };
    expect(router.route(input({ engines: [bare, remote], needs })).route).toBe("remote");
  });

  test("calls the band below the threshold hybrid: device first, network behind it", () => {
    const text = "Tell me something about the gardens and the rivers that run through the northern part of the country";
    const decision = new Router({ threshold: 0.35, hybridBand: 0.1 }).route(input({ text }));
    expect(decision.route).toBe("hybrid");
    expect(enginesInOrder(decision, input({ text })).map((engine) => engine.id)).toEqual(["local", "remote"]);
  });

  test("moves the threshold by the device's state, and never by what is unknown", () => {
    const threshold = (device: DeviceStatus, preference: RoutingInput["preference"] = "balanced"): number =>
      router.route(input({ device, preference })).threshold;
    const base = threshold({});
    expect(threshold({ batteryLevel: 0.9, charging: false })).toBe(base);
    expect(threshold({ batteryLevel: 0.1, charging: true })).toBe(base);
    expect(threshold({ batteryLevel: 0.1, charging: false })).toBeLessThan(base);
    expect(threshold({ batteryLevel: 0.1 })).toBe(base);
    expect(threshold({ thermal: "critical" })).toBeLessThan(threshold({ thermal: "serious" }));
    expect(threshold({ metered: true })).toBeGreaterThan(base);
    expect(threshold({ roundTripMs: 3000 })).toBeGreaterThan(base);
    expect(threshold({}, "quality")).toBeLessThan(base);
  });

  test("is a pure function of its input", () => {
    expect(router.route(input({ text: HARD }))).toEqual(router.route(input({ text: HARD })));
  });

  test("refuses a threshold outside 0 to 1", () => {
    expect(() => new Router({ threshold: 1.5 })).toThrow(RangeError);
    expect(() => new Router({ hybridBand: Number.NaN })).toThrow(RangeError);
  });

  test("asks a second local model in a cascade only while the battery allows it", () => {
    const second = scriptedEngine(["second"], { id: "second", place: "device" });
    const both = { engines: [skills, local, second, remote] };
    const banded = new Router({ threshold: 1, hybridBand: 1 });
    const tried = (device: DeviceStatus): string[] => {
      const all = input({ ...both, device });
      return enginesInOrder(banded.route(all), all).map((engine) => engine.id);
    };
    expect(tried({})).toEqual(["local", "second", "remote"]);
    expect(tried({ batteryLevel: 0.2, charging: true })).toEqual(["local", "second", "remote"]);
    expect(tried({ batteryLevel: 0.2, charging: false })).toEqual(["local", "remote"]);
    expect(tried({ batteryLevel: 0.2, charging: false, online: false })).toEqual(["local", "second"]);
  });
});
