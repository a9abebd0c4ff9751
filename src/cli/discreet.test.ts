import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flaggedSamples, redactableSamples } from "../../test/support/flagged-samples.js";
import { TestHome } from "../../test/support/terminal.js";
import { discreet } from "./discreet.js";

const home = new TestHome();
const terminal = home.terminal();
const everything = { terminal, everything: true };

test("takes what the rules hold for a credential out of a message, and leaves its other words", async () => {
  for (const { kind, text, value } of flaggedSamples().filter((sample) => sample.kind !== "customer data")) {
    const shown = await discreet(`Cannot read it: ${text}`, { terminal });
    expect({ kind, holds: shown.includes(value) }).toEqual({ kind, holds: false });
    expect(shown).toMatch(/^Cannot read it: [\s\S]*\[PRIVACY_\d+\]/);
  }
  const unreachable = "Cannot reach http://192.168.1.20:11434/v1: ECONNREFUSED";
  expect(await discreet(unreachable, { terminal })).toContain("192.168.1.20:11434");
  expect(await discreet("", { terminal })).toBe("");
});

test("takes out personal data as well where everything must go", async () => {
  for (const { kind, text, value } of redactableSamples()) {
    expect((await discreet(text, { terminal })).includes(value)).toBe(kind !== "card"); // a card number is a credential too
    expect(await discreet(text, everything)).not.toContain(value);
  }
  const two = redactableSamples().map(({ text }) => text);
  expect(await discreet(two.join("\n"), everything)).not.toContain("acme-mail");
});

test("asks the rules of one's own too, also in the error that a bad command makes", async () => {
  await writeFile(
    join(home.directory, "rules.json"),
    JSON.stringify({
      version: 1,
      rules: [{ id: "OWN_001", description: "a badge number", severity: "critical", pattern: "BADGE-[0-9]{6}" }],
    }),
  );
  expect((await home.run(["config", "set", "rules.file", join(home.directory, "rules.json")])).stderr).toBe("");
  expect(await discreet("no such file: BADGE-123456", { terminal })).toBe("no such file: [OWN_001]");
  const failed = await home.run(["rules", "check", "BADGE-123456"]);
  expect(failed.code).not.toBe(0);
  expect(failed.stderr).not.toContain("123456");
  await writeFile(join(home.directory, "rules.json"), "{");
  expect(await discreet("no such file: BADGE-123456", { terminal })).toContain("BADGE-123456");
});
