import { type Detection, matchAt } from "./rule.js";
import { asksInGeneral, from, unlessQuestion } from "./sentence.js";

/** An amount of money with its currency, or in thousands. */
export const AMOUNT: string =
  "(?:[$€£¥₹]\\s?\\d[\\d.,]{2,12}k?\\b|[$€£¥₹]\\s?\\d{1,4}\\s?(?:k|m|million)\\b|\\d[\\d.,  ]{1,12}\\s?(?:k\\b|k?€|k?\\$|£|usd|eur|gbp|chf|euros?|dollars?|pounds?|francs?|reais|kronor|zł))";

const LARGE = "[$€£]\\s?\\d{1,3}[,.]?\\d{3}\\b|\\b\\d{4,7}\\b(?= (?:from|on|in) (?:the sale|my|crypto|bitcoin|stocks))";
const OWNER =
  /\b(?:my|our|mein\w{0,2}|unser\w{0,2}|mon|ma|mi|mis|il mio|la mia|meu|minha|mijn|got a|i have a)\s(?:[\w-]{1,14}\s)?(?:[\wäöü-]{1,14})?$/i;

function money(keywords: readonly string[], pattern: string): Detection {
  const detection = from(keywords, new RegExp(pattern, "iy"));
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      if (span === undefined) return undefined;
      // "If I earn …": arithmetic.
      const before = text.slice(Math.max(0, start - 14), start);
      return /(?:\bif|suppose|assume|assuming|say|when|wenn|falls|angenommen|\bsi|\bse|\bals)[,\s]+$/i.test(before)
        ? undefined
        : span;
    },
  };
}

/** What people say of their own money. */
export const moneyDetections: readonly Detection[] = [
  money(
    [
      "my salary",
      "my income",
      "my net worth",
      "my bank balance",
      "my account balance",
      "my debt",
      "my mortgage",
      "my pension",
      "my savings",
      "my wage",
      "my bonus",
      "my paycheck",
      "my loan",
      "my rent",
      "mein gehalt",
      "mein lohn",
      "mein einkommen",
      "meine rente",
      "meine schulden",
      "mein kredit",
      "mon salaire",
      "mon revenu",
      "mon loyer",
      "ma retraite",
      "mi salario",
      "mi sueldo",
      "mi hipoteca",
      "mi pensión",
      "il mio stipendio",
      "il mio mutuo",
      "la mia pensione",
      "meu salário",
      "minha renda",
      "minha dívida",
      "mijn salaris",
      "mijn inkomen",
      "mijn hypotheek",
      "mijn schuld",
    ],
    `[\\w'’äöüéíóúãç]{2,12}(?:\\s[\\w'’äöüéíóúãç]{1,12}){1,2}[^\\n.?!\\d$€£]{1,36}?${AMOUNT}`,
  ),
  money(
    [
      "i earn ",
      "i make ",
      "i'm making ",
      "i am making ",
      "we earn ",
      "we make ",
      "ich verdiene ",
      "wir verdienen ",
      "je gagne ",
      "je touche ",
      "gano ",
      "cobro ",
      "guadagno ",
      "ganho ",
      "ik verdien ",
    ],
    `[^\\n.?!\\d$€£]{3,30}?${AMOUNT}[^\\n.?!]{0,16}?(?:year|month|week|hour|annual|annum|salary|before tax|after tax|net\\b|gross|jahr|monat|netto|brutto|mois|\\ban\\b|brut|mes\\b|año|mese|anno|mês|ano\\b|maand|jaar)`,
  ),
  money(
    [
      "i owe ",
      "we owe ",
      "i have ",
      "i've got ",
      "we have ",
      "ich habe ",
      "wir haben ",
      "j'ai ",
      "tengo ",
      "debo ",
      "ho ",
      "tenho ",
      "devo ",
      "ik heb ",
    ],
    `[\\w'’]{1,5}\\s[\\w'’]{2,6}\\s?[^\\n.?!\\d$€£]{0,24}?${AMOUNT}[^\\n.?!]{0,20}?(?:debts?|credit card|loan|savings|to the (?:bank|irs)|landlord|taxes|can['’]?t pay|mortgage|schulden|kredit|gespart|auf dem konto|dettes?|de côté|deudas?|ahorrad|debiti|dívidas?|schuld)`,
  ),
  money(["owe the bank", "owe my ", "owe the irs"], `owe [\\w ]{3,16}? ?${AMOUNT}`),
  money(
    [
      "i inherited",
      "we inherited",
      "i was offered",
      "they offered me",
      "i got offered",
      "ich habe geerbt",
      "j'ai hérité",
      "heredé",
      "ho ereditato",
      "herdei",
    ],
    `[^\\n.?!\\d$€£]{6,30}?${AMOUNT}`,
  ),
  // "my take-home pay is 2,300 euros", "mein Nettogehalt liegt bei 2300 Euro": the noun says whose and what, the amount how much.
  owned(
    [
      "salary",
      "pay ",
      "wage",
      "income",
      "pension",
      "mortgage",
      "debt",
      "savings",
      "account",
      "loan",
      "raise",
      "gehalt",
      "lohn",
      "rente",
      "schulden",
      "salaire",
      "sueldo",
      "stipendio",
      "salário",
      "salaris",
      "loon",
      "gross",
      "net ",
      "hourly",
    ],
    new RegExp(`[\\wäöü]{0,6}[^\\n.?!\\d$€£]{0,36}?${AMOUNT}`, "iy"),
  ),
  money(
    ["i lost ", "i won ", "i borrowed ", "i saved ", "i got "],
    `i (?:lost|won|borrowed|saved|got) [^\\n.?!\\d$€£]{0,20}?(?:${LARGE})`,
  ),
  money(
    ["verschuldet", "debo ", "je touche ", "devo "],
    `(?:verschuldet|(?:debo|je touche|devo) [^\\n.?!\\d$€£]{0,20}?${AMOUNT})`,
  ),
].map(unlessAsked);

function owned(keywords: readonly string[], pattern: RegExp): Detection {
  return {
    on: "keyword",
    keywords,
    find(text, start) {
      const before = text.slice(Math.max(0, start - 26), start);
      if (!OWNER.test(before) || /\b(?:if|suppose|say|assume|assuming|when|wenn|falls|si|se)\b/i.test(before))
        return undefined;
      const match = matchAt(pattern, text, start + 3);
      return match === undefined ? undefined : { start, end: start + 3 + match[0].length };
    },
  };
}

function unlessAsked(detection: Detection): Detection {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      return span === undefined || asksInGeneral(text, start, start + 1) ? undefined : span;
    },
  };
}

/** A first person, then small words only, up to a word of the law. */
const OWN_CASE =
  /(?:^|[^\w'’])(?:i|we|me|my (?:wife|husband|ex|son|daughter|brother|sister|landlord|boss|employer|father|mother|partner))(?:['’](?:ve|m|s)|\s(?:have|has|had|got|get|was|were|am|is|are|be|being|been|a|an|my|the|on|in|under|for|to|out|of|just|recently|violated|broke|signed|took|accepted|missed|face|facing|filed|paying|pay|lost|won|fighting|going|through|up|caught|charged|with|pending|upcoming|first|second|country|living|here|serving|served|spent|time|years|months|\d{1,2}|criminal|civil|court|monday|released|from|accused|guilty|did|last|week|month|year))*\s$/i;
const LEGAL_WORDS: readonly string[] = [
  "probation",
  "parole",
  "plea deal",
  "plea bargain",
  "court hearing",
  "court date",
  "court case",
  "lawsuit",
  "restraining order",
  "custody",
  "divorce",
  "shoplift",
  "dui",
  "dwi",
  "warrant",
  "charges",
  "felony",
  "misdemeanor",
  "deport",
  "asylum",
  "illegally",
  "bankruptcy",
  "alimony",
  "child support",
  "subpoena",
  "evicted",
  "on bail",
  "in jail",
  "in prison",
  "guilty",
];

function findOwnCase(text: string, start: number, end: number): { start: number; end: number } | undefined {
  if (/[\w-]/.test(text[start - 1] ?? "")) return undefined;
  const before = text.slice(Math.max(0, start - 70), start);
  const match = OWN_CASE.exec(
    before.slice(Math.max(before.lastIndexOf(". "), before.lastIndexOf("\n"), before.lastIndexOf("? ")) + 1),
  );
  if (
    match === null ||
    /^\w{0,8} (?:novel|story|film|movie|essay|scene|character|questions?)/i.test(text.slice(end, end + 24))
  )
    return undefined;
  return { start: start - match[0].length + (/^\W/.test(match[0]) ? 1 : 0), end };
}

const OWN_CASES: Detection = { on: "keyword", keywords: LEGAL_WORDS, find: findOwnCase };

/** What people say of their own dealings with the law. */
export const legalDetections: readonly Detection[] = [
  OWN_CASES,
  from(
    ["the police", "police "],
    /(?:the )?police (?:searched|raided|came to|took|seized|interrogated|questioned|arrested) (?:my|our|me|us)\b/iy,
  ),
  from(["evicted me", "is evicting me"], /(?:is )?evict\w+ me(?=$|[\s.,!?])/iy),
  from(
    ["my wife ", "my husband ", "my ex ", "my partner ", "i filed", "we filed"],
    /(?:my \w{2,8} (?:has )?|i |we (?:have )?)filed for (?:divorce|custody|separation|bankruptcy)/iy,
  ),
  from(
    ["anzeige bekommen", "anzeige erhalten", "anzeige am hals", "polizei war bei", "vorladung"],
    /(?:anzeige (?:bekommen|erhalten|am hals)|polizei war bei (?:mir|uns)|vorladung (?:bekommen|erhalten))/iy,
  ),
  from(
    [
      "convocation au tribunal",
      "convocation de la police",
      "tengo un juicio",
      "tengo juicio",
      "una citación",
      "una convocazione",
      "dagvaarding",
    ],
    /[^\n]{6,24}?(?=$|[\s.,!?])/iy,
  ),
  from(
    [
      "i was ",
      "i am ",
      "i'm ",
      "i've been ",
      "i have been ",
      "i got ",
      "we were ",
      "we are being ",
      "my husband was ",
      "my wife was ",
      "my son was ",
      "my daughter was ",
      "my brother was ",
    ],
    /(?:i|we|my \w{3,8})(?:['’]m|['’]ve been| was| am| have been| got| were| are)(?: being| just| recently| wrongly| falsely){0,2} (?:arrested|charged with|convicted|sued|indicted|investigated (?:for|by)|fired (?:after|for|because|without)|laid off|deported|evicted|accused of|subpoenaed|detained|sentenced|on (?:parole|probation)|undocumented|facing (?:charges|trial|eviction|deportation)|a? ?(?:summons|subpoena|restraining order|court (?:order|summons|letter))|filing for (?:bankruptcy|divorce|custody)|getting (?:a )?divorced?|going through (?:a )?(?:divorce|custody|bankruptcy|lawsuit)|in the middle of (?:a )?(?:divorce|lawsuit))/iy,
  ),
  from(
    ["i got a ", "i received a "],
    /i (?:got|received) a (?:summons|subpoena|court|restraining order|cease and desist|eviction notice|warrant|letter from the (?:court|police|prosecutor))/iy,
  ),
  from(
    ["my "],
    /my (?:(?:ex|boss|employer|landlord|tenant|neighbou?r|wife|husband|former employer|business partner|brother|sister)(?:[- ]\w{2,8})? (?:is|are|has been|was|wants to|threatens to|threatened to) (?:su(?:e|ing)|press(?:ing)? charges|tak(?:e|ing) me to court|evict)|(?:lawyer|attorney|solicitor|parole officer|probation officer|public defender) (?:says|said|told|thinks|wants|advis\w+|is|has)|(?:divorce|custody|bankruptcy|asylum|immigration|criminal record|lawsuit|court date|trial|parole|probation|restraining order|visa)(?: \w{2,12}){0,2}? (?:is|was|will|has|expired|hearing|case|date|starts|begins|got))/iy,
  ),
  from(
    ["i have a criminal record", "i have no papers", "i am undocumented", "i'm undocumented", "i overstayed"],
    /[^\n]{8,20}/iy,
  ),
  from(
    [
      "ich wurde ",
      "ich werde ",
      "ich bin ",
      "ich lasse mich",
      "wir lassen uns",
      "mein anwalt",
      "meine anwältin",
      "meine scheidung",
      "meine bewährung",
    ],
    /(?:ich (?:wurde|werde|bin) (?:\w{2,10} ){0,2}?(?:angezeigt|verhaftet|verklagt|verurteilt|festgenommen|gekündigt|entlassen|vorgeladen|abgeschoben|vorbestraft|angeklagt)|(?:ich lasse mich|wir lassen uns) (?:\w{2,10} )?scheiden|mein\w? (?:anwalt|anwältin|scheidung|bewährung)\w{0,4} \S{2,12})/iy,
  ),
  from(
    ["je suis ", "j'ai été ", "mon avocat", "mon divorce", "nous divorçons"],
    /(?:(?:je suis|j['’]ai été) (?:\w{2,10} )?(?:poursuivi|accusé|licencié|mis en examen|convoqué|arrêté|condamné|en plein divorce|en instance de divorce|en garde à vue|sans papiers)\w{0,2}|mon avocat\w? \S{2,12}|mon divorce \w{2,10}|nous divorçons)/iy,
  ),
  from(
    ["me han ", "me denunci", "estoy en ", "estoy divor", "mi abogad", "mi divorcio", "fui detenid"],
    /(?:me han (?:denunciado|despedido|detenido|demandado|acusado|condenado)|me denunci\w+|estoy (?:en (?:proceso de |pleno )divorcio|divorci\w+|en libertad condicional)|mi abogad[oa] \w{2,12}|mi divorcio \w{2,10}|fui detenid[oa])/iy,
  ),
  from(
    ["mi hanno ", "sono stat", "mi sto ", "il mio avvocato", "il mio divorzio"],
    /(?:mi hanno (?:denunciato|arrestato|licenziato|accusato|condannato)|sono stat[oa] (?:denunciat|arrestat|licenziat|accusat|condannat)[oa]|mi sto (?:separando|divorziando)|il mio (?:avvocato|divorzio) \w{2,12})/iy,
  ),
  from(
    ["fui ", "estou me ", "estou a ", "meu advogad", "meu divórcio"],
    /(?:fui (?:processad|pres|demitid|acusad|despedid|condenad|detid)[oa]|estou (?:me |a )(?:divorciando|divorciar|separando)|meu (?:advogado|divórcio) \S{2,12})/iy,
  ),
  from(
    ["ik ben ", "ik werd ", "ik word ", "ik lig in scheiding", "mijn advocaat", "mijn scheiding"],
    /(?:ik (?:ben|werd|word) (?:\w{2,10} ){0,2}?(?:aangeklaagd|ontslagen|gearresteerd|opgepakt|veroordeeld|gedagvaard)|ik lig in scheiding|mijn (?:advocaat|scheiding) \w{2,12})/iy,
  ),
].map(unlessQuestion);
