import { isLetter } from "./characters.js";
import { type Detection, matchAt, type Span } from "./rule.js";
import { besides, from, isChoice, sentenceAround, sentenceStart, unlessQuestion } from "./sentence.js";

/** Words between "our" and what is ours; a small word ends the noun phrase. */
const BETWEEN =
  "(?:(?!(?:is|are|was|were|the|its?|and|or|to|in|of|on|for|with|that|has|have|had|do|does|will|can|at|by|from|a|an)\\b)[\\w'’&.-]{1,16} ){0,3}?";
/** Things only an organisation calls "ours", whatever is said of them. */
const STRONG =
  "(?:back-?ends?|code ?base|mono-?repo|private (?:cloud|networks?|git\\w*|keys|notes|chats?|beta|api|data)|repo(?:sitory|sitories)?|micro-?services?|middleware|firmware|clusters?|(?:deployment|build|release|data|ci(?:/cd)?|sales|etl|jenkins|gitlab) pipelines?|kafka|kubernetes|k8s|jenkins|terraform|helm|firewalls?|vpcs?|load balancers?|data ?(?:cent(?:er|re)s?|warehouse|lake)|prod|staging|postgres\\w*|mysql|redis|mongodb|elasticsearch|prometheus|grafana|aws|azure|gcp|iam|infra|infrastructure|hostnames|ip ranges|network topology|runbooks?|sla|okrs?|kpis|back ?log|go-to-market|market entry|(?:gross|profit|operating) margins?|burn rate|runway|ebitda|quarterly (?:numbers|figures|results|earnings)|(?:biggest|largest|key|top|main) (?:clients?|customers?|suppliers?|investors?|competitors?)|cash ?flow|head ?count|erp|fund-?raising|series [a-d]\\b|unit economics|acquisition cost|churn|business plan|post[- ]?mortems?|design doc(?:ument)?s?|annual report|(?:vendor|supplier|client|license|licence) (?:contract|agreement)s?|all[- ]hands|leadership|works council|reorgani[sz]ation|restructuring|takeover|r&d|lab notebook|(?:mailing|client|member|subscriber) lists?|catalysts?|prototypes?|manufacturing|production line|supply chain|warehouse|batch jobs|stack|ci)";
/** What is ours at home, on a journey, in this conversation, or as people of this world: no matter of an organisation. */
const AT_HOME =
  "(?:family|home|house|flat|apartment|kitchen|garden|yard|trip|journey|holidays?|vacation|itinerary|honeymoon|wedding|marriage|anniversary|party|dinner|menu|recipe|meal|dogs?|cats?|pets?|puppy|kids?|child(?:ren)?|son|daughter|baby|parents|mother|father|mom|dad|grand\\w+|brother|sister|friends?|friendship|relationship|love|life|lives|world|planet|earth|moon|sun|solar|galaxy|universe|city|town|village|country|nation|government|society|culture|civili[sz]ation|history|language|climate|oceans?|environment|body|bodies|brains?|eyes|immune|health|favou?rite|chess|game|band|song|playlist|story|poem|essay|homework|school|classmates|teacher|hotel|restaurant|flights?|reservation|booking|seats?|table|car|bike|conversation|chat|discussion|dialogue|exchange|talk|previous|earlier|above|weekend|evening|neighbou?rs?|own|usual|nearest|sins|souls?|lord|god|ancestors|understanding|knowledge|dependence|chances|feelings|emotions?|senses?|perception|carbon|footprint|night|hands?|legs?|bones|muscles|age|misconceptions|grammar|expression|equation|boat|garage)";
/** What makes anything of ours internal; not the occasions of a family. */
const QUALIFIED =
  "(?:upcoming|unreleased|unannounced|pending|secret|in-house|confidential|legacy|closed[- ]source|draft|unpublished) (?!(?:wedding|trip|holiday|vacation|exam|birthday|party|move|marriage|garden|life|lives|santa|school|language|beach|island|room|visit)\\b)[a-z]";
/** Verbs of work that nobody uses of a journey or a pizza come first: they need no name of the thing. */
const INSPECT =
  "summari[sz]e|analy[sz]e|review|process|document|refine|refactor|debug|check|optimi[sz]e|strengthen|proof-?read|rewrite|translate|improve|extract|sort|group|classify|clean(?: up)?|compare|convert|edit|shorten|condense|port|migrate|audit|tune|evaluate|assess|estimate|forecast|rank|segment|dedupw*|parse|anonymi[sz]e|diagnose|investigate|trace|profile|rework|restructure|revise|validate|verify|inspect|benchmark|visuali[sz]e|plot|reconcile|prioriti[sz]e|format";
const ANALYSE = `${INSPECT}|find|fix|add|order|map|merge|look (?:for|at|over|through)|search|identify|examine|polish|simplify|tidy|correct|organi[sz]e|filter|export|import|detect|spot|redact|flag|go (?:over|through)|access|calculate|scan`;
const POLITE =
  "\\W{0,6}(?:(?:please|pls|hi|hey|hello|ok|okay|so|now|also|and|then|can you|could you|would you|you need to|help me(?: to)?|help us(?: to)?|i need(?: you)? to|i want(?: you)? to|i['’]d like(?: you)? to|we need to|we have to|i have to|let['’]s|let us|your task is to)[,:\\s]{1,3}){0,4}";
const OPENS_WITH_INSPECTION = new RegExp(`${POLITE}(?:${INSPECT})\\b`, "iy");
const OPENS_WITH_WORK = new RegExp(`${POLITE}(?:${ANALYSE})\\b`, "iy");
const HANDS_OVER =
  /\W{0,6}(?:(?:please|can you|could you|help me) )?(?:write (?:a|the) (?:query|summary|report|minutes|test)|make a (?:summary|list|table) of|here (?:is|are))\b/iy;

/** Whether the sentence that begins at `from` begins with work to be done on something at hand, or hands it over. */
function givesWork(text: string, from: number, end: number): boolean {
  if (matchAt(OPENS_WITH_WORK, text, from) !== undefined || matchAt(HANDS_OVER, text, from) !== undefined) return true;
  const after = text.slice(end, end + 60);
  return after.includes("below") || after.includes("attached");
}

const OURS = new RegExp(`our ${BETWEEN}(?:${STRONG}\\b|${QUALIFIED})`, "iy");
const OURS_WORKED_ON = new RegExp(
  `our (?!(?:\\w{3,12} ){0,2}?${AT_HOME}\\b)(?!(?:is|are|and|or|the)\\b)[\\w'’-]{2,24}`,
  "iy",
);

const OURS_BUSINESS = new RegExp(
  `our ${BETWEEN}(?:services?|modules?|systems?|platform|code|software|data(?:base)?|logs?|product|process(?:es)?|apps?|company|customers?|clients?|users?|employees|contracts?|config\\w*|network|servers?|suppliers|invoices|orders|transactions|accounts)\\b`,
  "iy",
);

/** "Audit our orders": anything but the home where the verb is one of an office, else a thing of business. */
function findOursWorkedOn(text: string, start: number, end: number): Span | undefined {
  if (isLetter(text.charCodeAt(start - 1))) return undefined;
  const from = sentenceStart(text, start);
  if (from === undefined || isChoice(text, from)) return undefined;
  const match =
    (matchAt(OPENS_WITH_INSPECTION, text, from) === undefined ? undefined : matchAt(OURS_WORKED_ON, text, start)) ??
    (givesWork(text, from, end) ? matchAt(OURS_BUSINESS, text, start) : undefined);
  return match === undefined ? undefined : { start, end: start + match[0].length };
}

const PEOPLE =
  "(?:customers?|clients?|employees?|patients?|members?|users?|candidates?|applicants?|tenants?|students?|staff|guests?|donors?|subscribers?|pupils|residents|volunteers|colleagues?)";
/** What is written about people. */
const ABOUT_PEOPLE =
  "(?:databases?|records|data(?:set)?|exports?|lists?|contacts|files?|details|accounts?|profiles?|behaviou?r|transactions?|addresses|notes|salaries|payroll|tickets|orders|purchases|complaints?|names|birthdays|e-?mails|charts?|resumes?|résumés|cvs|results|roster|table|spreadsheet|history|analytics|logs?|payments?|phone numbers|balances|grades|absences|contracts|evaluations?|appraisals?|feedback|ids)";
const THESE = "(?:this|these|those|the|two|both|following|attached|below|all|my|your|each|every)";
const RECORDS_AT_HAND = new RegExp(
  `\\b${THESE} (?:[\\w'’-]{1,14} ){0,4}?(?:${PEOPLE}(?:['’]s?)? (?:[\\w'’-]{1,14} ){0,2}?${ABOUT_PEOPLE}\\b|${ABOUT_PEOPLE} (?:of|about|from|by|with) (?:[\\w'’-]{1,14} ){0,2}?${PEOPLE}\\b)|\\b(?:this|these) (?:(?!about|on|by|for)\\w{3,12} )?(?:(?:patient|client|employee|candidate|customer|applicant|tenant|student)s?['’]s?|patients|clients|employees|candidates|applicants|tenants)\\b|\\b(?:two|three|four|five|following|attached) (?:job )?(?:patients|clients|employees|candidates|applicants|tenants)\\b`,
  "i",
);
const DETAILS_AT_HAND = /\b(?:this|these|attached|following|below|scans?|folder|spreadsheet|our|my)\b/i;

/** A detection that speaks up where its sentence gives work and holds `guard`. */
function workedOn(detection: Detection, guard: RegExp): Detection {
  return {
    ...detection,
    find(text, start, end): Span | undefined {
      if (isLetter(text.charCodeAt(start - 1))) return undefined;
      const from = sentenceStart(text, start);
      if (from === undefined || !givesWork(text, from, end) || isChoice(text, from)) return undefined;
      const span = detection.find(text, start, end);
      if (span === undefined) return undefined;
      const sentence = sentenceAround(text, start, end);
      const words = text.slice(sentence.start, sentence.end);
      return words.length <= 200 && guard.test(words) ? span : undefined;
    },
  };
}
const RECORD_WORD = /[a-z]{3,12}/iy;

const INTERNAL_PAPER =
  /internal (?:[\w&-]{2,14} ){0,3}?(?:reports?|memos?|e-?mails?|documents?|wiki|announcements?|audit|notes|thread|letter|policy|draft|review|assessment|presentation|deck|slides|minutes|analysis|newsletter|survey|plan|strategy|budget|figures|numbers|tickets?|chat|messages?|hostnames|network|servers?|tools?|api|code|library|dashboards?|database|systems?|services?|config\w*|metrics|logs)\b/iy;
const PROPRIETARY =
  /(?:proprietary|unreleased|unpublished|unannounced|confidential|production|prod) (?:[\w&-]{2,14} ){0,3}?(?:code|algorithm|formula|recipe|process|method|design|model|engine|system|data|results|paper|manuscript|findings|features?|product|prototype|strategy|plans?|memo|report|deck|contract|config\w*|settings|credentials|logs?|servers?|database|db|cluster|environment|secrets|incident|deployment|pipeline)\b/iy;
const AT_WORK = /\b(?:the|this|these|our|my|that|used in|from|attached|following)\b/i;

const PLANS =
  /we(?:['’]re| are)? (?:(?:still |also |secretly |about to |going to |planning to |plan to |will |want to |intend to )+(?:acquir|buy (?!a |an |some |the |groceries|milk|food)|merg|lay off|launch (?:our|the new|it)|announce|sell (?:our|the) (?:company|division|business|unit)|close (?:our|the) (?:plant|office|factory|site|branch)|file for (?:bankruptcy|insolvency|a patent)|replace (?:our|the) (?:ceo|cfo|cto|head)|go public)|acquiring|laying off|merging with|being acquired)/iy;

/** Work on what belongs to an organisation, by the grammar of it: a verb of work, whose it is, and the thing. */
export const workDetections: readonly Detection[] = [
  from(["our "], OURS),
  { on: "keyword", keywords: ["our "], find: findOursWorkedOn },
  workedOn(from(["internal "], INTERNAL_PAPER), AT_WORK),
  workedOn(
    from(
      ["proprietary ", "unreleased ", "unpublished ", "unannounced ", "confidential ", "production ", "prod "],
      PROPRIETARY,
    ),
    AT_WORK,
  ),
  workedOn(
    from(
      ["yesterday's ", "today's ", "last week's ", "this morning's ", "monday's ", "friday's ", "due diligence", "hr "],
      /(?:[\w ]{3,12}['’]s (?:[\w-]{2,14} ){0,2}(?:meeting|call|sync|stand-?up|board|offsite|interview|workshop)|due diligence|hr (?:[\w-]{3,14} ){0,2}(?:reports?|files?|records?|data|cases?|complaints?|export|spreadsheet))\b/iy,
    ),
    /./,
  ),
  unlessQuestion(from(["we plan to ", "we are ", "we're ", "we will ", "we want to ", "we intend to "], PLANS)),
  unlessQuestion(
    from(
      [
        "performance review for ",
        "performance review of ",
        "warning letter ",
        "termination letter ",
        "reference letter ",
        "one-on-one notes",
        "1:1 notes",
        "board deck",
        "legal memo",
        "memo from our",
        "minutes from ",
        "discharge letter ",
        "which of our ",
      ],
      /(?:[\w:-]{3,12} (?:review|letter) (?:for|to|about|of) (?:my|our|one of (?:my|our)|a member of my|the (?:employee|colleague))|(?:one-on-one|1:1) notes|board deck|legal memo (?:from|about|on)|discharge letter for|which of our (?:patients|clients|customers|employees|users|members|accounts|suppliers|tenants)|memo from our|minutes from (?:our|the|yesterday|last))\b/iy,
    ),
  ),
];

/** The first word of a thing and, after it, up to three others: "nuestra reunión de dirección". */
const OWNED =
  "(?:unser(?:e[mnrs]?)?|notre|nos|nuestr[oa]s?|nostr[oaie]|noss[oa]s?|onze|ons)\\s(?:[\\wäöüßàâçéèêëîïôûùíóúáãõñì-]{1,20}[\\s’']){0,3}?";
const POSSESSIVES = ["unser", "notre ", "nos ", "nuestr", "nostr", "noss", "onze ", "ons "];
const FOREIGN_PEOPLE =
  "(?:mitarbeiter\\w*|kunden|mitglieder\\w*|patient\\w*|bewerber\\w*|lieferanten|employés|salariés|clients?|adhérents|candidats|empleados|clientes|pacientes|socios|candidatos|dipendenti|clienti|pazienti|candidati|funcionários|utentes|medewerkers|klanten|leden|patiënten|sollicitanten)";
const FOREIGN_RECORDS =
  /gehalt|gehälter|liste|daten|adress|umsatz|akte|krank|bestell|salaire|fichier|dossier|adresse|achats|commandes|plainte|salario|sueldo|lista|datos|pedidos|compras|quejas|stipend|dati|ordini|indirizz|salário|dados|compras|endereço|salaris|lijst|gegevens|omzet|klacht/i;

const FOREIGN_WORK =
  /\W{0,4}(?:(?:bitte|kannst du|s['’]il te plaît|peux-tu|por favor|puedes|per favore|puoi|pode|kun je|alsjeblieft)[,\s]{1,2})?(?:fasse|analysiere?n?|(?:über)?prüfe?n?|optimiere|korrigiere|überarbeite|kürze|finde|sortiere|vergleiche|verbessere|bereinige|übersetze|dokumentiere|erstelle|bewerte|résume[rz]?|analyse[rz]?|vérifie[rz]?|optimise[rz]?|corrige[rz]?|relis|relire|trie[rz]?|compare[rz]?|améliore[rz]?|traduis|trouve[rz]?|prépare[rz]?|évalue[rz]?|resum[ea]|analiza|revisa|optimiza|ordena|compara|mejora|traduce|encuentra|prepara|evalúa|riassumi|analizza|controlla|ottimizza|correggi|rivedi|ordina|confronta|migliora|traduci|trova|valuta|verifica|analise|revise|otimize|corrija|ordene|compare|melhore|traduza|encontre|prepare|avalie|verifique|vat|analyseer|controleer|optimaliseer|corrigeer|sorteer|vergelijk|verbeter|vertaal|zoek|beoordeel)\s/iy;
const FOREIGN_HOME =
  /(?:famil|haus|wohnung|garten|reise|urlaub|hochzeit|hund|katze|kind|sohn|tochter|gespräch|unterhaltung|chat|stadt|land\b|planet|welt|leben|beziehung|schule|maison|famille|voyage|vacances|jardin|mariage|chien|enfant|conversation|ville|pays|planète|monde|vie\b|relation|école|casa|viaje|vacaciones|jardín|boda|perro|gato|hij[oa]|conversación|ciudad|país|mundo|vida|relación|escuela|viaggio|vacanz|giardin|matrimonio|cane|gatto|figli|conversazione|città|paese|pianeta|mondo|vita|relazione|scuola|viagem|férias|jardim|casamento|cão|cachorro|filh|conversa|cidade|relação|escola|gezin|huis|tuin|reis|vakantie|bruiloft|hond|kat\b|kinderen|gesprek|stad|wereld|leven|relatie|school)/i;

/** A verb of work at the beginning, and a thing of ours that is not of the home. */
function foreignWork(keywords: readonly string[], pattern: RegExp): Detection {
  const detection = from(keywords, pattern);
  return {
    ...detection,
    find(text, start, end) {
      if (isLetter(text.charCodeAt(start - 1))) return undefined;
      const first = sentenceStart(text, start);
      if (first === undefined || matchAt(FOREIGN_WORK, text, first) === undefined) return undefined;
      const span = detection.find(text, start, end);
      return span === undefined || FOREIGN_HOME.test(text.slice(start, span.end + 16)) ? undefined : span;
    },
  };
}

/** The same in German, French, Spanish, Italian, Portuguese and Dutch. */
export const foreignWorkDetections: readonly Detection[] = [
  foreignWork(
    POSSESSIVES,
    /(?:unser(?:e[mnrs]?)?|notre|nos|nuestr[oa]s?|nostr[oaie]|noss[oa]s?|onze|ons)\s[^\s.,!?]{3,24}/iy,
  ),
];

/** Work on what is written about people. */
export const recordDetections: readonly Detection[] = [
  workedOn(
    from(
      [
        "customer",
        "client",
        "employee",
        "patient",
        "candidate",
        "applicant",
        "tenant",
        "subscriber",
        "donor",
        "staff ",
        "member ",
        "members",
        "students",
      ],
      RECORD_WORD,
    ),
    RECORDS_AT_HAND,
  ),
  workedOn(
    from(
      [
        "medical record",
        "passport number",
        "dates of birth",
        "home address",
        "phone numbers",
        "social security number",
        "bank details",
        "lab results",
        "payslip",
        "resumes",
        "résumés",
        "driver's licen",
        "credit card numbers",
        "job applicants",
        "job applications",
        "salaries",
      ],
      RECORD_WORD,
    ),
    DETAILS_AT_HAND,
  ),
  foreignWork(
    [
      "diese ",
      "dieser ",
      "diesen ",
      "ces ",
      "ce ",
      "cette ",
      "estos ",
      "estas ",
      "este ",
      "questi ",
      "queste ",
      "estes ",
      "deze ",
    ],
    new RegExp(`[a-z]{2,7}\\s(?:\\S{2,14}\\s)?${FOREIGN_PEOPLE}`, "iy"),
  ),
  unlessQuestion(besides(from(POSSESSIVES, new RegExp(`${OWNED}${FOREIGN_PEOPLE}`, "iy")), FOREIGN_RECORDS)),
];
