import { type Evaluation, evaluateExpression, sameValue } from "../../core/arithmetic.js";
import type { Asked } from "./asking.js";
import { formatMoney, readMoney } from "./money.js";
import { asIntegerRequest, parseNumberFact } from "./number-facts.js";
import { parsePercentage } from "./percentages.js";
import type { Answerable, Skill } from "./skill.js";

/** Arithmetic in signs or words, percentages, lists of numbers, primes, rounding, fractions and bases. */
export const arithmeticSkill: Skill = (asked) => {
  if (asked.subject === "" || !MENTIONS_NUMBER.test(asked.subject)) return undefined;
  const text =
    parsePercentage(asked) ??
    parseNumberFact(asked) ??
    parseEquation(asked) ??
    parsePlain(asked) ??
    asIntegerRequest(asked);
  return text === undefined ? undefined : arithmeticReply(text);
};

const MENTIONS_NUMBER =
  /[\dπ]|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen|half|third|quarter|pi)\b/i;

function arithmeticReply(text: string | (() => string)): Answerable {
  return { skill: "arithmetic", answer: () => ({ text: typeof text === "string" ? text : text() }) };
}

/** Writings that look like an expression and mean a day, a shop, a team's line-up or a telephone. */
const NOT_A_SUM =
  /^(?:9\/11|24\/7|7[/-]11|50\/50|20\/20|80\/20|4\/20|4[x×]4|\d{4}-\d{1,2}(?:-\d{1,2})?|\d{1,2}\/\d{1,2}\/\d{2,4}|\+?\d+(?:[-/]\d+){2,}|\d{3}-\d{4})$/i;
/** Without a word that asks: a score, a ratio, a size. */
const NOT_ASKED = /^\d+[-/–:x×]\d+$/i;

function parsePlain({ subject, cue }: Asked): string | undefined {
  const bare = subject.trim();
  if (cue !== "compute" && (NOT_A_SUM.test(bare) || (cue === "none" && NOT_ASKED.test(bare)))) return undefined;
  const money = readMoney(rewriteVerbs(bare));
  return describe(evaluateExpression(money.text), money.symbol);
}

/** Orders in words, as the expression they ask for. */
function rewriteVerbs(text: string): string {
  if (!/^[amtdsr]/i.test(text)) return text;
  return text
    .replace(/^(?:multiply|times) (.{1,80}?) (?:by|with|and) (.{1,80})$/i, (_, a, b) => `${grouped(a)} * ${grouped(b)}`)
    .replace(/^divide (.{1,80}?) by (.{1,80})$/i, (_, a, b) => `${grouped(a)} / ${grouped(b)}`)
    .replace(/^subtract (.{1,80}?) from (.{1,80})$/i, (_, a, b) => `${grouped(b)} - ${grouped(a)}`)
    .replace(/^add (.{1,80}?) to (.{1,80})$/i, (_, a, b) => `${grouped(b)} + ${grouped(a)}`)
    .replace(/^(?:the )?difference between (.{1,80}?) and (.{1,80})$/i, (_, a, b) => `${grouped(a)} - ${grouped(b)}`)
    .replace(/^(?:the )?square of (.{1,80})$/i, (_, a) => `${grouped(a)} squared`)
    .replace(
      /^(?:the )?remainder (?:of|when) (.{1,80}?) (?:is )?divided by (.{1,80})$/i,
      (_, a, b) => `${grouped(a)} mod ${grouped(b)}`,
    );
}

function grouped(part: string): string {
  return /^[$€£¥₹]?[\d.,]+$|^[a-z]+$/i.test(part) ? part : `(${part})`;
}

/** `12 * 7 = 84` asked as a question, `is 2 + 2 = 5`. */
function parseEquation({ sentence, subject, cue }: Asked): string | undefined {
  const text = cue === "none" ? sentence.replace(/^(?:is|does|are) (?:it true that )?/i, "") : subject;
  const sides = text.split(/ equals? (?:to )?|=/i);
  if (sides.length !== 2) return undefined;
  const left = evaluateExpression(sides[0]!.replace(/ is $/i, ""));
  const right = evaluateExpression(sides[1]!);
  if (left.kind !== "value" || right.kind !== "value" || left.operations + right.operations === 0) return undefined;
  const same = sameValue(left.value, right.value);
  const shown = statement(left.expression, left.text, left.exact);
  if (same) return `Yes: ${shown}${right.operations > 0 ? `, and so is ${right.expression}` : ""}.`;
  return `No: ${shown}, and ${right.operations > 0 ? statement(right.expression, right.text, right.exact) : `not ${right.text}`}.`;
}

function statement(expression: string, text: string, exact: boolean): string {
  return `${shorten(expression)} ${exact && !text.startsWith("≈") ? `is ${text}` : text}`;
}

/** An evaluation as a sentence; undefined when there was nothing to reckon. */
function describe(evaluation: Evaluation, symbol = ""): string | undefined {
  switch (evaluation.kind) {
    case "invalid":
      return undefined;
    case "undefined":
      return `${shorten(evaluation.expression)} is undefined: ${evaluation.reason}.`;
    case "too-large":
      return `${shorten(evaluation.expression)} is too large to reckon here: ${evaluation.reason}.`;
    case "value":
      if (evaluation.operations === 0) return undefined;
      return symbol === ""
        ? statement(evaluation.expression, evaluation.text, evaluation.exact)
        : `${shorten(evaluation.expression)} is ${formatMoney(evaluation.value, symbol)}`;
    default:
      return evaluation satisfies never;
  }
}

function shorten(expression: string): string {
  return expression.length <= 120 ? expression : `${expression.slice(0, 117)}…`;
}
