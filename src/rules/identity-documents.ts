import { isAlphanumeric } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";

const DOCUMENT_VALUE =
  /[^\n.?!]{0,24}?(?:\b(?:is|lautet|ist|es|est|number|no\.?|nummer|was|with|and)|[:=#])\s{0,3}["']?((?=[A-Z0-9 -]{0,20}\d)[A-Z0-9](?:[A-Z0-9]|[ -](?=[A-Z0-9])){5,21})(?![A-Za-z0-9])/iy;

/** `my passport number is …`, `account number: …`: the document's name, then a number. */
function findDocument(text: string, start: number, end: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(start - 1))) return undefined;
  const match = matchAt(DOCUMENT_VALUE, text, end);
  if (match === undefined) return undefined;
  const value = match[1]!.split(/ (?=[a-z])/)[0]!;
  const at = end + match[0].lastIndexOf(match[1]!);
  return (value.match(/\d/g)?.length ?? 0) >= 4 ? { start: at, end: at + value.length } : undefined;
}

/** Numbers of documents and accounts that are known by the words before them. */
export const identityDocumentRules: readonly Rule[] = [
  {
    id: "PRIVACY_041",
    description: "the number of an identity document or account",
    severity: "high",
    action: "keep-local",
    kind: "ID_NUMBER",
    redactable: true,
    detections: [
      {
        on: "keyword",
        keywords: [
          "passport",
          "driver's license",
          "drivers license",
          "driver license",
          "driving licence",
          "personalausweis",
          "reisepass",
          "pasaporte",
          "passeport",
          "account number",
          "kontonummer",
          "policy number",
          "insurance number",
          "sozialversicherungsnummer",
          "versicherungsnummer",
          "national id",
          "id card",
          "tax id",
          "steuer-id",
          "social insurance",
          "medical record number",
          "mrn",
          "voter",
          "여권번호",
          "license plate",
          "kennzeichen",
          "betriebsstättennummer",
          "employee id",
        ],
        find: findDocument,
      },
    ],
  },
];
