import { isLetter } from "./characters.js";
import type { Detection } from "./rule.js";
import { asksInGeneral, from } from "./sentence.js";

/** Stems of illnesses, treatments and conditions in seven languages, in lower case. */
const CONDITIONS = [
  "hiv",
  "vih",
  "aids",
  "cancer",
  "krebs",
  "cáncer",
  "cancro",
  "câncer",
  "kanker",
  "tumor",
  "tumour",
  "tumeur",
  "leuk",
  "diabet",
  "diabèt",
  "diabét",
  "burn-out",
  "depress",
  "dépress",
  "depresi",
  "bipolar",
  "bipolaire",
  "schizo",
  "anxiety",
  "angststör",
  "ansiedad",
  "adhd",
  "adhs",
  "tdah",
  "autis",
  "ptsd",
  "epilep",
  "épilep",
  "asthma",
  "asthme",
  "asma",
  "hepatitis",
  "hépatite",
  "epatite",
  "herpes",
  "chlamydia",
  "syphilis",
  "gonorr",
  "parkinson",
  "alzheimer",
  "dementia",
  "demenz",
  "multiple sclerosis",
  "multiple sklerose",
  "sclérose",
  "esclerosis",
  "sclerosi",
  "crohn",
  "colitis",
  "lupus",
  "arthritis",
  "rheuma",
  "fibromyalgia",
  "endometrios",
  "miscarr",
  "fehlgeburt",
  "abortion",
  "abtreibung",
  "infertil",
  "erectile",
  "alcoholi",
  "alkoholi",
  "alkoholkr",
  "alcohólic",
  "alcoólatra",
  "alcolist",
  "alcooli",
  "alzhéimer",
  "anorexi",
  "magersucht",
  "bulimi",
  "eating disorder",
  "essstörung",
  "borderline",
  "migraine",
  "hypertension",
  "bluthochdruck",
  "heart disease",
  "heart attack",
  "heart failure",
  "melanoma",
  "lymphom",
  "dementia",
  "ansia",
  "ansiedad",
  "fluoxetin",
  "venlafaxin",
  "lamotrigin",
  "quetiapin",
  "risperidon",
  "xanax",
  "alprazolam",
  "diazepam",
  "lorazepam",
  "tramadol",
  "oxycodon",
  "metformin",
  "warfarin",
  "levothyroxin",
  "prednison",
  "methotrexat",
  "tamoxifen",
  "viagra",
  "sildenafil",
  "suboxone",
  "naltrexon",
  "adderall",
  "concerta",
  "vyvanse",
  "ozempic",
  "endometriosis",
  "herzinfarkt",
  "stroke",
  "schlaganfall",
  "thyroid",
  "copd",
  "panic attack",
  "panikattack",
  "suicid",
  "suizid",
  "psoriasis",
  "kidney",
  "liver disease",
  "burnout",
  "psychosis",
  "psychose",
  "tuberculosis",
  "chronic pain",
  "std",
  "sertralin",
  "séropos",
  "seropos",
  "sieropos",
  "soropos",
  "borstkanker",
  "brustkrebs",
  "antidepres",
  "lithium",
  "prozac",
  "zoloft",
  "citalopram",
  "escitalopram",
  "ritalin",
  "methadone",
  "insulin",
  "antidépress",
  "chemo",
  "chimio",
  "quimio",
  "dialysis",
  "rehab",
  "pregnan",
  "schwanger",
  "enceinte",
  "embarazad",
  "incinta",
  "grávida",
  "gravida",
  "zwanger",
] as const;

/**
 * A person, then nothing but small words up to the condition: "I was told last week that I have", "bei mir wurde",
 * "mein Mann hat". Chains of a fixed set of words keep "I have a question about" out.
 */
const ENGLISH =
  /(?:^|(?<!type|part|phase|grade|class|level|stage|bipolar|war)[^\w'’])(?:i|we|my (?:own |little |older |younger |late )?(?:husband|wife|son|daughter|mother|father|mom|mum|dad|brother|sister|child|kid|partner|boyfriend|girlfriend|fiancée?|baby|grand\w{2,6}|doctor|gp|therapist|psychiatrist|oncologist))(?:['’](?:ve|m|s|re)|(?:(?:\s|,\s)(?:have|has|had|was|were|am|is|are|been|be|being|got|get|suffer\w*|struggl\w+|liv\w+|find|found|says?|said|told|thinks?|diagnosed|recover\w*|take|takes|took|feel|feels|just|also|both|recently|now|told|it['’]s|that|i|me|my|with|from|of|for|surgery|treated|treatment|having|a|an|the|severe|mild|chronic|early|stage|type|last|week|month|year|years|since|on|in|to|high|brain|breast|lung|skin|prostate|colon|cervical|ovarian|blood|newly|it|dying|clinically|severely|hiv|positive|heavily|and|every|day|daily|mg|due|\d{1,3}|weeks|months|currently|probably|really|so|had|started|began|cut|down|drinking|because|tested|doctors?)|['’](?:ve|m|s|re))){0,12}\s(?:['"(]?)$/i;
const GERMAN =
  /(?:^|[^\wäöü])(?:ich|wir|bei mir|mir|mein\w{0,2} (?:mann|frau|sohn|tochter|mutter|vater|bruder|schwester|kind|partner\w{0,2}|freund\w{0,2}|arzt|ärztin))(?:\s(?:habe|haben|hat|hatte|bin|ist|sind|war|leide|leidet|an|unter|wurde|wurden|seit|einer?|einen|eine|ein|nehme|nimmt|und|schwere?\w{0,2}|leichte?\w{0,2}|chronisch\w{0,2}|diagnose|mit|in|der|die|das|wegen|\d{1,3}\.?|woche|monat|antidepressiva|seit|jahren|gerade|jetzt|bereits|hochgradig|wieder|vor)){0,8}\s$/i;
const ROMANCE =
  /(?:^|[^\wàâçéèêíóúãõñ])(?:j['’]ai(?: fait| eu)?|soy|sou|je (?:suis|souffre|prends)|on m['’]a (?:diagnostiqué|trouvé)|mon (?:mari|fils|père|frère|conjoint) (?:a|est|souffre)|ma (?:femme|fille|mère|sœur) (?:a|est|souffre)|tengo|sufro|padezco|estoy|tomo|me han (?:diagnosticado|detectado)|mi (?:marido|mujer|esposa|esposo|hijo|hija|madre|padre|hermano|hermana) (?:tiene|sufre|está)|ho|soffro|sono|prendo|mi hanno (?:diagnosticato|trovato)|mi[oa] (?:marito|moglie|figlio|figlia|madre|padre|fratello|sorella) (?:ha|soffre|è)|tenho|sofro|estou|fui diagnosticad[oa]|(?:meu|minha) (?:marido|esposa|mulher|filho|filha|mãe|pai|irmão|irmã) (?:tem|é|sofre|está))(?:\s(?:d['’]un|d['’]une|un|une|uno|una|um|uma|du|de|del|di|da|la|le|les|el|il|o|a|des|d['’]|l['’]|con|com|avec|qui|cáncer|cancer|muy|très|molto|ya|déjà|già|mucha|tipo|type|depuis|desde|da)|\sd['’]|\sl['’]){0,4}\s?(?:d['’]|l['’])?$/i;
const DUTCH =
  /(?:^|\W)(?:ik|wij|bij mij|mijn (?:man|vrouw|zoon|dochter|moeder|vader|broer|zus))(?:\s(?:heb|heeft|had|ben|is|lijd|lijdt|aan|slik|een|werd|er|ernstige|chronische|weken|maanden|\d{1,3}|en|net|al)){0,6}\s$/i;
/** Any of those the four patterns begin with: asked first, because a text may name illnesses a thousand times. */
const PERSON =
  /(?:^|[^\wàâçéèêíóúãõñäöü])(?:i|we|my|ich|wir|bei|mir|mein\w{0,2}|j|je|on|mon|ma|tengo|sufro|padezco|estoy|tomo|me|mi[oa]?|ho|soffro|sono|soy|sou|prendo|tenho|sofro|estou|fui|meu|minha|ik|wij|mijn)(?![\wàâçéèêíóúãõñäöü])/i;
/** A first person behind the condition: "Krebs festgestellt" has it before; "HIV test came back positive" here. */
const NOT_OWN =
  /\b(?:zodiac|sign\b|season|question|essay|paper|thesis|article|book|novel|story|poem|exam|presentation|course|class|lecture|research|study|studying|writing|character|game|app|website|charity|donat\w+|fundrais\w+|student|nurse|doctor by|awareness)\b/i;

function findCondition(text: string, start: number, end: number): { start: number; end: number } | undefined {
  if (isLetter(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) > 0xbf) return undefined;
  const from = Math.max(0, start - 110);
  const whole = text.slice(from, start);
  const before = whole.slice(
    Math.max(whole.lastIndexOf(". "), whole.lastIndexOf("\n"), whole.lastIndexOf("? "), whole.lastIndexOf("! ")) + 1,
  );
  if (!PERSON.test(before)) return undefined;
  const match = ENGLISH.exec(before) ?? GERMAN.exec(before) ?? ROMANCE.exec(before) ?? DUTCH.exec(before);
  if (match === null || NOT_OWN.test(text.slice(end, end + 40)) || NOT_OWN.test(before)) return undefined;
  const at = start - before.length + match.index;
  if (
    /\b(?:if|suppose|imagine|wenn|falls|si|se|als|does|do|can|could|should|would|will)\s$/i.test(
      before.slice(0, match.index + 1),
    )
  )
    return undefined;
  let to = end;
  while (to < end + 24 && (isLetter(text.charCodeAt(to)) || text.charCodeAt(to) > 0xbf)) to++;
  return { start: Math.max(0, at), end: to };
}

const DETECTIONS: readonly Detection[] = [
  { on: "keyword", keywords: CONDITIONS, find: findCondition },
  from(
    [
      "i was diagnosed",
      "i've been diagnosed",
      "i have been diagnosed",
      "i got diagnosed",
      "i am diagnosed",
      "i'm diagnosed",
      "i just got diagnosed",
      "i was just diagnosed",
      "my diagnosis",
      "i tested positive",
    ],
    /[^\n]{8,30}?/iy,
  ),
  from(
    ["my "],
    /my (?:(?:husband|wife|son|daughter|mother|father|mom|dad|child|partner) (?:was|has been|is|got) diagnosed|(?:hiv|cancer|depression|diabetes|bipolar|schizophrenia|adhd|autism|epilepsy|psychiatrist|therapist|oncologist|chemo(?:therapy)?|miscarriage|abortion|pregnancy test|antidepressants?|medication|prescription|biopsy|mammogram|blood test|test results?|hiv test|std test|mri|rehab|blood pressure|surgery|therapy session)\b(?= (?:is|was|are|were|has|says|said|told|came|makes|got|shows?|results?|diagnosis|treatment|status|medication|and i|because|prescribed|changed|started|test)))/iy,
  ),
  from(
    [
      "my viral load",
      "my cd4",
      "my biopsy",
      "i hear voices",
      "started hearing voices",
      "i'm hearing voices",
      "keep hearing voices",
      "i relapsed",
      "years sober",
      "months sober",
      "i self-harm",
      "my suicide",
      "my std",
      "my sti ",
    ],
    /[^\n]{8,24}?/iy,
  ),
  from(["my period is"], /my period is (?:\w+ ){0,3}(?:late|overdue)/iy),
  from(
    ["chemo", "since my ", "after my "],
    /(?:(?:since|after|during) my (?:chemo|abortion|miscarriage|surgery|operation|stroke|heart attack|diagnosis|overdose|radiation)\w*)/iy,
  ),
  from(
    [
      "seeing a psychiatrist",
      "seeing a therapist",

      "cutting myself",
      "i want to die",
      "i feel suicidal",
    ],
    /[^\n]{8,22}?/iy,
  ),
  from(
    ["schwanger", "woche schwanger", "semaines", "semanas", "settimane", "weken zwanger"],
    /(?:(?:woche )?schwanger(?=$|[\s.,!?])|semaines de grossesse|semanas de embarazo|settimane di gravidanza|weken zwanger)/iy,
  ),
  from(["kanker vastgesteld", "krebs festgestellt", "krebs diagnostiziert"], /\w{5,6} [\wä]{8,16}/iy),
];

/** What people say of their own health or their family's. Never a question about an illness. */
export const healthDetections: readonly Detection[] = DETECTIONS.map((detection) => ({
  ...detection,
  find(text, start, end) {
    const span = detection.find(text, start, end);
    return span === undefined || asksInGeneral(text, start, start + 1) ? undefined : span;
  },
}));
