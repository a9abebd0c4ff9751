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
