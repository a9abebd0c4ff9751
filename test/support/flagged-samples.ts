/** A text that a rule flags, and the value in it that must not leave. Built in memory: no file holds a token. */
export interface FlaggedSample {
  readonly kind: string;
  readonly text: string;
  readonly value: string;
}

/** Letters and digits that look random, the same each time. */
function noise(
  length: number,
  seed: number,
  alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789",
): string {
  let state = seed;
  let text = "";
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += alphabet[(state >>> 16) % alphabet.length];
  }
  return text;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Twenty kinds of what stays on the device, whatever the person allows. */
export function flaggedSamples(): readonly FlaggedSample[] {
  const tokens: readonly (readonly [string, string])[] = [
    ["GitHub token", ["gh", "p_", noise(36, 1)].join("")],
    ["AWS key id", ["AK", "IA", noise(16, 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")].join("")],
    ["Slack token", ["xo", "xb-", noise(12, 3, "1234567890"), "-", noise(24, 4)].join("")],
    ["Stripe key", ["sk_", "live_", noise(24, 5)].join("")],
    ["Google key", ["AI", "za", noise(35, 6)].join("")],
    ["GitLab token", ["gl", "pat-", noise(20, 7)].join("")],
    ["npm token", ["np", "m_", noise(36, 8)].join("")],
    [
      "JWT",
      [base64url({ alg: "HS256", typ: "JWT" }), base64url({ sub: "1234567890", n: noise(9, 9) }), noise(43, 10)].join(
        ".",
      ),
    ],
  ];
  const password = noise(14, 11);
  const body = noise(64, 12);
  const seed = "gravity machine north sort system female filter attitude volume fold club stay";
  return [
    ...tokens.map(([kind, value]) => ({ kind, text: `What can I open with ${value} and how?`, value })),
    {
      kind: "private key",
      text: `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${body}\n${noise(64, 13)}\n-----END RSA ${"PRIVATE"} KEY-----\nIs it long enough?`,
      value: body,
    },
    {
      kind: "connection string",
      text: `Why does postgres://app:${password}@db.internal:5432/x fail?`,
      value: password,
    },
    {
      kind: "basic authentication",
      text: `curl -u admin:${password} https://intranet.example/x fails, why?`,
      value: password,
    },
    { kind: "assignment", text: `DB_PASSWORD=${password}\nExplain this line.`, value: password },
    { kind: "password in English", text: `My password is ${password}, is it any good?`, value: password },
    { kind: "password in German", text: `Mein Passwort lautet ${password}, ist das gut?`, value: password },
    { kind: "password in French", text: `Mon mot de passe est ${password}, est-il bon ?`, value: password },
    { kind: "password in Spanish", text: `Mi contraseña es ${password}, ¿es buena?`, value: password },
    { kind: "PIN", text: "The PIN of my card is 48271936, how do I change it?", value: "48271936" },
    { kind: "one-time code", text: "Your verification code is 48291375. What is it for?", value: "48291375" },
    { kind: "seed phrase", text: `My wallet's recovery phrase: ${seed}`, value: seed },
    {
      kind: "customer data",
      text: "Confidential: do not send this outside the company. Our customer Borogove Ltd owes us 40,000.",
      value: "Borogove",
    },
  ];
}

/** What may leave as a placeholder, with consent. */
export function redactableSamples(): readonly FlaggedSample[] {
  const email = ["jo.smith", "acme-mail.org"].join("@");
  const card = ["4111", "1111", "1111", "1111"].join(" ");
  const iban = ["DE89", "3704", "0044", "0532", "0130", "00"].join(" ");
  return [
    { kind: "e-mail", text: `Write a polite reply to ${email} please.`, value: email },
    { kind: "card", text: `Which bank issued the card ${card}?`, value: card },
    { kind: "IBAN", text: `Which bank is ${iban} with?`, value: iban },
    { kind: "phone", text: "Which country is +49 30 90182014 in?", value: "90182014" },
  ];
}
