import { expect, test } from "vitest";
import { flaggedSamples, redactableSamples } from "../../test/support/flagged-samples.js";
import { discreet } from "./discreet.js";

test("takes what the rules hold for a credential out of a message, and leaves its other words", () => {
  for (const { kind, text, value } of flaggedSamples().filter((sample) => sample.kind !== "customer data")) {
    const shown = discreet(`Cannot read it: ${text}`);
    expect({ kind, holds: shown.includes(value) }).toEqual({ kind, holds: false });
    expect(shown).toMatch(/^Cannot read it: [\s\S]*\[PRIVACY_\d+\]/);
  }
  expect(discreet("Cannot reach http://192.168.1.20:11434/v1: ECONNREFUSED")).toContain("192.168.1.20:11434");
  expect(discreet("")).toBe("");
});

test("takes out personal data as well where everything must go", () => {
  for (const { kind, text, value } of redactableSamples()) {
    expect(discreet(text).includes(value)).toBe(kind !== "card"); // a card number is a credential too
    expect(discreet(text, { everything: true })).not.toContain(value);
  }
  const two = redactableSamples().map(({ text }) => text);
  expect(discreet(two.join("\n"), { everything: true })).not.toContain("acme-mail");
});
