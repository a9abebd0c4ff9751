import { isLetter } from "./characters.js";
import type { Detection, Rule, Span } from "./rule.js";
import { isWalletWord } from "./wallet-words.js";

const SHORTEST_PHRASE = 12;
const WINDOW_CHARS = 400;

/** Words with nothing between them but spaces, commas, line breaks, quotes or their numbers. */
const PHRASE = /^[A-Za-z]{3,8}(?:["']?[\s,;|]{1,4}(?:\d{1,2}[.):]?\s{0,3})?["']?[A-Za-z]{3,8}){11,}$/;

/** Twelve words of the BIP-39 list in a row, wherever they stand; the trigger ends at the twelfth. */
function findListedWords(text: string, start: number, end: number): Span | undefined {
  if (repeatsItself(text, end)) return undefined;
  const window = text.slice(start, end);
  if (!PHRASE.test(window)) return undefined;
  const words = window.toLowerCase().match(/[a-z]+/g) ?? [];
  for (const word of words) if (!isWalletWord(word)) return undefined;
  if (words.length < SHORTEST_PHRASE || new Set(words).size < SHORTEST_PHRASE - 3) return undefined;
  const rest = /^(?:[\s,;]{1,3}(?:\d{1,2}[.):]?\s?)?[a-z]{3,8}(?![\w'’])){1,12}/i.exec(text.slice(end, end + 140));
  return { start, end: end + (rest?.[0].length ?? 0) };
}

/** Whether the word that ends here is one of the three before it: text that says the same again and again is no phrase. */
function repeatsItself(text: string, end: number): boolean {
  const from = wordStart(text, end);
  const word = text.slice(from, end);
  let at = from;
  for (let back = 0; back < 3; back++) {
    while (at > 0 && !isLetter(text.charCodeAt(at - 1))) at--;
    const first = wordStart(text, at);
    if (at - first === word.length && text.startsWith(word, first)) return true;
    at = first;
  }
  return false;
}

function wordStart(text: string, end: number): number {
  let at = end;
  while (at > 0 && end - at < 9 && isLetter(text.charCodeAt(at - 1))) at--;
  return at;
}

/** English, German, French, Spanish, Italian, Portuguese, Dutch. */
const WALLET_WORDS = [
  "seed phrase",
  "seed-phrase",
  "seed word",
  "recovery phrase",
  "recovery word",
  "mnemonic",
  "wallet",
  "ledger",
  "trezor",
  "metamask",
  "bip39",
  "bip-39",
  "wiederherstellungsphrase",
  "wiederherstellungswörter",
  "mots de récupération",
  "phrase de récupération",
  "phrase secrète",
  "frase semilla",
  "frase de recuperación",
  "palabras de recuperación",
  "frase di recupero",
  "parole di recupero",
  "frase de recuperação",
  "palavras de recuperação",
  "herstelzin",
  "herstelwoorden",
];
/** Words that sentences are full of and phrases are not; any of them ends one. */
const SENTENCE_WORDS: ReadonlySet<string> = new Set(
  "the and for are was were with have has had from your its not but all her his him she they them would could should where which who how why than then their been into more these those does did says our out und oder der die das den dem ein eine ist nicht mit für von auf les des une est pas avec pour dans que qui los las una con por para del como che non per sono della gli dos das uma com não mais van het een met niet voor zijn".split(
    " ",
  ),
);

/** Twelve or more short lower-case words in a row, none of them a sentence's, within reach of a wallet's word. */
function namedPhraseFinder(): Pick<Detection, "find" | "begin"> {
  // How far the text is known to hold no phrase: the windows of words that stand close together overlap.
  let readTo = 0;
  return {
    begin() {
      readTo = 0;
    },
    find(text, start, end) {
      if (isLetter(text.charCodeAt(start - 1)) || end + WINDOW_CHARS / 2 < readTo) return undefined;
      const from = Math.max(0, start - WINDOW_CHARS, readTo - WINDOW_CHARS / 2);
      const to = Math.min(text.length, end + WINDOW_CHARS);
      const found = phraseIn(text.slice(from, to), from);
      if (found === undefined) readTo = to;
      return found;
    },
  };
}

function phraseIn(window: string, offset: number): Span | undefined {
  const words = /[^\s,;:]+/g;
  let first = 0;
  let last = 0;
  let count = 0;
  for (let match = words.exec(window); match !== null; match = words.exec(window)) {
    const word = match[0];
    if (/^\d{1,2}[.)]?$/.test(word)) continue;
    if (/^[a-zà-ÿ]{3,9}$/.test(word) && !SENTENCE_WORDS.has(word)) {
      if (count++ === 0) first = match.index;
      last = match.index + word.length;
      if (count === 24) break;
    } else if (count >= SHORTEST_PHRASE) break;
    else count = 0;
  }
  return count >= SHORTEST_PHRASE ? { start: offset + first, end: offset + last } : undefined;
}

/** Recovery phrases of wallets: twelve to twenty-four words that open an account. */
export const seedPhraseRules: readonly Rule[] = [
  {
    id: "PRIVACY_022",
    description: "a wallet's recovery phrase",
    severity: "critical",
    action: "keep-local",
    kind: "SEED_PHRASE",
    detections: [
      { on: "words", find: findListedWords },
      { on: "keyword", keywords: WALLET_WORDS, ...namedPhraseFinder() },
    ],
  },
];
