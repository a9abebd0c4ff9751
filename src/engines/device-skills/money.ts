import { formatValue } from "../../core/arithmetic.js";
import { exactDecimal, multiply, type Rational, rational, roundHalfAway } from "../../core/rational.js";

/** A text without its currency signs, and the one sign that stood in it. */
export interface MoneyText {
  readonly text: string;
  /** `$`, `€`, …; empty when there is none, or when several differ (then the text is left alone). */
  readonly symbol: string;
}

/** Takes the currency sign off the amounts of a text, so that they can be reckoned with. A sign is never converted. */
export function readMoney(text: string): MoneyText {
  const signs = text.match(/[$€£¥₹](?=\s?[\d.])|(?<=\d\s?)[$€£¥₹]/g);
  if (signs === null || new Set(signs).size !== 1) return { text, symbol: "" };
  return { text: text.replaceAll(signs[0]!, " "), symbol: signs[0]! };
}

/** An amount with its sign, to two places, behind `≈` when it was rounded; without a sign, the plain value. */
export function formatMoney(value: Rational, symbol: string): string {
  if (symbol === "") return formatValue(value);
  const hundred = rational(100n);
  const cents = roundHalfAway(multiply(value, hundred));
  const text = exactDecimal(rational(cents, 100n))!; // two places always end
  const exact = cents * value.d === value.n * 100n;
  const places = /\.\d$/.test(text) ? `${text}0` : text.includes(".") || exact ? text : `${text}.00`;
  const shown = `${symbol}${places}`.replace(/^(.)-/, "-$1");
  return exact ? shown : `≈ ${shown}`;
}
