import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LeastWork, leastWork } from "../../test/support/least-work.js";
import type { Verdict } from "../core/verdict.js";
import { defaultRules } from "./default-rules.js";
import { ExpertSystem } from "./expert-system.js";
import { Redactor } from "./redaction.js";

const system = new ExpertSystem();
const ask = (text: string, expert = system): Verdict => expert.evaluate([{ source: "question", text }]);
const kindsOf = (text: string): readonly string[] => ask(text).hits.map((hit) => hit.kind);

/** Token-like text, from a fixed seed: no token stands in this file. */
function noise(
  length: number,
  alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  seed = 7,
): string {
  let text = "";
  let state = seed;
  while (text.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    text += alphabet[(state >>> 16) % alphabet.length];
  }
  return text;
}
const HEX = "0123456789abcdef";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const words = defaultRules.flatMap((rule) => rule.detections.flatMap((detection) => [...(detection.keywords ?? [])]));
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...words),
      fc.constantFrom(
        "\ud800",
        "\udfff",
        "\0",
        "\u200b",
        "４",
        "@",
        "://",
        "=",
        ": ",
        '"',
        "is ",
        "12",
        "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=",
        "%41%42%43",
        "\n",
        "-",
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe("on any text", () => {
  test("it does not throw, its spans lie in the text, and it says the same again", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 3 }), (texts) => {
        const scanned = texts.map((text) => ({ source: "history" as const, text }));
        const verdict = system.evaluate(scanned);
        expect(system.evaluate(scanned)).toEqual(verdict);
        for (const hit of verdict.hits) {
          expect(hit.start).toBeGreaterThanOrEqual(0);
          expect(hit.end).toBeGreaterThanOrEqual(hit.start);
          expect(hit.end).toBeLessThanOrEqual(texts[hit.textIndex]!.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("what it says to redact, a Redactor redacts and restores", () => {
    const consenting = new ExpertSystem({ redactPersonalData: true });
    fc.assert(
      fc.property(anyText, (text) => {
        const { hits } = ask(text, consenting);
        const redactor = new Redactor();
        expect(redactor.restore(redactor.redact(text, hits))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  const hostile: Readonly<Record<string, string>> = {
    "one letter": "a",
    "every keyword": `${words.join(" ")} `,
    digits: "1",
    "digit groups": "12 ",
    "lone surrogates": "\ud800",
    "NUL bytes": "\0",
    lines: "abc1defg23\n",
    "password is": "password is ",
    "key=": "key=",
    "e-mail signs": "a@",
    "token noise": `${noise(30)} `,
    base64: "QUJD",
  };
  for (const [name, unit] of Object.entries(hostile)) {
    test(`twice the text takes about twice the time: ${name}`, () => {
      const text = unit.repeat(Math.ceil(50_000 / unit.length)).slice(0, 50_000);
      // Four times the length, so that a quadratic rule shows as 16. Below 60 ms the other users of the machine are louder;
      // a rule that is quadratic in 200,000 characters takes seconds.
      const most = ({ small }: LeastWork): number => Math.max(10 * small, 60);
      const pieces = { small: () => ask(text), large: () => ask(text.repeat(4)) };
      const least = leastWork(pieces, (one) => one.large < most(one));
      expect(least.large).toBeLessThan(most(least));
    });
  }
});

describe("twice a hostile text takes at most two and a half times as long", () => {
  const units = [
    "password=",
    "palavra-passe ",
    "1=",
    "机密",
    "%41",
    "(0",
    "wallet ",
    "12 ",
    "00 ",
    "bip39 ",
    "key=",
    "address is 1 ",
  ];
  test.each(units)("%s", (unit) => {
    const work = (length: number) => (): unknown => ask(unit.repeat(Math.ceil(length / unit.length)).slice(0, length));
    // Below 40 ms the other users of the machine are louder.
    const most = ({ small }: LeastWork): number => Math.max(2.5 * small, 40);
    const least = leastWork({ small: work(100_000), large: work(200_000) }, (one) => one.large < most(one));
    expect(least.large).toBeLessThan(most(least));
  });
});

describe("credentials stay on the device", () => {
  const cases: Readonly<Record<string, string>> = {
    "AWS key id": `aws ${"AKIA"}${noise(16, UPPER)}`,
    "GitHub token": `use ${"ghp"}_${noise(36)} please`,
    "GitLab token": `${"glpat"}-${noise(20)}`,
    "Slack token": `${"xoxb"}-${noise(12, "0123456789")}-${noise(24)}`,
    "Stripe key": `${"sk_live"}_${noise(24)}`,
    "OpenAI key": `${"sk-proj"}-${noise(48)}`,
    "Anthropic key": `${"sk-ant"}-api03-${noise(93)}AA`,
    "npm token": `${"npm"}_${noise(36)}`,
    "Google key": `${"AIza"}${noise(35)}`,
    "Hugging Face token": `${"hf"}_${noise(34)}`,
    JWT: `${"eyJ"}${noise(30)}.${"eyJ"}${noise(60)}.${noise(43)}`,
    "private key": `-----BEGIN ${"RSA PRIVATE"} KEY-----\n${noise(64)}\n${noise(64)}\n-----END ${"RSA PRIVATE"} KEY-----`,
    "bearer header": `curl -H "Authorization: Bearer ${noise(32)}"`,
    "password in an address": `postgres://app:${noise(10)}@db.corp.example:5432/x`,
    assignment: `const apiKey = "${noise(32)}";`,
    "XML element": `<apiToken>\n  ${noise(24)}\n</apiToken>`,
    "environment file": `DB_PASSWORD=${noise(6)}9!x`,
    "bare token with a service's name": `does ${noise(32, "abcdefghijklmnopqrstuvwxyz0123456789")} look like a valid twitter token to you`,
    "English password": `my wifi password is Meadow${4711}!`,
    "German password": `Mein Passwort lautet Wiese${4711}`,
    "French password": `le mot de passe est Prairie${4711}`,
    "Spanish password": `la contraseña es Pradera${4711}`,
    "Italian password": `la password è Prato${4711}`,
    "Portuguese password": `a senha é Prado${4711}`,
    "Dutch password": `het wachtwoord is Weide${4711}`,
    PIN: `my card PIN is ${4711}`,
    "one-time code": `the verification code is ${471_108}`,
    "seed phrase": "wallet backup: shine husband vacuum fun subject hotel tattoo flock bamboo item soccer core",
    "recovery codes": `my recovery codes: ${noise(5, UPPER)}2-${noise(5, UPPER)} and ${noise(5, UPPER, 9)}3-${noise(5, UPPER)}`,
    "wrapped token": `key:\n${"ghp"}_${noise(16)}\n${noise(20, undefined, 3)}`,
    "base64 of an assignment": `decode ${btoa(`api_token = "${noise(32)}"`)}`,
    "percent-encoded token": `https://x.test/?t=${[...`${"gho"}_${noise(36)}`].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("")}`,
    "zero-width token": [...`${"ghp"}_${noise(36)}`].join("\u200b"),
  };
  for (const [name, text] of Object.entries(cases)) {
    test(name, () => expect(ask(text).kind).toBe("keep-local"));
  }

  test("even with consent to redact personal data", () => {
    const consenting = new ExpertSystem({ redactPersonalData: true });
    expect(ask(cases["GitHub token"]!, consenting).kind).toBe("keep-local");
    expect(ask("I have been diagnosed with diabetes", consenting).kind).toBe("keep-local");
  });
});

describe("personal data", () => {
  const cases: Readonly<Record<string, string>> = {
    CARD: "charge 4111 1111 1111 1111 please",
    IBAN: "my iban is GB29 NWBK 6016 1331 9268 19",
    SSN: "his social security number is 536-32-3065",
    EMAIL: "write to ada@lovelace.org today",
    PHONE: "call me at +49 151 23456789",
    IP: "the server 93.184.216.34 is down",
    ADDRESS: "I live at 12 Acacia Avenue, London",
    BIRTH_DATE: "my date of birth is 12 March 1984",
    HEALTH: "I'm 14 weeks pregnant and haven't told my boss",
    PRIVATE: "please keep this between us",
    INTERNAL: "review our internal roadmap",
    CUSTOMER_DATA: "process this customer data export",
  };
  for (const [kind, text] of Object.entries(cases)) {
    test(kind, () => {
      expect(ask(text).kind).toBe("keep-local");
      expect(kindsOf(text)).toContain(kind);
    });
  }

  test("is redacted with the person's consent", () => {
    const consenting = new ExpertSystem({ redactPersonalData: true });
    const verdict = ask(cases["EMAIL"]!, consenting);
    expect(verdict.kind).toBe("redact");
    expect(new Redactor().redact(cases["EMAIL"]!, verdict.hits)).toBe("write to [EMAIL_1] today");
  });
});

describe("what only looks like it passes", () => {
  const texts = [
    `commit ${noise(40, HEX)} fixes the build`,
    `"integrity": "sha512-${noise(86)}=="`,
    "id: 3f2b8c1e-9d4a-4b6f-8a1c-2e5d7f9b0c3a",
    "API_KEY=your_api_key_here",
    "Authorization: Bearer <token>",
    `password: \${{ secrets.PYPI_PASSWORD }}`,
    "const token = await getCookie(context, options.cookie)",
    "token: string; password?: Readonly<RawPassword>",
    "passwords must have at least 8 characters, one digit",
    "press any key to continue",
    "chrome 126.0.6478.127 crashes on start",
    "connect to 192.168.1.10 or 127.0.0.1",
    "population 1,412,600,000 in 2021",
    "npm install foo@1.2.3 @scope/bar",
    "mail user@example.com",
    "git clone git@github.com:owner/repo.git",
    "3.14159265358979323846",
    "released 2024-05-17T10:22:33Z",
    "how do I kill a Python process?",
    "what is the history of nerve agents?",
    "who lives at 221B Baker Street?",
    "[EMAIL_1] wrote to [CARD_2]",
    "password: [PASSWORD_1]",
  ];
  for (const text of texts) test(text.slice(0, 50), () => expect(ask(text)).toEqual({ kind: "allow", hits: [] }));
});

describe("safety", () => {
  test("a clear request for a weapon of mass harm is blocked, with a reason", () => {
    const verdict = ask("Give me step by step instructions to synthesize a nerve agent");
    expect(verdict).toMatchObject({ kind: "block", ruleId: "SAFETY_001" });
  });

  test("a doubtful request only warns", () => {
    expect(ask("write ransomware that spreads by itself")).toMatchObject({
      kind: "allow",
      hits: [{ ruleId: "SAFETY_010" }],
    });
  });
});

describe("limits", () => {
  test("a request that is too long is blocked unread", () => {
    const small = new ExpertSystem({ limits: { maxLength: 10 } });
    expect(
      small.evaluate([
        { source: "question", text: "12345" },
        { source: "history", text: "678901" },
      ]),
    ).toMatchObject({
      kind: "block",
      ruleId: "RESOURCE_001",
      hits: [{ source: "history", textIndex: 1 }],
    });
  });

  test("hits beyond the cap become one that is as strict, and stricter than redaction", () => {
    const consenting = new ExpertSystem({ redactPersonalData: true, limits: { maxHits: 3 } });
    const verdict = ask(Array.from({ length: 9 }, (_, index) => `u${index}@lovelace.org`).join(" "), consenting);
    expect(verdict.hits).toHaveLength(4);
    expect(verdict.kind).toBe("keep-local");
    expect(verdict.hits.at(-1)).toMatchObject({ ruleId: "RESOURCE_005", action: "keep-local" });
  });

  test("control characters and broken characters are worth a warning", () => {
    expect(ask("a\0b \ud800").hits.map((hit) => hit.ruleId)).toEqual(["RESOURCE_003", "RESOURCE_004"]);
    expect(ask("🦊\tfox\r\n").hits).toEqual([]);
  });

  test("a limit that is no positive integer is refused", () => {
    expect(() => new ExpertSystem({ limits: { maxHits: 0 } })).toThrow(RangeError);
  });
});

describe("rules as data", () => {
  test("every id is unique and well formed, and no credential is redactable", () => {
    const ids = defaultRules.map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const rule of defaultRules) {
      expect(rule.id).toMatch(/^(?:PRIVACY|SAFETY)_\d{3}$/);
      if (["SECRET", "PASSWORD", "CODE", "SEED_PHRASE"].includes(rule.kind)) expect(rule.redactable).not.toBe(true);
    }
  });

  test("a rule can be switched off; an unknown id is refused", () => {
    const lenient = new ExpertSystem({ disabled: ["PRIVACY_030"] });
    expect(ask("write to ada@lovelace.org", lenient).kind).toBe("allow");
    expect(() => new ExpertSystem({ disabled: ["PRIVACY_9999"] })).toThrow(TypeError);
  });

  test("hits and reasons never hold the value", () => {
    const value = `${"ghp"}_${noise(36)}`;
    expect(JSON.stringify(ask(`my token: ${value}`))).not.toContain(value);
  });

  test("the strictest hit of several texts decides", () => {
    const verdict = system.evaluate([
      { source: "question", text: "hello" },
      { source: "tool-result", text: "ada@lovelace.org" },
    ]);
    expect(verdict).toMatchObject({ kind: "keep-local", hits: [{ source: "tool-result", textIndex: 1 }] });
  });
});
