// Makes a Bloom filter of a word list for src/rules. Usage: node tools/make-word-filter.mjs [--help] < LIST
import { readFileSync } from "node:fs";

const BITS = 20_480;
const HASHES = 6;

if (process.argv.includes("--help")) {
  console.log(`Usage: node tools/make-word-filter.mjs < LIST

Reads words, one a line, and prints the base64 of a Bloom filter of ${BITS} bits and ${HASHES} hashes (src/rules/wallet-words.ts).
The list there is the English one of BIP-39: github.com/bitcoin/bips, bip-0039/english.txt.`);
  process.exit(0);
}
const words = readFileSync(0, "utf8").split(/\s+/).filter(Boolean);
const filter = new Uint8Array(BITS / 8);
for (const word of words) {
  let first = 0x811c9dc5;
  let second = 0;
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193);
    second = (Math.imul(second, 31) + code) | 0;
  }
  for (let round = 0; round < HASHES; round++) {
    const bit = ((first + Math.imul(round, second | 1)) >>> 0) % BITS;
    filter[bit >> 3] |= 1 << (bit & 7);
  }
}
console.log(Buffer.from(filter).toString("base64"));
