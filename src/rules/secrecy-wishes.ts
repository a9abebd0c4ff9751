import { isLetter } from "./characters.js";
import type { Detection, Span } from "./rule.js";
import { asksInGeneral, isChoice, sentenceAround } from "./sentence.js";

/** What is to be kept: "this", "what follows", "unser Gespräch", in seven languages. */
const DEIXIS =
  /\b(?:this|that|it|these|what (?:follows|i say|i tell)|the (?:following|above|rest)|everything|anything|conversation|chat|message|question|text|das|dies\w{0,2}|es|folgende\w{0,2}|alles|gespräch|frage|ceci|cela|ça|conversation|message|tout|esto|eso|ello|todo|conversación|pregunta|mensaje|questo|ciò|tutto|conversazione|isto|isso|tudo|conversa|mensagem|dit|dat|alles|gesprek|bericht)\b/iu;
/** What makes it a wish. */
const WISH =
  /\b(?:please|keep|must|should|may|need|want|let|leave|stay|remain|don['’]?t|do not|never|only|just|treat|bitte|soll|sollte|darf|muss|bleib\w*|halte?|behandle|nur|doit|doive|garde\w*|rest\w*|reste|faut|veuillez|traite|que no|debe|deben|mantén|quede|queda|salga|guarda|trata|deve|devono|resti|rimanga|tieni|tratta|fique|fica|mantenha|guarde|trate|houd|hou|moet|mag|blijf\w*|behandel|alleen)\b/iu;
const SECRECY = [
  "secret",
  "private",
  "to yourself",
  "between us",
  "between ourselves",
  "in confidence",
  "privat",
  "geheim",
  "unter uns",
  "für dich",
  "niemand",
  "privé",
  "secrète",
  "entre nous",
  "pour toi",
  "personne",
  "privado",
  "secreto",
  "entre nosotros",
  "nadie",
  "de aquí",
  "privato",
  "segreto",
  "tra noi",
  "nessuno",
  "segredo",
  "entre nós",
  "ninguém",
  "daqui",
  "privé",
  "tussen ons",
  "niemand",
  "sensitive",
  "confidential",
  "vertraulich",
  "confidentiel",
  "confidencial",
  "riservat",
  "vertrouwelijk",
];
/** What the word speaks of where it is no wish: a private key, a secret agent, "sensitive to light". */
const OTHER_SENSE =
  /^\w{0,4}\s(?:keys?|school|island|jet|sector|equity|investors?|lessons?|methods?|fields?|class\w*|functions?|members?|variables?|repo\w*|agents?|santa|garden|recipe|ingredient|sauce|weapon|service|to |skin|teeth|plant|information act|entit\w+|compan\w+|person|people|citizens?|part(?:y|ies)|individuals?|propert\w+|li(?:fe|ves)|use\b|cars?|houses?|universit\w+|colleges?|practices?|law|label|browsing|window|network|rooms?|tutors?|teachers?|detectives?|parts?|verborgen|erspart|schlüssel|schule|schulen|methode|clé|école|llave|chiave|chave|sleutel)/i;

/** A word of secrecy in a short sentence that speaks of what is being said and wishes something of it. */
function findSecrecy(text: string, start: number, end: number): Span | undefined {
  if (isLetter(text.charCodeAt(start - 1)) || OTHER_SENSE.test(text.slice(end, end + 24))) return undefined;
  const sentence = sentenceAround(text, start, end);
  if (sentence.end - sentence.start > 110 || isChoice(text, sentence.start)) return undefined;
  const words = text.slice(sentence.start, sentence.end);
  if (!DEIXIS.test(words) || !WISH.test(words) || asksInGeneral(text, start, end)) return undefined;
  return {
    start: sentence.start + (words.length - words.trimStart().length),
    end: sentence.start + words.trimEnd().length,
  };
}

/** Negation, a verb of sending and a place away from here, in the order each language has them; two of three words apart at most. */
const NOT_SENT: readonly RegExp[] = [
  /\b(?:do not|don['’]?t|never|must not|not|no)\b[^.!?\n]{0,40}?\b(?:send|sent|upload\w*|share\w*|forward\w*|transmit\w*|store\w*|log|logged|save\w*|post\w*|publish\w*)\b[^.!?\n]{0,40}?\b(?:cloud|server\w*|internet|online|remote\w*|external\w*|third part\w+|anywhere|any model|log or|openai|google)\b/iu,
  /\b(?:do not|don['’]?t|never)\s(?:log|store|save|record|remember|keep a copy of|share|upload|forward|send)\b[^.!?\n]{0,16}?\b(?:this|it|these|that|the following|what follows|my (?:question|message|text))\b/iu,
  /\bnicht\b[^.!?\n]{0,40}?(?:server\w*|cloud|internet|dritte\w*|extern\w*|fremde\w*|online|google|openai|\bki\b)[^.!?\n]{0,24}?(?:send\w*|schick\w*|lad\w*|teil\w*|weiter\w*|speicher\w*|übertrag\w*|geb\w*|hochlad\w*|gelang\w*|geh\w*)/iu,
  /(?:\bne\s|\bn['’])[^.!?\n]{0,30}?(?:envo\w*|partag\w*|transm\w*|diffus\w*|télévers\w*|stock\w*)[^.!?\n]{0,30}?(?:cloud|serveur\w*|internet|tiers|en ligne|\bia\b|ailleurs|extern\w*)/iu,
  /\bno\s[^.!?\n]{0,16}?(?:env\w*|compart\w*|sub\w*|transm\w*|guard\w*)[^.!?\n]{0,30}?(?:nube|servidor\w*|internet|terceros|en línea|extern\w*)/iu,
  /\bnon\s[^.!?\n]{0,16}?(?:invi\w*|condivid\w*|caric\w*|trasm\w*|salv\w*)[^.!?\n]{0,30}?(?:cloud|server|internet|terzi|online|estern\w*)/iu,
  /\bnão\s[^.!?\n]{0,16}?(?:envi\w*|compartilh\w*|partilh\w*|carreg\w*|transmit\w*|guard\w*)[^.!?\n]{0,30}?(?:nuvem|servidor\w*|internet|terceiros|online|extern\w*)/iu,
  /\bniet\b[^.!?\n]{0,40}?(?:cloud|server\w*|internet|derden|online|extern\w*)[^.!?\n]{0,24}?(?:stur\w*|del\w*|upload\w*|opsla\w*|verzend\w*)/iu,
];
const PLACES = [
  "cloud",
  "server",
  "internet",
  "online",
  "remote",
  "external",
  "third part",
  "anywhere",
  "do not log",
  "don't log",
  "do not store",
  "don't store",
  "do not save",
  "don't save",
  "do not record",
  "extern",
  "fremde",
  "dritte",
  "serveur",
  "tiers",
  "nube",
  "servidor",
  "terceros",
  "terzi",
  "nuvem",
  "terceiros",
  "derden",
];

function findNotSent(text: string, start: number, end: number): Span | undefined {
  const sentence = sentenceAround(text, start, end);
  if (sentence.end - sentence.start > 130) return undefined;
  const words = text.slice(sentence.start, sentence.end);
  for (const pattern of NOT_SENT) {
    const match = pattern.exec(words);
    if (match === null) continue;
    return asksInGeneral(text, start, end)
      ? undefined
      : { start: sentence.start + match.index, end: sentence.start + match.index + match[0].length };
  }
  return undefined;
}

const OFFLINE =
  /\b(?:need|want|only|please|must|stay|keep|answer\w*|reply|handle|process|use|bitte|nur|bleib\w*|uniquement|seulement|solo|soltanto|apenas|somente|alleen)\b[^.!?\n]{0,24}?\b(?:offline|on[- ]device|on (?:my|this) (?:phone|device)|sin conexión|hors ligne)\b|\b(?:offline|on[- ]device)\s(?:only|answer|please|bitte|uniquement|solo|apenas)\b/iu;
const OFFLINE_THING =
  /^\s(?:mode|map|maps|editor|play\w*|install\w*|game|games|dictionary|copy|version|reading|music|app|apps|wiki\w*|signing|marketing|store)/i;

function findOffline(text: string, start: number, end: number): Span | undefined {
  if (OFFLINE_THING.test(text.slice(end, end + 16))) return undefined;
  const sentence = sentenceAround(text, start, end);
  const words = text.slice(sentence.start, sentence.end);
  return words.length <= 110 && OFFLINE.test(words) && DEIXIS_OR_MODEL.test(words) && !asksInGeneral(text, start, end)
    ? { start, end }
    : undefined;
}
const DEIXIS_OR_MODEL =
  /\b(?:this|it|that|answer|model|question|me|das|dies\w*|frage|antwort|ceci|ça|réponse|esto|respuesta|questo|risposta|isto|resposta|dit|antwoord|sensitive|private)\b/iu;

/** Wishes to keep what is said here, from their parts: a word of secrecy, what it speaks of, and that it is a wish. */
export const secrecyDetections: readonly Detection[] = [
  { on: "keyword", keywords: [...new Set(SECRECY)], find: findSecrecy },
  { on: "keyword", keywords: PLACES, find: findNotSent },
  {
    on: "keyword",
    keywords: ["offline", "on-device", "on device", "on my phone", "on this device", "hors ligne", "sin conexión"],
    find: findOffline,
  },
];
