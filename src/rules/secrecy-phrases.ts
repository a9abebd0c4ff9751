import type { Detection } from "./rule.js";
import { from, unlessQuestion } from "./sentence.js";

const THIS =
  "(?:this|it|that|these|those|them|everything|(?:any|all) of (?:this|it)|the (?:following|above|rest)|what follows|my \\w{3,12})";
const ELSEWHERE = "(?:cloud|remote|external|online|hosted|third[- ]party|public)";
const AI = "(?:services?|apis?|models?|providers?|llms?|ais?|tools?|assistants?|servers?)";
const SENDING =
  "(?:send|share|post|upload|forward|publish|transmit|disclose|distribute|circulate|repeat|show|copy|leak|store|save|log|quote|sent|shared|posted|uploaded|forwarded|published|disclosed|distributed|circulated|released|stored|saved|logged|quoted|made public)";

/** English, by kind of wish: no other place, a limit of who may know, a duty of secrecy, and what to do with the text. */
const ENGLISH: readonly Detection[] = [
  from(
    [
      "use any",
      "use a",
      "use the",
      "no external",
      "no cloud",
      "no remote",
      "no third",
      "no online",
      "without any",
      "without external",
      "without cloud",
    ],
    new RegExp(
      `(?:(?<=\\b(?:do not|don['’]t|never|please don['’]t) )use (?:any |a |the )?${ELSEWHERE} ${AI} (?:for|on|with|here)\\b|(?<=^|[.!?\\n(]\\s{0,2}|please,? |but )(?:no|without(?: any)?) ${ELSEWHERE} (?:${AI}|processing|calls|inference)(?=$|\\s?[.,:;!\\n)]| please| for ${THIS}))`,
      "iy",
    ),
  ),
  from(
    ["keep "],
    new RegExp(
      `keep ${THIS}(?: \\w{3,12}){0,2}? (?:(?:inside|within|in) (?:the|our|this|my) (?!family\\b)(?:company|team|house|building|network|organi[sz]ation|office|department|family|firm|group|room)\\b|quiet(?:,? please| until| for now| from| about)|under wraps|hush|a secret|out of the (?:cloud|news|press)|among (?:us|ourselves))`,
      "iy",
    ),
  ),
  from(
    [
      "air-gapped only",
      "air gapped only",
      "on-prem",
      "on prem",
      "local only",
      "local inference",
      "local processing",
      "local model",
      "on-device",
      "in-house only",
    ],
    /(?:(?:air[- ]gapped|on[- ]prem(?:ises)?|local|on[- ]device|in[- ]house)(?: (?:model|inference|processing|use|handling))? only(?=$|\s?[.,:;!\n)]| please)|(?<=only (?:use )?(?:the |a |with )?)(?:local|on[- ]device|on[- ]prem(?:ises)?) (?:inference|processing|models?|execution))/iy,
  ),
  from(
    ["on our own", "on my own"],
    /on (?:our|my) own (?:hardware|servers?|machines?|infrastructure|device|computer|laptop)(?: only|,? please|(?=[.,:;!]|$))/iy,
  ),
  from(
    [
      "do not ",
      "don't ",
      "don’t ",
      "never ",
      "not to be ",
      "must not be ",
      "may not be ",
      "promise not to ",
      "promise me not to ",
      "you won't ",
    ],
    new RegExp(
      `(?:do not|don['’]t|never|(?:not to|must not|may not) be|promise (?:me )?not to|you won['’]t) (?:${SENDING}(?:, (?:or |and )?| or | and |/)){1,4}${SENDING}\\b|(?:promise (?:me )?not to|you won['’]t) ${SENDING} ${THIS}|not to be ${SENDING}\\b(?! (?:twice|again|in production))`,
      "iy",
    ),
  ),
  from(["eyes only"], /(?<=(?:my|internal|management|board|team|your|our)(?:['’]s)? )eyes only(?=$|\s?[.,:;!\n)])/iy),
  from(
    ["embargo"],
    /(?<=\b(?:under|strict|press|is|are) (?:press |strict )?)embargo(?:ed)?(?: (?:until|till)\b|[:.,]|$)/iy,
  ),
  from(
    ["nda", "non-disclosure", "nondisclosure"],
    /(?<=\b(?:under|covered by|bound by|protected by|subject to|signed|have|within|our|my|this)(?: an?| the| our| my| strict| your){0,2} )(?:nda|non-?disclosure(?: agreement)?)\b(?! (?:template|clause|form|draft|for))/iy,
  ),
  from(["confidential"], /(?<=(?:^|\n)[ \t*#_-]{0,4})confidential[ \t*_!.]{0,4}(?:\n|$)/iy),
  from(
    [
      "tell you this",
      "telling you this",
      "tell you something",
      "telling you something",
      "told you in",
      "between the two of us",
      "between you and i",
      "just between us",
    ],
    /(?:tell(?:ing)? you (?:this|something) (?:in (?:strict |total )?confidence|as a secret|because i trust)|told you in confidence|(?:just )?between (?:us(?=[,:.])|the two of us|you and i))/iy,
  ),
  from(
    ["nobody ", "no one ", "no-one "],
    /(?:nobody|no[- ]one)(?: else)? (?:(?:can|must|may|should|is to|is allowed to|has to)(?: ever| not)? (?:know|find out|learn|hear|see)(?: (?:this|it|about (?:this|it)|of (?:this|it)|that (?:i|we))\b|\s?[:,.!]|$)|knows? (?:about (?:this|it|us)\b|that (?:i|we)\b|(?:this |it )?yet\s?(?:[,:.!]|$)))/iy,
  ),
  from(
    [
      "i haven't told",
      "i haven’t told",
      "i have not told",
      "we haven't told",
      "we have not told",
      "i've told no",
      "i told no one",
      "i told nobody",
      "haven't told anyone",
      "hasn't told anyone",
    ],
    /(?:(?:i|we)(?: have|['’]ve)?(?: not|n['’]t|n’t) told|(?:i|we)(?: have|['’]ve)? told) (?:anyone|anybody|a soul|no ?one|nobody|my \w+|him|her|them)|has?n['’]t told anyone/iy,
  ),
  from(
    ["not for ", "not public", "not yet public", "not been announced"],
    /not (?:for (?:the public|publication|external use|circulation|release|the press|outsiders|sharing|anyone else)|yet public|public yet|been announced)\b/iy,
  ),
  from(
    ["treat "],
    new RegExp(
      `treat(?: ${THIS}| \\w{3,12}){0,2} as (?:a )?(?:secret|private|confidential|sensitive|classified|privileged)`,
      "iy",
    ),
  ),
  from(
    ["delete ", "forget ", "erase "],
    /(?:delete|forget|erase) (?:this|our|the) (?:conversation|chat|message|question|exchange)(?: \w{2,9}){0,3}? (?:afterwards?|after|when|once|later|please|immediately)\b/iy,
  ),
  from(
    ["none of ", "nothing of "],
    /(?:none|nothing) of (?:this|it|that) (?:(?:may|must|should|can|is to) (?:go|leave|be (?:shared|sent|uploaded|posted|published|repeated|stored)|get|reach|appear|end up)|gets out|leaves)/iy,
  ),
  from(
    ["only "],
    /only (?:process|handle|run|use|read|answer|analy[sz]e|keep|store|work) (?:on )?(?:this |it |that |these )?(?:\w+ )?(?:on|in|inside|with) (?:my|our|this) (?:own )?(?:device|machine|phone|laptop|computer|pc|server|network|hardware|premises|house|local)/iy,
  ),
  from(
    ["i don't want ", "i do not want ", "i don’t want "],
    /i (?:do not|don['’]t) want (?:\w+ ){1,4}?to (?:see|know|read|learn|hear|find out)(?: (?:about )?(?:this|it|that|any of)|[.:,!]|$)/iy,
  ),
  from(
    ["is for ", "is only for ", "is just for ", "is meant for "],
    /is (?:just |only |meant |strictly )*for (?:us|me|you|our team|the board|management|insiders|family) (?:alone|only)\b(?! if)|is (?:only|just) for (?:us|me|you|the board|management)(?=[.:,!]|$)/iy,
  ),
  from(
    [
      "distribution only",
      "circulation only",
      "staff only",
      "restricted:",
      "highly confidential",
      "highly sensitive",
      "top secret:",
      "strictly internal",
    ],
    /(?:(?<=(?:internal|limited|restricted) )(?:distribution|circulation) only|(?<=for )staff only|(?<=(?:^|\n)\s{0,2})restricted:|highly (?:confidential|sensitive)(?! (?:to|than|area|skin|people|person|topics?|data (?:is|must|should)))|top secret:|strictly internal)/iy,
  ),
  from(
    ["do not ", "don't ", "don’t ", "never ", "not to be ", "must not ", "won't "],
    /(?:do not|don['’]t|never|not to be|must not(?: be)?|won['’]t) (?:mention|discuss|reveal|tell|talk about|say|pass|show|disclose|whisper|speak of|let|give)(?:ed|d)? (?:(?:this|that|it|any of (?:this|it)|a word(?: of (?:this|it))?|about (?:this|it)|these|them)(?: \w{2,8}){0,2}? )?(?:to anyone|to anybody|with anyone|anyone|anybody|outside (?:this|our|the) (?:room|team|company|family|house|group|chat)|elsewhere|on(?=[.:,!]|$)|to others|to my|to the (?:press|media|public|police|others)|a word\b|a soul)(?! the (?:ending|plot|twist|joke|answer|solution))/iy,
  ),
];

function phrases(keywords: readonly string[], pattern: string): Detection {
  return from(keywords, new RegExp(pattern, "iy"));
}

/** German, French, Spanish, Italian, Portuguese, Dutch and Chinese. */
const OTHERS: readonly Detection[] = [
  phrases(
    [
      "nur für",
      "nur zum internen",
      "nach außen",
      "erzähl",
      "sag es ",
      "sag das ",
      "behalt",
      "auf dem handy bleiben",
      "auf meinem",
      "nicht an ",
      "geheimhaltung",
      "verschwiegenheit",
      "lokale modell",
      "lokales modell",
      "ohne cloud",
      "bleibt intern",
      "intern bleiben",
      "nirgends",
      "unter nda",
      "sperrfrist",
    ],
    "(?:nur (?:für den|zum) (?:internen|dienst)|nach außen (?:dringen|gelangen|gehen|geben|tragen)|erzähl\\w{0,3} (?:das |es |dies |davon |bitte )*niemand|sag (?:es|das) (?:bitte )?niemand|behalt\\w* (?:das|es|dies|alles) (?:bitte )?(?:für dich|für euch|bei dir|geheim)|auf (?:dem|meinem) (?:handy|gerät|telefon|rechner|laptop)\\w* bleiben|nicht an (?:chatgpt|openai|google|andere|dritte|fremde|externe)|(?<=(?:unterliegt|unter|einer|der|meiner|unserer) )(?:geheimhaltung|verschwiegenheit)|(?<=nur (?:das |ein )?)lokales? modell|ohne cloud(?=$|[:.,!]| bitte)|bleibt intern|intern bleiben|nirgends (?:hochladen|speichern|posten)|unter nda|(?<=(?:mit|bis zur|unter) )sperrfrist)",
  ),
  phrases(
    [
      "ne pas ",
      "n'en parle",
      "n’en parle",
      "garde-le ",
      "garde-la ",
      "gardez",
      "garde cela",
      "doit pas",
      "doit jamais",
      "sous ",
      "en local",
      "reste confidentiel",
      "le dis à personne",
      "personne ne doit",
    ],
    "(?:ne pas (?:transmettre|diffuser|divulguer|communiquer|faire suivre|publier|partager|envoyer|ébruiter)|n['’]en parle\\w* à (?:personne|qui)|garde[z]?[- ](?:le|la|ça|cela) (?:pour (?:toi|vous|nous)|secret)|doit (?:pas|jamais) (?:sortir|quitter|être (?:partagé|diffusé|publié|envoyé)|fuiter)|sous (?:nda|embargo|accord de confidentialité|le sceau)|(?<=(?:trait\\w+|analys\\w+|répond\\w*|garde\\w*|rest\\w+|fais) (?:\\S{2,8} )?)en local|reste confidentiel|personne ne doit (?:le )?(?:savoir|voir|lire))",
  ),
  phrases(
    [
      "no se lo ",
      "no lo ",
      "no la ",
      "guárda",
      "guarda el secreto",
      "no salga de aquí",
      "no puede salir",
      "no debe salir",
      "bajo ",
      "en local",
      "localmente",
      "que nadie",
      "que quede entre",
    ],
    "(?:no se lo (?:digas|cuentes|enseñes|diga|cuente)|no l[oa] (?:compartas|publiques|subas|envíes|reenvíes|cuentes|difundas|comparta|envíe)|guárda(?:me|lo)?\\w* (?:el|un|en) secreto|guarda el secreto|no salga de aquí|no (?:puede|debe) salir de|bajo (?:nda|embargo|acuerdo de confidencialidad|secreto)|(?<=(?:proc[eé]s\\w+|analiz\\w+|trat\\w+|tod[oa]|esto) (?:solo |sólo )?)(?:en local|localmente)|que nadie (?:se entere|lo sepa|sepa|lo vea)|que quede entre (?:nosotros|tú))",
  ),
  phrases(
    [
      "non lo ",
      "non dir",
      "non raccont",
      "non divulg",
      "non inoltr",
      "non diffond",
      "tieni",
      "tenetelo",
      "non deve uscire",
      "non può uscire",
      "coperto da",
      "sotto ",
      "in locale",
      "nessuno deve",
      "nessuno può",
    ],
    "(?:non (?:lo |la )?(?:dire|dirlo|raccont\\w+|condivid\\w+|inoltr\\w+|diffond\\w+|divulg\\w+)(?: \\w+)? (?:a nessuno|a terzi|fuori)|tieni\\w* per te|tieni(?:lo)? (?:segreto|riservato)|non (?:deve|può) uscire d|(?:coperto da|sotto) (?:nda|embargo|accordo di riservatezza|segreto)|(?<=(?:elabora|tratta|processa|usa|analizza)\\w* (?:questo |tutto |solo )?)in locale|nessuno (?:lo )?(?:deve|può) saper)",
  ),
  phrases(
    [
      "não cont",
      "não dig",
      "não divulg",
      "não public",
      "não encaminh",
      "guarda",
      "não pode sair",
      "não deve sair",
      "sob ",
      "localmente",
      "ninguém pode",
      "ninguém deve",
    ],
    "(?:não (?:conte|conta|contes|diga|digas) (?:\\w+ )?(?:a|para|pra) ninguém|não (?:divulgu|publiqu|encaminh)\\w+ (?:isto|isso|este|esta|a)\\b|guard\\w+ (?:o )?segredo|não (?:pode|deve) sair d|sob (?:nda|embargo|acordo de confidencialidade|sigilo)|(?<=process\\w+ (?:isto |isso |tudo )?(?:apenas |só )?)localmente|ninguém (?:pode|deve) (?:saber|ver|ler))",
  ),
  phrases(
    [
      "voor intern gebruik",
      "vertel ",
      "hou dit",
      "hou het",
      "houd dit",
      "houd het",
      "het bedrijf niet",
      "geheimhouding",
      "lokaal",
      "niemand mag",
      "niet verder vertellen",
      "niet doorvertellen",
      "onder embargo",
    ],
    "(?:voor intern gebruik|vertel (?:dit|het|dat) (?:aan )?niemand|houd? (?:dit|het) (?:voor jezelf|geheim|onder ons|stil|intern)|het bedrijf niet (?:uit|verlaten)|(?<=(?:onder|een|de|mijn|onze) )geheimhouding|(?<=verwerk\\w* (?:dit |het |alles )?(?:alleen )?)lokaal|niemand mag (?:dit|het)|niet (?:verder vertellen|doorvertellen)|onder embargo)",
  ),
  phrases(
    ["不要把", "不能上传", "不要发", "别告诉", "仅限内部", "仅供内部", "不得外传", "仅限本地"],
    "(?:不要把.{1,8}?(?:发|传|上传)|不能上传|不要发(?:到|给)|别告诉|仅[限供]内部|不得外传|仅限本地)",
  ),
];

/** More of each language: for whom it is, who may not know, and what is not to be said of it. */
const LIMITS: readonly Detection[] = [
  phrases(
    ["für uns", "für dich", "für mich", "für den vorstand", "nicht für ", "keiner ", "niemand "],
    "(?:(?<=(?:nur|allein|ausschließlich) )für (?:uns|dich|mich|euch|den vorstand)(?: bestimmt| gedacht)?(?=$|[.:,!])|(?<=nur )für (?:uns|dich|mich) (?:bestimmt|gedacht)|nicht für (?:dritte|andere|die öffentlichkeit|außenstehende|fremde)|(?:keiner|niemand)(?: sonst)? (?:wissen|erfahren|sehen|lesen|hören)(?=$|[.:,!]| lassen)|(?<=dass )(?:keiner|niemand) (?:das |es |davon )?(?:weiß|erfährt|sieht|liest))",
  ),
  phrases(
    ["ne le ", "ne la ", "ne les ", "que personne", "seulement pour nous", "rien que pour"],
    "(?:ne l(?:e|a|es) (?:répèt|di[st]|racont|montr|divulgu|mentionn|transm|envo|partag)\\w* (?:pas|à personne|à aucun)|que personne ne|(?:seulement|rien que) pour (?:nous|toi|moi))",
  ),
  phrases(
    ["no lo ", "no la ", "no se ", "que nadie ", "solo para "],
    "(?:no l[oa] (?:repit|cuent|dig|menc|muestr|divulg|reenv|mand|env|sub|comp)\\w*|que nadie (?:lo |la |se )?(?:sepa|vea|lea|entere|oiga)|solo para (?:nosotros|ti|mí)(?=$|[.:,!]))",
  ),
  phrases(
    [
      "non dir",
      "non ripet",
      "non raccont",
      "non mand",
      "non invi",
      "non condiv",
      "non mostr",
      "che nessuno ",
      "solo per ",
    ],
    "(?:non (?:dir|ripeter|raccontar|mandar|inviar|condivider|mostrar)(?:l[oa]|telo)|che nessuno (?:lo |la )?(?:sappia|veda|legga|senta)|solo per (?:noi|te|me)(?=$|[.:,!]))",
  ),
  phrases(
    ["não repit", "não cont", "não mostr", "não mand", "não env", "que ninguém ", "só para "],
    "(?:não (?:repit|cont|mostr|mand|envi)\\w+ (?:isto|isso|nada disto|este)|que ninguém (?:saiba|veja|leia|ouça|descubra)|só para (?:nós|ti|mim|você)(?=$|[.:,!]))",
  ),
  phrases(
    ["alleen voor ", "enkel voor ", "niet voor ", "zeg dit ", "zeg het ", "niemand "],
    "(?:(?:alleen|enkel) voor (?:ons|jou|mij)(?=$|[.:,!])|niet voor (?:derden|anderen|buitenstaanders)|zeg (?:dit|het) (?:tegen|aan) niemand|niemand (?:mag|hoeft) (?:dit |het )?(?:weten|zien|lezen|horen))",
  ),
];

/** A word of secrecy with a colon behind it heads what is secret: "information confidentielle :", "It's a secret:". */
const HEADING = phrases(
  [
    "secret",
    "confidential",
    "private",
    "sensitive",
    "geheim",
    "vertraulich",
    "confidentiel",
    "confidencial",
    "secreto",
    "privado",
    "riservat",
    "segret",
    "segredo",
    "privat",
    "vertrouwelijk",
  ],
  "(?<=\\b(?:info\\w*|document\\w*|material|is|it['’]s|that['’]s|c['’]est|est|es|è|é|ist|of|top|a|un|uno|um|een|highly|strictly|très|muy|molto|muito|streng|das|ein|data|note|memo|message|e?-?mail|very|absolutely) )(?:secret|confidential|private|sensitive|geheim(?:nis)?|vertraulich|confidentiel(?:le)?s?|confidencial|secreto|privado|riservat[oaie]|segret[oi]|segredo|privat[oi]?|vertrouwelijk)[ \u00a0]?:(?=\\s)",
);

/** Wishes for secrecy by the phrases people have for them. */
export const secrecyPhrases: readonly Detection[] = [...ENGLISH, ...OTHERS, ...LIMITS, HEADING].map(unlessQuestion);
