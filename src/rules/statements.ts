import { birthDateDetections } from "./birth-dates.js";
import { isLetter } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** A rule over a fixed list of openings: a sticky, bounded pattern from each of them on. */
function from(keywords: readonly string[], pattern: RegExp): Rule["detections"][number] {
  return {
    on: "keyword",
    keywords,
    find(text: string, start: number): Span | undefined {
      if (isLetter(text.charCodeAt(start - 1))) return undefined;
      const match = matchAt(pattern, text, start);
      return match === undefined ? undefined : { start, end: start + match[0].length };
    },
  };
}

const HEALTH =
  "(?:hiv|aids|cancer|tumou?r|leuk|diabet|depress|bipolar|schizo|anxiety|adhd|autis|ptsd|epilep|asthma|hepatitis|herpes|chlamydia|syphilis|gonorr|parkinson|alzheimer|multiple sclerosis|crohn|colitis|lupus|arthritis|fibromyalgia|miscarr|abortion|pregnan|infertil|erectile|addict|alcoholi|anorexi|bulimi|eating disorder|ocd|borderline|migraine|hypertension|heart (?:disease|attack|failure)|stroke|thyroid|endometrios|copd|panic attack|suicid|self-harm|std|sti|psoriasis|kidney|liver)";

const personal = { action: "keep-local" } as const;

/** What people say about themselves: birth dates with a date, health, money, law. Never redacted: the sentence is the value. */
export const statementRules: readonly Rule[] = [
  {
    id: "PRIVACY_050",
    description: "a date of birth",
    severity: "medium",
    kind: "BIRTH_DATE",
    redactable: true,
    ...personal,
    detections: birthDateDetections,
  },
  {
    id: "PRIVACY_051",
    description: "a statement about somebody's own health",
    severity: "high",
    kind: "HEALTH",
    ...personal,
    detections: [
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
        [
          "i have ",
          "i've had ",
          "i've got ",
          "i suffer",
          "i'm suffering",
          "i am suffering",
          "i struggle with",
          "i am struggling with",
          "i'm struggling with",
          "my wife has ",
          "my husband has ",
          "my son has ",
          "my daughter has ",
          "my mother has ",
          "my father has ",
          "my child has ",
        ],
        new RegExp(`(?:i|my \\w{3,9}) [^\\n.?!]{2,40}?\\b${HEALTH}`, "iy"),
      ),
      from(
        ["i'm ", "i am ", "i was ", "we are "],
        /(?:i'm|i am|i was|we are) (?:\d{1,2} (?:weeks?|months?) pregnant|pregnant|hiv[- ]positive|(?:a )?recovering (?:alcoholic|addict)|bipolar|diabetic|epileptic|schizophrenic|autistic|clinically depressed|suicidal|having (?:suicidal|panic)|trying to conceive|in rehab|seeing a (?:therapist|psychiatrist)|on (?:antidepressants|lithium|prozac|zoloft|methadone|chemo\w*|dialysis|insulin|prep))/iy,
      ),
      from(
        ["my "],
        /my (?:hiv|cancer|depression|diabetes|bipolar|schizophrenia|adhd|autism|epilepsy|psychiatrist|therapist|oncologist|chemo(?:therapy)?|miscarriage|abortion|pregnancy test|antidepressants?|medication|prescription|biopsy|mammogram|blood test|test results?|mri|std|rehab)\b(?= (?:is|was|are|were|has|says|said|told|came|makes|got|shows?|results?|diagnosis|treatment|status|medication|and i|because|prescribed|changed))/iy,
      ),
      from(
        ["ich bin ", "ich habe ", "ich leide"],
        /ich (?:bin (?:schwanger|hiv[- ]positiv|in therapie|depressiv|alkoholiker)|habe (?:krebs|hiv|diabetes|depressionen|epilepsie|eine depression)|leide (?:an|unter))/iy,
      ),
      from(
        [
          "je suis enceinte",
          "je suis séropositi",
          "j'ai un cancer",
          "je souffre d",
          "j'ai le vih",
          "estoy embarazada",
          "tengo cáncer",
          "tengo vih",
          "sufro de",
          "sono incinta",
          "ho il cancro",
          "soffro di",
          "estou grávida",
          "tenho câncer",
          "ik ben zwanger",
          "ik heb kanker",
        ],
        /[^\n]{8}/iy,
      ),
    ],
  },
  {
    id: "PRIVACY_052",
    description: "a statement about somebody's own money or legal matters",
    severity: "high",
    kind: "FINANCE",
    ...personal,
    detections: [
      from(
        [
          "my salary",
          "my income",
          "my net worth",
          "my bank balance",
          "my account balance",
          "my debt",
          "my mortgage",
          "my gehalt",
          "mein gehalt",
          "mon salaire",
          "mi salario",
          "il mio stipendio",
          "meu salário",
          "mijn salaris",
        ],
        /[^\n.?!]{5,40}?(?:[$€£¥]\s?\d|\d[\d.,]{2,12}\s?(?:k\b|usd|eur|gbp|chf|dollars?|euros?|pounds?|\/|a year|per|€|k€))/iy,
      ),
      from(
        ["i earn ", "i make ", "i owe ", "ich verdiene ", "je gagne ", "gano "],
        /[^\n.?!\d]{3,30}?(?:[$€£¥]\s?\d[\d.,]{2,12}|\d[\d.,]{3,12}\s?(?:k\b|usd|eur|gbp|dollars?|euros?|pounds?|€))[^\n.?!]{0,12}?(?:year|month|jahr|monat|mois|an\b|annual|salary|before tax|after tax|net|gross|credit card|the irs|my landlord|in debt|taxes|loan)/iy,
      ),
      from(
        [
          "i was arrested",
          "i got arrested",
          "i was convicted",
          "i have a criminal record",
          "i am being sued",
          "i'm being sued",
          "i am getting divorced",
          "i'm getting divorced",
          "i am filing for bankruptcy",
          "i'm filing for bankruptcy",
          "my divorce",
          "my custody",
          "my parole",
          "my probation officer",
          "i am undocumented",
          "i'm undocumented",
          "my asylum",
          "my bankruptcy",
        ],
        /[^\n]{8,20}/iy,
      ),
    ],
  },
];
