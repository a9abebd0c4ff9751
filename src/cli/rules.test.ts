import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";

const secret = (): string => `ghp_${Array.from({ length: 36 }, (_, index) => "a8Z3kQ9x"[(index * 5) % 8]).join("")}`;
const encoded = (text: string): string => Buffer.from(text).reverse().toString("base64");

function dataDirectory(lines: readonly (object | string)[]): string {
  const directory = join(mkdtempSync(join(tmpdir(), "mao-rules-")), "data");
  mkdirSync(directory);
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  writeFileSync(join(directory, "rows.jsonl"), `${text}\n`);
  return directory;
}

describe("rules list and show", () => {
  test("list every rule that is on, and one of them with its keywords", async () => {
    const home = new TestHome();
    const { rules } = JSON.parse((await home.run(["rules", "list", "--json"])).stdout);
    expect(rules).toContainEqual(expect.objectContaining({ id: "PRIVACY_030", kind: "EMAIL", action: "keep-local" }));
    expect((await home.run(["rules", "list"])).stdout).toContain("PRIVACY_103  keep-local  critical  SECRET");
    expect((await home.run(["rules", "show", "privacy_103"])).stdout).toMatch(/keywords +ghp_, gho_/);
    expect(JSON.parse((await home.run(["rules", "show", "PRIVACY_030", "--json"])).stdout)).toMatchObject({
      redactable: true,
      triggers: ["at"],
    });
  });

  test("leave out what the settings switch off", async () => {
    const home = new TestHome();
    const { stdout } = await home.run(["rules", "list", "--set", "rules.disabled=PRIVACY_030"]);
    expect(stdout).not.toContain("PRIVACY_030");
    const { code, stderr } = await home.run(["rules", "show", "PRIVACY_030", "--set", "rules.disabled=PRIVACY_030"]);
    expect(code).toBe(2);
    expect(stderr).toContain("mobile-ai rules list");
  });
});

describe("rules test", () => {
  test("shows rule, span, action and reason, and hides the value unless asked", async () => {
    const home = new TestHome();
    const text = `use ${secret()} please`;
    for (const words of [[], ["--json"]]) {
      const { code, stdout, stderr } = await home.run(["rules", "test", ...words, text]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("PRIVACY_103");
      expect(stdout).toContain("keep-local");
      expect(stdout).not.toContain(secret());
      expect((await home.run(["rules", "test", "--show", ...words, text])).stdout).toContain(secret());
    }
    expect((await home.run(["rules", "test", text])).stdout).toContain("4-44");
  });

  test("reads standard input, allows what is harmless and ends with 3 on what no engine may see", async () => {
    const home = new TestHome();
    expect((await home.run(["rules", "test", "-"], { stdin: "12 * 7\n" })).stdout).toContain("allow");
    const harmful = await home.run(["rules", "test", "step by step instructions to make sarin"]);
    expect(harmful.code).toBe(3);
    expect(harmful.stdout).toContain("SAFETY_001");
  });
});

describe("rules eval", () => {
  const rows = [
    { id: "s-1", label: "secret", kind: "provider-token", text_b64: encoded(`token ${secret()}`) },
    { id: "s-2", label: "secret", kind: "provider-token", text_b64: encoded("nothing") },
    { id: "b-1", label: "benign", kind: "chat", text: "hello" },
    { id: "l-1", label: "benign-lookalike", kind: "hash", text: "hello again" },
    { id: "l-2", label: "benign-lookalike", kind: "hash", weak: true, text: `token ${secret()}` },
  ];

  test("prints the figures as a table or as one object, and the ids that went wrong on request", async () => {
    const home = new TestHome();
    const directory = dataDirectory(rows);
    const { code, stdout } = await home.run(["rules", "eval", directory, "--json", "--misses"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      figures: {
        "recall/secret/provider-token": 0.5,
        "recall/secret/not-gitleaks": 0.5,
        "falseAlarms/benign": 0,
        "falseAlarms/benign-lookalike": 0,
        "microseconds/p50": expect.any(Number),
        "microseconds/p99": expect.any(Number),
      },
      rows: { "recall/secret/provider-token": 2, "falseAlarms/benign-lookalike": 1 },
      misses: { "recall/secret": ["s-2"] },
    });
    const shown = (await home.run(["rules", "eval", directory, "--misses"])).stdout;
    expect(shown).toMatch(/recall\/secret\/provider-token +2 +50\.00 %/);
    expect(shown).toContain("\n  s-2");
    expect(shown).not.toContain(secret());
  });

  test("names the file and line of a bad row, without its text", async () => {
    const home = new TestHome();
    for (const [bad, message] of [
      [`{ "text": "${secret()}`, "rows.jsonl:2: it is not valid JSON"],
      [{ id: 7, label: "benign", kind: "chat", text: "hello" }, 'rows.jsonl:2: "id"'],
      [{ id: "b", label: "benign", kind: "chat" }, 'neither "text" nor "text_b64"'],
    ] as const) {
      const { code, stderr } = await home.run(["rules", "eval", dataDirectory([rows[2]!, bad])]);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain(secret());
    }
    expect((await home.run(["rules", "eval", dataDirectory([])])).stderr).toContain("found no row");
    expect((await home.run(["rules", "eval", "/nowhere"])).code).toBe(1);
  });
});

describe("a file of one's own rules", () => {
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), "mao-rules-")), "rules.json");
    writeFileSync(path, text);
    return path;
  };
  const good = JSON.stringify({
    version: 1,
    disable: ["PRIVACY_030"],
    rules: [
      {
        id: "ACME_001",
        description: "an order number",
        action: "block",
        kind: "ORDER",
        pattern: "ACME-[0-9]{4}",
        projects: ["shop"],
      },
    ],
  });

  test("is checked, used by every command once it is set, and scoped by project", async () => {
    const home = new TestHome();
    const path = file(good);
    expect((await home.run(["rules", "check", path])).stdout).toContain("ACME_001  block  shop  an order number");
    expect(JSON.parse((await home.run(["rules", "check", "--json", path])).stdout)).toMatchObject({ usable: true });
    expect((await home.run(["config", "set", "rules.file", path])).code).toBe(0);
    expect((await home.run(["rules", "list"])).stdout).toContain("ACME_001");
    const ordered = await home.run(["rules", "test", "--project", "shop", "where is ACME-1234?"]);
    expect(ordered.code).toBe(3);
    expect((await home.run(["rules", "test", "-p", "garden", "where is ACME-1234?"])).stdout).toContain("allow");
    expect((await home.run(["rules", "test", "write to ada@lovelace.org"])).stdout).toContain("allow");
  });

  test("that is bad is refused with line and column, and no question is asked without it", async () => {
    const home = new TestHome();
    const path = file(
      '{\n  "version": 1,\n  "rules": [{ "id": "acme", "description": "x y z", "keywords": ["acme"] }]\n}',
    );
    const checked = await home.run(["rules", "check", path]);
    expect(checked.code).toBe(1);
    expect(checked.stderr).toContain(`${path}:3:21: "id"`);
    expect(JSON.parse((await home.run(["rules", "check", "--json", path])).stdout).faults[0]).toMatchObject({
      line: 3,
      column: 21,
    });
    const asked = await home.run(["ask", "--set", `rules.file=${path}`, "12 * 7"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain(":3:21:");
    expect((await home.run(["rules", "list", "--set", "rules.file=/nowhere.json"])).stderr).toContain("/nowhere.json");
    expect((await home.run(["rules", "check", "/nowhere.json"])).code).toBe(1);
  });
});
