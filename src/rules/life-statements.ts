import type { Detection } from "./rule.js";
import { asksInGeneral, from, unlessQuestion } from "./sentence.js";

const AMOUNT =
  "(?:[$€£¥₹]\\s?\\d[\\d.,]{2,12}k?\\b|[$€£¥₹]\\s?\\d{1,4}\\s?(?:k|m|million)\\b|\\d[\\d.,  ]{1,12}\\s?(?:k\\b|k?€|k?\\$|£|usd|eur|gbp|chf|euros?|dollars?|pounds?|francs?|reais|kronor|zł))";

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
].map(unlessAsked);

function unlessAsked(detection: Detection): Detection {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      return span === undefined || asksInGeneral(text, start, start + 1) ? undefined : span;
    },
  };
}

/** What people say of their own dealings with the law. */
export const legalDetections: readonly Detection[] = [
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
