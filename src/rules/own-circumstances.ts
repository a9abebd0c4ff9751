import { AMOUNT } from "./life-statements.js";
import type { Detection } from "./rule.js";
import { from, unlessQuestion } from "./sentence.js";

/** From a thousand on: what one pays for a bicycle is nobody's secret. */
const SUM = `(?=[$€£¥₹]?\\s?(?:\\d{4}|\\d{1,3}[.,\u00a0\u202f ]\\d{3}|\\d+\\s?k))${AMOUNT}`;
const END = "(?=$|[.,!?;:\\n)])";
const CARER =
  "(?:psychiatrist|psychologist|therapist|oncologist|gyn\\w+|urologist|cardiologist|neurologist|midwife|shrink|counsell?or|surgeon|rheumatologist)";

function said(keywords: readonly string[], pattern: string): Detection {
  return unlessQuestion(from(keywords, new RegExp(pattern, "iy")));
}

/** Health as it is said without naming who has it, or without the name of an illness. */
export const healthCircumstances: readonly Detection[] = [
  said(["diagnosed with"], "(?<=(?:^|[.!?\\n]\\s{0,2})(?:just |recently |newly |was |got )?)diagnosed with [a-z]"),
  said(["sober ", "clean "], "(?<=\\bi(?:['’]ve been|['’]m| have been| am| was) )(?:sober|clean) (?:for|since) "),
  said(
    ["addicted to "],
    "(?<=\\b(?:i['’]?m|i am|i was|i got|my \\w{3,9} is) (?:\\w{4,10} )?)addicted to (?!(?:chocolate|coffee|this|the|your|it|watching|playing|running|reading|sugar|cheese|netflix|tiktok|video|games?|music|books?|travel\\w*|learning|coding|you)\\b)\\w",
  ),
  said(
    [
      "i tried to ",
      "i want to ",
      "i cut myself",
      "i hurt myself",
      "i harm myself",
      "i overdosed",
      "i've been cutting",
      "i've been self-harm",
      "i've been self-harm",
    ],
    `i (?:(?:tried|want) to (?:kill myself|end my life|hurt myself|harm myself)|(?:cut|hurt|harm) myself(?:${END}| (?:again|when|because|on purpose|every|since|to feel))|overdosed|['’]ve been (?:cutting|self-harm))`,
  ),
  said(
    [
      "my blood sugar",
      "my psa",
      "my cholesterol",
      "my a1c",
      "my hba1c",
      "my tsh",
      "my cd4",
      "my hemoglobin",
      "my creatinine",
      "my bmi",
      "my weight is",
    ],
    "my [\\w\\d ]{3,12}? (?:levels? )?(?:is|was|are|went|rose|dropped|came)\\b[^\\n.?!\\d]{0,16}\\d",
  ),
  said(
    [
      "my panic attack",
      "my seizure",
      "my anxiety",
      "my ocd",
      "my eating disorder",
      "my miscarriage",
      "my erection",
      "my hysterectomy",
      "my vasectomy",
      "my ivf",
      "my psychosis",
      "my self-harm",
      "my addiction",
      "my relapse",
      "my overdose",
      "my meds",
    ],
    "my (?:panic attacks?|seizures?|anxiety|ocd|eating disorder|miscarriage|erections?|hysterectomy|vasectomy|ivf|psychosis|self-harm|addiction|relapse|overdose|meds)\\b",
  ),
  said(
    ["they found ", "doctors found ", "the doctor found ", "the scan "],
    "(?:\\w{3,7} ){1,2}(?:found|showed) (?:a|an|some) (?:\\w{3,12} )?(?:lump|tumou?r|mass|shadow|growth|polyps?|spots?|cyst) (?:in|on) my",
  ),
  said(
    [
      "my psych",
      "my therapist",
      "my onco",
      "the oncologist",
      "the psychiatrist",
      "my gyn",
      "my urologist",
      "my cardiologist",
      "my neurologist",
      "my midwife",
      "my shrink",
      "my surgeon",
    ],
    `(?:my|the) ${CARER} (?:has |just |also )?(?:gave|told|prescribed|put|raised|increased|lowered|changed|wants|says|said|thinks|diagnosed|referred|recommended) `,
  ),
  said(
    ["i'm in ", "i’m in ", "i am in ", "i was in ", "i'm back in ", "i'm on "],
    `i(?:['’]m| am| was) (?:back )?(?:in (?:therapy|rehab|treatment|psychiatric care|counsell?ing|palliative care|a wheelchair|remission|a psychiatric|detox)|on (?:sick leave|disability|the pill|dialysis|chemo\\w*|methadone|hormones|antibiotics))(?:${END}| (?:for|because|since|and|after|with|now|again|ward|clinic))`,
  ),
  said(
    ["we lost the baby", "we lost our baby", "i lost the baby", "can't get pregnant", "cannot get pregnant"],
    "(?:(?:we|i) lost (?:the|our|my) baby(?=$|[ .,!?])|can['’]t get pregnant(?=$|[ .,!?])|cannot get pregnant(?=$|[ .,!?]))",
  ),
  said(
    ["my doctor ", "my gp "],
    "my (?:doctor|gp) (?:has |just )?(?:prescribed|diagnosed|put me on|referred me|found)",
  ),
  said(
    ["bei mir wurde", "bei meine"],
    "bei (?:mir|meine[rm] \\w{3,10}) wurden? [^\\n.?!]{2,40}? (?:diagnostiziert|festgestellt|gefunden)",
  ),
  said(
    ["i was raped", "i was sexually", "i was molested", "i was abused"],
    "i was (?:raped|sexually (?:abused|assaulted)|molested|abused)(?!:)\\b",
  ),
  said(
    ["came back positive", "came back negative", "came back abnormal"],
    "(?<=\\b(?:tests?|results?|swab|biopsy|scan|screening) )came back (?:positive|negative|abnormal)",
  ),
  said(
    ["we are expecting", "we're expecting", "i am expecting", "i'm expecting"],
    "(?:we|i)(?: are| am|['’]re|['’]m) expecting(?:,|\\.|$| a (?:baby|child|boy|girl)| twins| our (?:first|second))",
  ),
  said(
    ["ich bin ", "je suis en ", "estoy en ", "estoy de baja", "sono in ", "estou em ", "ik ben "],
    `(?:ich bin (?:gerade |wieder |seit \\w+ )?in (?:therapie|behandlung|der (?:klinik|psychiatrie|reha)|psychotherapie)|je suis en (?:thérapie|dépression|burn-?out|rémission|cure|arrêt maladie)|estoy (?:en (?:terapia|tratamiento|rehabilitación)|de baja)|sono in (?:terapia|cura|remissione)|estou em (?:terapia|tratamento|reabilitação)|ik ben (?:in therapie|onder behandeling))(?:${END}|\\s)`,
  ),
];

/** Beliefs, orientation, unions and faithfulness, said of oneself or somebody near. */
export const intimateDetections: readonly Detection[] = [
  said(
    [
      "i'm ",
      "i’m ",
      "i am ",
      "my son is ",
      "my daughter is ",
      "my husband is ",
      "my wife is ",
      "my brother is ",
      "my sister is ",
    ],
    `(?:i['’]m|i am|my \\w{3,8} is) (?:a |an )?(?:closeted |practi[cs]ing |devout |secret(?:ly)? )?(?:gay|lesbian|bisexual|trans(?:gender|sexual)?|non-?binary|asexual|queer|pansexual|muslim|jewish|catholic|atheist|mormon|hindu|sikh|ex-muslim|virgin|sex worker|member of (?:the|a|my) (?:\\w{4,8} )?(?:union|works council|party))(?:${END}| (?:and|but|man|woman|person|teen|since|so|at work|which|who)\\b)`,
  ),
  said(
    ["i slept with "],
    "i slept with (?:my|a|her|his|someone|another)\\b(?! (?:teddy|blanket|pillow|light|window|phone|cat|dog))",
  ),
  said(["i came out"], "i came out (?:to (?:my|the)|as|at work|last|yesterday|when i)"),
  said(
    [
      "i cheated on ",
      "i've cheated on ",
      "i'm cheating on ",
      "i am cheating on ",
      "is cheating on me",
      "cheated on me",
      "having an affair",
      "had an affair",
      "have an affair",
      "has an affair",
    ],
    "(?:i(?:['’]ve| have|['’]m| am)? cheat(?:ed|ing) on (?:my|him|her)|(?:is cheating|cheated) on me|(?<=\\b(?:i|we|my \\w{4,9})(?:['’]m|['’]ve| am| is| was| have| been){0,2} )(?:having|had|have|has) an affair)",
  ),
  said(
    ["my religion is", "i converted to ", "i voted for ", "i vote for ", "i joined the union"],
    "(?:my religion is|i converted to (?:judaism|islam|christianity|buddhism|hinduism|catholicism)|i voted? for (?:the (?:\\w{3,12} )?(?:party|opposition|left|right|greens?|conservatives?|liberals?|democrats?|republicans?|socialists?)|trump|biden|labou?r|the tories|afd)|i joined the union)",
  ),
  said(
    ["ich bin ", "ich habe ", "wir haben eine affäre"],
    `(?:ich bin (?:ein |eine )?(?:schwul|lesbisch|bisexuell|trans|asexuell|muslim\\w*|jüdisch|jude|jüdin|in der gewerkschaft|gewerkschaft\\w+)(?:${END}|\\s)|ich habe (?:meine[nr]? (?:frau|mann|freund\\w*|partner\\w*|verlobte\\w?) betrogen|eine affäre))`,
  ),
  said(
    [
      "je suis ",
      "j'ai trompé",
      "j’ai trompé",
      "j'ai une liaison",
      "soy ",
      "le fui infiel",
      "engañé a mi",
      "tengo una aventura",
      "tengo un amante",
    ],
    `(?:je suis (?:un |une )?(?:gay|homo(?:sexuel\\w*)?|lesbienne|bi(?:sexuel\\w*)?|trans(?:genre)?|musulmane?|juif|juive|syndiquée?)(?:${END}|\\s)|j['’]ai (?:trompé (?:ma|mon)|une liaison)|soy (?:gay|lesbiana|bisexual|trans|homosexual|musulm[aá]na?|judí[oa])(?:${END}|\\s)|le fui infiel|engañé a mi|tengo (?:una aventura|un amante))`,
  ),
  said(
    ["sono ", "ho tradito ", "ho un'amante", "sou ", "traí ", "tenho um amante", "tenho uma amante"],
    `(?:sono (?:gay|lesbica|bisessuale|trans|omosessuale|musulman[oa]|ebre[oa])(?:${END}|\\s)|ho tradito (?:mia|mio|la mia|il mio)|ho un['’]amante|sou (?:gay|l[ée]sbica|bissexual|trans|homossexual|muçulman[oa]|judeu|judia)(?:${END}|\\s)|traí (?:a |o )?(?:minha|meu)|tenho uma? amante)`,
  ),
  said(
    ["ik ben ", "ik heb "],
    `(?:ik ben (?:homo|lesbisch|biseksueel|trans|moslim|joods|vreemdgegaan)(?:${END}|\\s)|ik heb (?:mijn (?:vrouw|man|vriend\\w*) bedrogen|een affaire))`,
  ),
];

/** Money by who pays whom, what is saved and what is owed. */
export const moneyCircumstances: readonly Detection[] = [
  said(
    ["i get paid", "i'm paid", "i am paid", "they pay me", "pays me", "paid me", "offered me", "offers me"],
    `(?:i(?: get|['’]m| am) paid|(?:they |she |he )?(?:pays?|paid|offer(?:ed|s)) me)[^\\n.?!\\d$€£]{0,16}?${SUM}`,
  ),
  said(
    ["my wife ", "my husband ", "my partner ", "my girlfriend ", "my boyfriend ", "my mother ", "my father "],
    `my \\w{4,10} (?:makes|earns|gets|owes|inherited|lost)[^\\n.?!\\d$€£]{0,16}?${SUM}`,
  ),
  said(
    ["saved ", "saved up", "put aside", "set aside"],
    `(?<=\\b(?:i|we)(?: have|['’]ve)? )(?:saved(?: up)?|put aside|set aside)[^\\n.?!\\d$€£]{0,14}?${SUM}`,
  ),
  said(
    ["took out a loan", "have a loan of", "have a mortgage of", "got a loan of"],
    `(?<=\\b(?:i|we)(?: have|['’]ve)? )(?:took out|have|got) a (?:\\w+ )?(?:loan|mortgage)[^\\n.?!\\d$€£]{0,12}?${SUM}`,
  ),
  said(["my credit score"], "my credit score (?:is|was|dropped|fell|went)[^\\n.?!\\d]{0,16}\\d{3}"),
  said(
    ["i'm ", "i am ", "we're ", "we are "],
    `(?:i['’]m|i am|we['’]re|we are) [^\\n.?!\\d$€£]{0,16}?${SUM} (?:in|of) debt`,
  ),
  said(
    ["i lost ", "we lost ", "i gambled"],
    `(?:i|we) (?:lost|gambled)[^\\n.?!\\d$€£]{0,16}?${SUM} (?:gambling|in crypto|at the casino|betting|on (?:the stock|stocks|crypto|horses|poker)|away|in the divorce)`,
  ),
  said(
    ["ich bekomme ", "ich kriege ", "ich beziehe ", "wir haben ", "ich habe "],
    `(?:ich (?:bekomme|kriege|beziehe)[^\\n.?!\\d$€£]{0,14}?${SUM}[^\\n.?!]{0,12}?(?:netto|brutto|monat|rente|bürgergeld|unterhalt)|(?:ich habe|wir haben) (?:einen|eine) (?:kredit|hypothek|darlehen)[^\\n.?!\\d$€£]{0,12}?${SUM})`,
  ),
  said(
    ["j'ai ", "j’ai ", "tengo ", "debo ", "ho ", "tenho ", "devo ", "ik heb ", "recebo ", "je touche "],
    `(?:j['’]ai|tengo|debo|ho|tenho|devo|ik heb|recebo|je touche)\\s(?:[^\\s\\d]{1,10}\\s){0,2}?${SUM}[^\\n.?!]{0,20}?(?:dettes?|de côté|net\\b|brut|deudas?|ahorrad|debit|risparmi|dívidas?|poupad|por mês|líquid|schuld|gespaard|hypotheek|hipoteca|mutuo)`,
  ),
];

/** Dealings with the law by what was done, what came, and what is to come. */
export const legalCircumstances: readonly Detection[] = [
  said(
    ["i got ", "i was ", "i've been ", "i have been "],
    `i(?: got| was|['’]ve been| have been) (?:just )?(?:fired|laid off|sacked|let go|made redundant)(?:${END}| (?:yesterday|today|last|after|from|because|by|on|this)\\b)`,
  ),
  said(
    [
      "hat mich ",
      "me despidieron",
      "me han despedido",
      "me echaron",
      "mi hanno licenziat",
      "m'a licencié",
      "ich habe schulden",
    ],
    "(?:(?<=\\bmein[er]? \\w{3,14} )hat mich (?:verklagt|angezeigt|gekündigt|entlassen|verlassen|geschlagen|betrogen)|me (?:despidieron|han despedido|echaron)|mi hanno licenziat|m['’]a licencié|ich habe schulden)",
  ),
  said(
    ["took me to court", "taking me to court", "take me to court", "sued me", "suing me"],
    "(?:t(?:ook|aking|ake) me to court|(?:sued|suing) me(?=$|[ .,!?]))",
  ),
  said(["warrant "], "warrant (?:out )?(?:for|against) (?:me|my (?:son|husband|wife|brother|arrest))"),
  said(
    [
      "i hit ",
      "drove away",
      "drove off",
      "left the scene",
      "i lied ",
      "i evaded",
      "i didn't declare",
      "i forged",
      "i stole ",
    ],
    "(?:i hit [^\\n.?!]{0,12}(?:car|someone|pedestrian|cyclist|man|woman|child|bike)\\b[^\\n.?!]{0,30}? (?:drove|left|fled)|(?<=\\bi\\b[^\\n.?!]{0,30})(?:drove (?:away|off)|left the scene)|i lied (?:on my tax|to the (?:police|court|judge|irs|tax|insurance|immigration))|i evaded|i didn['’]t declare|i forged|i stole (?:money|from|a car|\\w+ from (?:work|my|the shop)))",
  ),
  said(
    ["felony", "convictions", "criminal record"],
    "(?<=\\b(?:i|my \\w{3,8})(?:['’]ve| have| has|['’]ve got| have got| got)(?: \\w{1,8}){0,2} )(?:felony|(?:prior |criminal )?convictions|criminal record)",
  ),
  said(
    ["gegen mich ", "ich habe eine anzeige", "ich habe einen strafbefehl", "ich habe bewährung"],
    "(?:gegen mich (?:läuft|wird|wurde|ermittelt)|ich habe (?:eine anzeige|einen strafbefehl|bewährung))",
  ),
  said(
    [
      "je divorce",
      "me voy a divorciar",
      "me estoy divorciando",
      "me divorcio",
      "he recibido una ",
      "sto divorziando",
      "ho ricevuto una ",
      "ho un processo",
      "ho un'udienza",
    ],
    "(?:je divorce(?=$|[ .,])|me (?:voy a divorciar|estoy divorciando|divorcio)|he recibido una (?:citación|demanda|denuncia)|sto divorziando|ho ricevuto una (?:denuncia|citazione|querela)|ho un(?: processo|['’]udienza))",
  ),
  said(
    [
      "fui intimad",
      "tenho uma audiência",
      "ik moet ",
      "ik ga scheiden",
      "we gaan scheiden",
      "wij gaan scheiden",
      "ik heb een strafblad",
      "ik heb een dagvaarding",
    ],
    "(?:fui intimad[oa]|tenho uma audiência|ik moet [^\\n.?!]{0,16}?voor de rechter|ik ga scheiden|(?:we|wij) gaan scheiden|ik heb een (?:strafblad|dagvaarding))",
  ),
];
