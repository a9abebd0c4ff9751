import { foreignWorkDetections, workDetections } from "./own-work.js";
import type { Detection } from "./rule.js";
import { besides, from, unlessQuestion } from "./sentence.js";

/** What is internal whenever somebody calls it "ours". */
const MATTER =
  "(?:internal(?! (?:clock|body|organs?|energy|temperature|monologue|voice|lives|life|state|world|combustion|exceptions?|types?|apis?|representation|format|buffer|class|classes|functions?|errors?|structure|medicine|server error|conflict|affairs|market|links?))|proprietary|unpublished|confidential|in-house|closed-source|unreleased|unannounced|payroll|crm|patents? (?:application|claims?|portfolio|draft|filing|strategy)|data ?cent(?:er|re)|source code|codebase|roadmap|trade secrets?|fab|invention|algorithm|database schema|design docs?|sre|on-call|acquisition|merger|vpn|q[1-4]|post-?mortem|leadership|board|offsite|bid|tender|term sheet|cap table|price list|pricing|forecast|revenue|sales|budget|balance sheet|investors?|shareholders?|minutes|changelog|announcement|layoffs?|pitch|billing|ndas?|contracts? (?:with|draft|proposal)|deals? (?:with|pipeline|for)|negotiations?|severance|handbook|org chart|sick days|absences|appraisals?|job offers?|all-hands|salar(?:y|ies)|staff list|(?:private|production|staging|secret|customer|client|employee|patient|user|competitive|competitor|financial|legal|hr|infrastructure|incident|manufacturing|clinical|vendor|trading|payment|ranking|hiring|draft|audit|security)(?:s|s'|'s)? (?:\\w{2,14} ){0,3}?(?:data|databases?|systems?|clusters?|environments?|servers?|reports?|deck|reviews?|memos?|meetings?|strategy|numbers|figures|analysis|positioning|plans?|records|lists?|contracts?|agreements?|enterprise|repo(?:sitory)?|github|gitlab|pipelines?|tables?|notes|process|sequences?|configurations?|logs?|metrics|schema|equipment|code|engine|algorithm|information|survey|dashboards?|contacts?|presentation|draft|network|credentials))";
const FOREIGN_MATTER =
  "(?:intern\\w*|vertraulich\\w*|unveröffentlicht\\w*|proprietär\\w*|quellcode\\w*|protokoll\\w*|vertrag\\w*|strategie\\w*|umsatz\\w*|gehalt\\w*|gehälter\\w*|kunden(?:daten|liste)\\w*|lieferanten\\w*|bilanz\\w*|produktions\\w*|datenbank\\w*|angebot\\w*|vorstand\\w*|confidentiel\\w*|interne\\w*|code source|contrat\\w*|compte rendu|comité de direction|chiffre d['’]affaires|base de données|fournisseurs?|feuille de route|confidencial\\w*|interno\\w*|propietari\\w*|código (?:fuente|propietario|fonte)|informe\\w*|contrato\\w*|ventas|base de datos|proveedor\\w*|riservat\\w*|proprietari\\w*|codice sorgente|verbale|contratto|vendite|fornitori|bilancio|relatório\\w*|vendas|banco de dados|fornecedor\\w*|kündigung\\w*|abmahnung\\w*|acta|junta directiva|accordo|broncode|notulen|vertrouwelijk\\w*|omzet|contract\\w*|klanten\\w*|leveranciers)";

const TASK =
  /\b(?:summari[sz]e|analy[sz]e|review|draft|prepare|process|document|refine|refactor|debug|generate|check|optimi[sz]e|strengthen|proofread|rewrite|help me|translate|turn|find|improve|explain|extract|sort|group|classify|clean|write|compare|suggest|convert|here (?:is|are)|these are|this is|attached|below|following|our|my|we)\b/i;

/** What somebody calls "ours", and papers that are internal by their kind. */
const OWN: readonly Detection[] = [
  unlessQuestion(
    from(
      ["our "],
      new RegExp(
        `our (?:company(?:'s|’s)? |own |team['’]?s? |new |entire |latest |upcoming |last |current |draft |\\w{3,12} )?${MATTER}\\b(?![?])`,
        "iy",
      ),
    ),
  ),
  unlessQuestion(
    from(
      ["my company", "my employer", "my client's", "my clients", "my patient", "my customers", "my firm", "my startup"],
      new RegExp(
        `my (?:company|employer|firm|startup|client|patient|customer)(?:'s|s'|’s)? (?:\\w{2,14} ){0,3}?(?:${MATTER}|data|records?|notes?|files?|numbers|contract|strategy|plan)\\b`,
        "iy",
      ),
    ),
  ),
  unlessQuestion(
    from(
      ["unser", "notre ", "nos ", "nuestr", "il nostro ", "la nostra ", "nostri ", "nostr", "noss", "onze ", "ons "],
      new RegExp(
        `(?:unser\\w{0,2}|notre|nos|nuestr\\w{1,2}|nostr\\w|noss\\w{1,2}|onze|ons)\\s(?:[\\wäöüßéèêáíóúãçñ]{2,20}\\s){0,2}?${FOREIGN_MATTER}`,
        "iy",
      ),
    ),
  ),
  // The matter first: "Vertragsentwurf unserer Firma", "code source de notre application", "codice sorgente della nostra azienda".
  unlessQuestion(
    from(
      ["quellcode", "vertrag", "code source", "código ", "codice sorgente", "broncode"],
      /(?:quellcode|vertrags?\w{0,14}|code source|código (?:fuente|propietario|fonte|proprietário)|codice sorgente|broncode)(?:\s[\wáéíóúãç]{2,16}){0,2}?\s(?:(?:von|de|del|della|da|van)\s)?(?:unser\w{0,2}|notre|nuestr\w|nostr\w|noss\w|onze|ons)\b/iy,
    ),
  ),
  unlessQuestion(
    from(
      ["proprietary", "closed-source"],
      /(?:proprietary|closed-source) (?:[\w-]{2,16} ){0,4}?(?:our|my (?:company|employer))\b/iy,
    ),
  ),
  unlessQuestion(
    from(
      ["from our ", "of our ", "we have not announced", "we haven't announced", "before we sign", "before we announce"],
      /(?:(?:from our (?:[\w-]{3,14} ){0,2}?(?:system|backend|application|app|engine|servers?)|(?:from|of) our (?:[\w-]{3,14} ){0,2}?(?:staff|cluster|crm|database|repo|codebase|leadership|company|customers?|clients?))\b|we have(?:n['’]t| not) announced|before we (?:sign|announce))/iy,
    ),
  ),
  unlessQuestion(
    besides(
      from(
        [
          "this meeting transcript",
          "meeting transcript",
          "minutes from our",
          "minutes of",
          "board meeting",
          "board memo",
          "board strategy",
          "internal memo",
          "internal report",
          "internal email",
          "internal document",
          "ip disclosure",
          "invention disclosure",
          "patent claims",
          "patent application",
          "from our crm",
          "crm export",
          "the crm",
          "payroll data",
          "employee satisfaction",
          "biometric",
          "private repo",
          "private enterprise",
          "internal roadmap",
          "unpublished research",
          "term sheet",
          "cap table",
          "merger agreement",
          "acquisition strategy",
          "performance review of",
          "severance agreement",
          "all-hands",
          "negotiating to buy",
          "before it goes out",
          "the attached contract",
          "attached customer",
          "layoff",
          "leaked price",
          "leaked memo",
          "leaked document",
          "leaked report",
          "leaked email",
          "leaked data",
          "leaked customer",
        ],
        /[^\n.?!]{6,60}/iy,
      ),
      TASK,
    ),
  ),
];

const COMMENT_LINE = /(?:^|\n)\s{0,8}(?:\/\/|\/?\*)[^\n]*$/;

/** The same, but for comments of code, where "our algorithm" is anybody's. */
export const ownDetections: readonly Detection[] = [...OWN, ...workDetections, ...foreignWorkDetections].map(
  (detection) => ({
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      if (span === undefined || !COMMENT_LINE.test(text.slice(Math.max(0, start - 120), start))) return span;
      return /[;{}]\s*(?:\n|$)|\*\//.test(text.slice(Math.max(0, start - 300), end + 300)) ? undefined : span;
    },
  }),
);

const PEOPLE =
  "(?:customer|client|employee|patient|psychotherapy|member|user|candidate|applicant|tenant|student|staff|guest|donor|subscriber|buyer)";
const RECORDS =
  "(?:database|databases|records?|data|dataset|exports?|lists?|contact(?: information| details)?|files?|information|details|accounts?|profiles?|behaviou?r data|banking details|social security numbers?|ids?|survey data|transactions?|addresses|notes|analytics|salaries|payroll|medical records|tickets?|orders?|purchases|complaints?|applications?|names|birthdays|reviews?|feedback)";
/** A thing is at hand: "this export", "our CRM", "the records below". Elsewhere it is the subject of a question. */
const AT_HAND =
  /\b(?:this|these|our|my|attached|following|below|above|here (?:is|are)|enclosed|pasted|from (?:our|the) crm)\b(?! (?:is|are) (?:a|an|the)\b)/i;
const ARTIFACT =
  /\b(?:attached|below|here (?:is|are)|these are|from this|csv|export|spreadsheet|table|sheet|list|excel|records?|tickets?|complaint|emails?|messages|sick days|interview notes|churn|purchases|applications?|warning letter|performance reviews?|notes|names|salar(?:y|ies)|data)\b/i;

/** Data about the people an organisation or a practice looks after. */
export const customerDetections: readonly Detection[] = [
  unlessQuestion(
    besides(
      from(
        ["customer ", "client ", "employee ", "patient ", "psychotherapy ", "member ", "candidate ", "applicant "],
        new RegExp(
          `(?<!-)${PEOPLE}s? (?!(?:to|that|can|could|should|will|would|and|or|when|from|for|in|on|is|are|has|who|may|must|sends?|side) )(?:(?!to )\\w{2,14} ){0,2}?${RECORDS}\\b(?! (?:connection|channel|structure|type|class|field|model|id\\b|session|base of))`,
          "iy",
        ),
      ),
      AT_HAND,
    ),
  ),
  unlessQuestion(
    besides(
      from(
        [
          "our customers",
          "our clients",
          "our client",
          "our users",
          "our members",
          "our employees",
          "our staff",
          "our patients",
          "our candidates",
          "our applicants",
          "our tenants",
          "our students",
          "our suppliers",
          "one of my ",
          "my patient",
          "my client",
          "my team",
          "my employees",
          "my staff",
          "my students",
        ],
        /(?:our|one of (?:my|our)|my) (?:customers?|clients?|users?|members?|employees?|staff|team|patients?|candidates?|applicants?|tenants?|students?|suppliers?)(?:['’]s?)?(?![\w-])/iy,
      ),
      ARTIFACT,
    ),
  ),
  unlessQuestion(
    from(
      ["one of our employees", "one of our customers", "one of our clients", "one of our patients"],
      /one of our \w{5,10}/iy,
    ),
  ),
  unlessQuestion(
    from(
      ["therapy notes", "patient records", "medical records", "personnel file", "job applications"],
      /(?:therapy notes|patient records|medical records|personnel files?|job applications)(?: \w{2,12}){0,3}? (?:below|attached|our|my)\b/iy,
    ),
  ),
  unlessQuestion(
    from(
      [
        "diese",
        "unsere",
        "fasse",
        "analysiere",
        "sortiere",
        "prüfe",
        "die liste unserer",
        "die folgenden",
        "ces ",
        "cette ",
        "résume",
        "mon patient",
        "ma patiente",
        "estos ",
        "esta ",
        "mi paciente",
        "questi ",
        "questa ",
        "estes ",
        "esses ",
        "deze ",
        "vat ",
      ],
      /[^\n.?!]{0,30}?(?:kunden(?:daten|liste|kartei|akte)|patienten(?:akte|daten|liste)|mitarbeiter(?:daten|liste|n? nach gehalt)|personal(?:akte|daten)|gehaltsliste|liste unserer mitarbeiter|données (?:de |des )?(?:clients?|patients?|salariés)|fichier clients?|dossier (?:de mon|du|de la|médical|de ma) ?patiente?|datos de (?:los )?(?:clientes|pacientes|empleados)|expediente de (?:mi|la|un) paciente|lista de clientes|dati dei (?:clienti|pazienti|dipendenti)|cartella (?:clinica|del paziente)|dados d[eo]s? (?:clientes|pacientes|funcionários)|prontuário|klantgegevens|klantenlijst|patiëntendossier|personeelsdossier)/iy,
    ),
  ),
  unlessQuestion(
    from(
      ["expediente de", "dossier de", "prontuário d", "historia clínica de", "cartella ", "akte diese", "dossier van"],
      /(?:(?:expediente|historia clínica) de(?:l| mi| este| esta) paciente|dossier (?:de (?:mon|ma|ce|cette)|du) patiente?|prontuário d(?:[oa]|este|esta)(?: meu| minha)? paciente|cartella (?:clinica )?d(?:i|el)(?: questo| mio)? paziente|dossier van (?:deze|mijn|de) patiënt|akte dieses? patient)/iy,
    ),
  ),
];
