import { isAlphanumeric } from "./characters.js";
import { passesLuhn, passesVerhoeff } from "./checksums.js";
import { ContextWords } from "./context-words.js";
import { checks, isDate, passesMod11And10, passesMod97 } from "./id-checks.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** One kind of identity number: its form, its check, and the words without which it is taken for another number. */
export interface NationalId {
  readonly name: string;
  /** Letters before the first digit; 0 for a number that begins with a digit. */
  readonly letters: number;
  /** How many digits may stand in the first group; a quick way past most kinds. */
  readonly group: readonly number[];
  readonly form: RegExp;
  readonly valid: (compact: string) => boolean;
  /** Absent where form and check together are rare enough by themselves. */
  readonly words?: RegExp;
  /** One number in ten or fewer passes the check: as the whole of a text it needs no words. */
  readonly checked: boolean;
}

const END = "(?![A-Za-z0-9]|[-.]\\d)";
const ALWAYS = (): boolean => true;

function id(
  name: string,
  letters: number,
  group: readonly number[],
  form: string,
  valid: (compact: string) => boolean,
  words?: RegExp,
): NationalId {
  return {
    name,
    letters,
    group,
    form: new RegExp(form + END, "y"),
    valid,
    ...(words === undefined ? {} : { words }),
    checked:
      valid !== ALWAYS && valid !== checks.koreaResident && valid !== checks.malaysiaNric && valid !== checks.danishCpr,
  };
}

/** Forms and checks as the issuing states publish them; each check is compared with `stdnum` 1.12 (MIT) in the tests' values. */
export const nationalIds: readonly NationalId[] = [
  id("Argentina CUIT", 0, [2, 11], "(?:20|2[347]|3[034])-?\\d{8}-?\\d", checks.argentinaCuit, /cuit|cuil|argentin/i),
  id("Argentina CBU", 0, [8, 22], "\\d{8} ?\\d{14}", checks.argentinaCbu, /\bcbu\b|cuenta|argentin/i),
  id(
    "Austria social security",
    0,
    [4, 10],
    "\\d{4} ?\\d{6}",
    checks.austriaSocial,
    /svnr|sv-nummer|sozialversicherung|versicherungsnummer|austria/i,
  ),
  id(
    "Australia ABN",
    0,
    [2, 11],
    "\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}",
    checks.australiaBusiness,
    /\babn\b|australian business/i,
  ),
  id("Australia ACN", 0, [3, 9], "\\d{3} ?\\d{3} ?\\d{3}", checks.australiaCompany, /\bacn\b|australian company/i),
  id("Australia TFN", 0, [3, 9], "\\d{3} ?\\d{3} ?\\d{3}", checks.australiaTaxFile, /\btfn\b|tax file/i),
  id(
    "Australia Medicare",
    0,
    [4, 9, 10],
    "[2-6]\\d{3}[ -]?\\d{5}[ -]?\\d(?:[ /-]?\\d)?",
    checks.australiaMedicare,
    /medicare/i,
  ),
  id(
    "Belgium national number",
    0,
    [2, 11],
    "\\d{2}\\.?\\d{2}\\.?\\d{2}[- ]?\\d{3}[. ]?\\d{2}",
    checks.belgiumNational,
    /rijksregister|registre national|insz|niss|belg/i,
  ),
  id(
    "Belgium company",
    0,
    [4, 10],
    "[01]\\d{3}\\.?\\d{3}\\.?\\d{3}",
    checks.belgiumCompany,
    /\bbtw\b|\btva\b|ondernemings|entreprise|belg|\bkbo\b|\bbce\b/i,
  ),
  id("Bulgaria EGN", 0, [10], "\\d{10}", checks.bulgariaEgn, /\begn\b|егн|bulgaria/i),
  id("Brazil CPF", 0, [3], "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}", checks.brazilCpf),
  id("Brazil CPF", 0, [11], "\\d{11}", checks.brazilCpf, /\bcpf\b/i),
  id("Brazil CNPJ", 0, [2], "\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}", checks.brazilCnpj),
  id("Brazil CNPJ", 0, [14], "\\d{14}", checks.brazilCnpj, /cnpj/i),
  id(
    "Canada SIN",
    0,
    [3, 9],
    "\\d{3}[ -]?\\d{3}[ -]?\\d{3}",
    passesLuhn,
    /\bsin\b|\bnas\b|social insurance|assurance sociale/i,
  ),
  id("Switzerland AHV", 0, [3], "756\\.\\d{4}\\.\\d{4}\\.\\d{2}", checks.swissSocial),
  id("Switzerland AHV", 0, [13], "756\\d{10}", checks.swissSocial, /\bahv|\bavs\b|schweiz|suisse|swiss/i),
  id("Switzerland UID", 3, [3, 9], "CHE-?\\d{3}\\.?\\d{3}\\.?\\d{3}", checks.swissUid),
  id("Chile RUT", 0, [1, 2, 8], "\\d{1,2}\\.?\\d{3}\\.?\\d{3}-[\\dkK]", checks.chileRut, /\brut\b|\brun\b|chile/i),
  id("China identity card", 0, [17, 18], "[1-6]\\d{5}(?:19|20)\\d{9}[\\dXx]", checks.chinaIdentity),
  id("Colombia NIT", 0, [2, 3, 8, 9], "\\d{2,3}\\.?\\d{3}\\.?\\d{3}-\\d", checks.colombiaNit, /\bnit\b|colombia/i),
  id(
    "Czechia and Slovakia birth number",
    0,
    [6],
    "\\d{6}/\\d{3,4}",
    checks.czechBirth,
    /rodné|rodne|\brč\b|\brc\b|birth number|czech|slovak/i,
  ),
  id("Denmark CPR", 0, [6, 10], "\\d{6}-?\\d{4}", checks.danishCpr, /\bcpr\b|personnummer|danish|dansk/i),
  id("Dominican cédula", 0, [3, 11], "\\d{3}-?\\d{7}-?\\d", checks.dominicanCedula, /c[ée]dula|dominican/i),
  id("Ecuador cédula", 0, [10], "\\d{10}", checks.ecuadorCedula, /c[ée]dula|ecuador/i),
  id(
    "Estonia and Lithuania personal code",
    0,
    [11],
    "[1-6]\\d{10}",
    checks.estoniaPersonal,
    /isikukood|asmens kodas|eston|lithuan|lietuv|eesti/i,
  ),
  id("Spain DNI", 0, [8, 1, 2], "(?:\\d{8}|\\d{1,2}\\.\\d{3}\\.\\d{3})-?[A-HJ-NP-TV-Za-hj-np-tv-z]", checks.spainDni),
  id("Spain NIE", 1, [7], "[XYZxyz]-?\\d{7}-?[A-HJ-NP-TV-Za-hj-np-tv-z]", checks.spainNie),
  id(
    "Spain CIF",
    1,
    [8, 7],
    "[ABCDEFGHJNPQRSUVW]-?\\d{7}-?[0-9A-J]",
    checks.spainCif,
    /\bcif\b|\bnif\b|empresa|spain|españ/i,
  ),
  id(
    "Spain social security",
    0,
    [2, 12],
    "\\d{2}[ /-]?\\d{8}[ /-]?\\d{2}",
    checks.spainSocial,
    /seguridad social|\bnss\b|\bnaf\b/i,
  ),
  id("Finland HETU", 0, [6], "\\d{6}[-+ABCDEFYXWVU]\\d{3}[0-9A-Y]", checks.finlandHetu),
  id(
    "France NIR",
    0,
    [1, 13, 15, 5],
    "[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[ABab]) ?\\d{3} ?\\d{3} ?\\d{2}",
    checks.franceNir,
  ),
  id(
    "France NIR",
    0,
    [1, 13, 15, 5],
    "[12] ?\\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}(?: ?\\d{2})?",
    ALWAYS,
    /sécurité sociale|securite sociale|\bnir\b|\bsecu\b|sécu/i,
  ),
  id(
    "France NIF",
    0,
    [13, 2, 1],
    "[0-3]\\d ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}",
    checks.franceNif,
    /fiscal|\bspi\b|impôt/i,
  ),
  id("France SIREN", 0, [3, 9], "\\d{3} ?\\d{3} ?\\d{3}", passesLuhn, /\bsiren\b/i),
  id("France SIRET", 0, [3, 14], "\\d{3} ?\\d{3} ?\\d{3} ?\\d{5}", passesLuhn, /\bsiret\b/i),
  id("Germany tax id", 0, [2, 11], "[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}", passesMod11And10, /steuer|idnr|\btin\b|german/i),
  id(
    "Germany tax id",
    0,
    [2, 11],
    "\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}",
    ALWAYS,
    /steuer-?id|steueridentifikation|\bidnr\b/i,
  ),
  id(
    "Germany tax number",
    0,
    [2, 3, 10, 13],
    "(?:\\d{2,3}/\\d{3}/\\d{4,5}|\\d{13})",
    ALWAYS,
    /steuernummer|steuer-?nr|st\.-?nr|finanzamt/i,
  ),
  id("Germany social security", 0, [8, 2], "\\d{2} ?\\d{6} ?[A-Za-z] ?\\d{3}", checks.germanSocial),
  id(
    "Germany health insurance",
    1,
    [9],
    "[A-Za-z]\\d{9}",
    checks.germanHealth,
    /kranken|versicher|kvnr|gesundheitskarte/i,
  ),
  id(
    "Germany identity card",
    1,
    [8, 2, 1, 5],
    "[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d",
    checks.germanCard,
    /ausweis|reisepass|\bid card|passport|german/i,
  ),
  id("Greece AMKA", 0, [11], "\\d{11}", checks.greeceAmka, /amka|αμκα|greek|greece/i),
  id("Greece AFM", 0, [9], "\\d{9}", checks.greeceAfm, /\bafm\b|αφμ|greek|greece/i),
  id("Hong Kong identity card", 1, [6, 7], "[A-Z]\\d{6}\\(?[0-9A]\\)?", checks.hongKong, /hkid|hong kong/i),
  id("Hong Kong identity card", 1, [6], "[A-Z]\\d{6}\\([0-9A]\\)", checks.hongKong),
  id("Croatia OIB", 0, [11], "\\d{11}", passesMod11And10, /\boib\b|croat|hrvat/i),
  id("Hungary tax number", 0, [8], "\\d{8}-[1-5]-\\d{2}", checks.hungaryTax),
  id("Ireland PPS", 0, [7], "\\d{7}[A-W][A-IW]?", checks.irelandPps),
  id("Israel identity number", 0, [9], "\\d{9}", passesLuhn, /israel|teudat|תעודת|ת\.ז/i),
  id("India Aadhaar", 0, [4], "[2-9]\\d{3}([ -])\\d{4}\\1\\d{4}(?![ -]?\\d)", passesVerhoeff),
  id("India Aadhaar", 0, [12], "[2-9]\\d{11}", passesVerhoeff, /aadhaar|aadhar|आधार|uidai/i),
  id("India GSTIN", 0, [2], "(?:0[1-9]|[12]\\d|3[0-8])[A-Z]{5}\\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]", ALWAYS),
  id("India PAN", 5, [4], "[A-Z]{3}[ABCFGHLJPT][A-Z]\\d{4}[A-Z]", ALWAYS),
  id("India voter id", 3, [7], "[A-Z]{3}\\d{7}", ALWAYS, /voter|epic|election|\bvote\b/i),
  id(
    "Indonesia NPWP",
    0,
    [2, 15],
    "\\d{2}\\.?\\d{3}\\.?\\d{3}\\.?\\d-?\\d{3}\\.?\\d{3}",
    checks.indonesiaTax,
    /npwp|indonesia/i,
  ),
  id(
    "Indonesia NIK",
    0,
    [16],
    "[1-9]\\d{15}",
    (nik) => isDate(nik.slice(8, 10), String(Number(nik.slice(6, 8)) % 40)),
    /\bnik\b|\bktp\b|indonesia/i,
  ),
  id("Iceland kennitala", 0, [6, 10], "\\d{6}-?\\d{4}", checks.icelandKennitala, /kennitala|iceland|ísl/i),
  id(
    "Italy fiscal code",
    6,
    [2],
    "[A-Za-z]{6}\\d{2}[A-EHLMPR-Ta-ehlmpr-t]\\d{2}[A-Za-z]\\d{3}[A-Za-z]",
    checks.italianFiscal,
  ),
  id("Italy VAT", 0, [11], "\\d{11}", checks.italyVat, /partita iva|p\.? ?iva/i),
  id(
    "Japan My Number",
    0,
    [4, 12],
    "\\d{4}[ -]?\\d{4}[ -]?\\d{4}",
    checks.japanMyNumber,
    /my ?number|マイナンバー|個人番号|japan/i,
  ),
  id(
    "Japan corporate number",
    0,
    [1, 13],
    "\\d-?\\d{4}-?\\d{4}-?\\d{4}",
    checks.japanCompany,
    /法人番号|corporate number/i,
  ),
  id("South Korea registration", 0, [6], "\\d{6}-[1-8]\\d{6}", checks.koreaResident),
  id(
    "South Korea registration",
    0,
    [13],
    "\\d{6}[1-8]\\d{6}",
    checks.koreaResident,
    /\brrn\b|\bfrn\b|주민|외국인|resident registration|korea/i,
  ),
  id(
    "South Korea business",
    0,
    [3, 10],
    "\\d{3}-?\\d{2}-?\\d{5}",
    checks.koreaBusiness,
    /사업자|\bbrn\b|business registration|korea/i,
  ),
  id("Latvia personal code", 0, [6, 11], "\\d{6}-?\\d{5}", checks.latviaPersonal, /personas kods|latvia|latvij/i),
  id("Mexico CURP", 4, [6], "[A-Z]{4}\\d{6}[HMX][A-Z]{5}[0-9A-Z]\\d", checks.mexicoCurp),
  id(
    "Mexico RFC",
    4,
    [6],
    "[A-ZÑ&]{4}\\d{6}[A-Z0-9]{3}",
    (rfc) => isDate(rfc.slice(6, 8), rfc.slice(8, 10)),
    /\brfc\b|mexic|méxico|\bsat\b/i,
  ),
  id("Mexico CLABE", 0, [3, 18], "\\d{3} ?\\d{3} ?\\d{11} ?\\d", checks.mexicoClabe, /clabe|interbancaria/i),
  id("Malaysia NRIC", 0, [6], "\\d{6}-\\d{2}-\\d{4}", checks.malaysiaNric),
  id(
    "Netherlands BSN",
    0,
    [9, 4],
    "\\d{4}\\.?\\d{2}\\.?\\d{3}",
    checks.netherlandsBsn,
    /\bbsn\b|burgerservice|sofi-?nummer/i,
  ),
  id(
    "Norway personal number",
    0,
    [6, 11],
    "\\d{6} ?\\d{5}",
    checks.norwayPersonal,
    /fødselsnummer|personnummer|fnr\b|norweg|norsk/i,
  ),
  id(
    "Norway account",
    0,
    [4, 11],
    "\\d{4}[. ]?\\d{2}[. ]?\\d{5}",
    checks.norwayAccount,
    /kontonummer|konto\b|norweg|norsk/i,
  ),
  id(
    "Norway company",
    0,
    [3, 9],
    "[89]\\d{2} ?\\d{3} ?\\d{3}",
    checks.norwayCompany,
    /org\.?(?:anisasjons)?(?:nummer|nr)|norweg|norsk/i,
  ),
  id("New Zealand IRD", 0, [2, 3, 8, 9], "\\d{2,3}-?\\d{3}-?\\d{3}", checks.newZealandIrd, /\bird\b|new zealand/i),
  id("Peru RUC", 0, [11], "(?:10|15|17|20)\\d{9}", checks.peruRuc, /\bruc\b|peru|perú|sunat/i),
  id("Philippines TIN", 0, [3], "\\d{3}-\\d{3}-\\d{3}(?:-\\d{3,5})?", ALWAYS, /\btin\b/i),
  id("Poland PESEL", 0, [11], "\\d{11}", checks.polandPesel, /pesel|polish|polsk/i),
  id(
    "Poland NIP",
    0,
    [3, 10],
    "\\d{3}-?(?:\\d{3}-?\\d{2}-?\\d{2}|\\d{2}-?\\d{2}-?\\d{3})",
    checks.polandNip,
    /\bnip\b|polish|polsk/i,
  ),
  id("Poland REGON", 0, [9], "\\d{9}", checks.polandRegon, /regon/i),
  id("Portugal NIF", 0, [3, 9], "[1-9]\\d{2} ?\\d{3} ?\\d{3}", checks.portugalNif, /\bnif\b|contribuinte|portug/i),
  id("Romania CNP", 0, [13], "[1-9]\\d{12}", checks.romaniaCnp, /\bcnp\b|cod numeric|roman/i),
  id(
    "JMBG of the former Yugoslav states",
    0,
    [13],
    "\\d{13}",
    checks.yugoslavJmbg,
    /jmbg|jmb\b|emšo|emso|матичен|мбг/i,
  ),
  id("Serbia PIB", 0, [9], "[1-9]\\d{8}", passesMod11And10, /\bpib\b|пиб/i),
  id("Russia INN", 0, [12], "\\d{12}", checks.russiaInnPerson, /\binn\b|инн|russia/i),
  id("Russia INN", 0, [10], "\\d{10}", checks.russiaInnCompany, /\binn\b|инн|russia/i),
  id("Russia SNILS", 0, [3, 11], "\\d{3}-?\\d{3}-?\\d{3}[ -]?\\d{2}", checks.russiaSnils, /снилс|snils/i),
  id("Sweden personnummer", 0, [8], "(?:19|20)\\d{6}[-+]\\d{4}", checks.swedenBirthday),
  id(
    "Sweden personnummer",
    0,
    [6, 8, 10, 12],
    "(?:19|20)?\\d{6}[-+]?\\d{4}",
    checks.swedenPersonal,
    /personnummer|\bpnr\b|org\.?(?:anisations)?(?:nummer|nr)|svensk|swedish/i,
  ),
  id("Singapore NRIC", 1, [7], "[STFGM]\\d{7}[A-Z]", checks.singaporeNric),
  id("Singapore UEN", 1, [2], "[TSR]\\d{2}[A-Z]{2}\\d{4}[A-Z]", ALWAYS, /\buen\b|singapore|company|entity/i),
  id("Slovenia tax number", 0, [8], "[1-9]\\d{7}", checks.sloveniaTax, /davčna|ddv\b|sloven/i),
  id("Thailand identity number", 0, [1], "[1-8]-\\d{4}-\\d{5}-\\d{2}-\\d", checks.thailand),
  id("Thailand identity number", 0, [13], "[1-8]\\d{12}", checks.thailand, /thai|tnin|เลขบัตร|บัตรประชาชน/i),
  id("Turkey TCKN", 0, [11], "[1-9]\\d{10}", checks.turkeyTckn, /t[uü]rk|kimlik|\btc\b|tckn/i),
  id("Turkey VKN", 0, [10], "\\d{10}", checks.turkeyVkn, /vergi|\bvkn\b|turk|türk/i),
  id("Taiwan identity number", 1, [9], "[A-Z][12]\\d{8}", checks.taiwanNational),
  id("Ukraine tax number", 0, [10], "\\d{10}", checks.ukraineTax, /рнокпп|іпн|rnokpp|ukrain/i),
  id("United Kingdom NHS", 0, [3, 10], "\\d{3}[ -]?\\d{3}[ -]?\\d{4}", checks.ukNhs, /\bnhs\b|patient|health service/i),
  id("United Kingdom NINO", 2, [2, 6], "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]", ALWAYS),
  id("United Kingdom UTR", 0, [5, 10], "\\d{5} ?\\d{5}", checks.ukUtr, /\butr\b|taxpayer reference/i),
  id("United Kingdom driving licence", 5, [6, 1], "[A-Z9]{5}\\d[0156]\\d[0-3]\\d{2}[A-Z9]{2}[A-Z0-9]{3}", ALWAYS),
  id("United States EIN", 0, [2], "\\d{2}-\\d{7}", ALWAYS, /\bein\b|employer identification|tax id/i),
  id("United States NPI", 0, [4, 10], "[12]\\d{3}[ -]?\\d{3}[ -]?\\d{3}", checks.usNpi, /\bnpi\b|provider/i),
  id("United States routing number", 0, [4, 9], "\\d{4}-?\\d{4}-?\\d", checks.usRouting, /routing|\baba\b|\brtn\b/i),
  id("Uruguay cédula", 0, [1], "\\d\\.\\d{3}\\.\\d{3}-\\d", checks.uruguayCedula),
  id("Vietnam tax code", 0, [10], "0\\d{9}(?:-\\d{3})?", checks.vietnamTax, /mst\b|mã số thuế|vietnam/i),
  id(
    "South Africa identity number",
    0,
    [13, 6],
    "\\d{6} ?\\d{4} ?\\d{3}",
    checks.southAfrica,
    /\brsa\b|south africa|\bid\b|identity/i,
  ),
  id(
    "European VAT",
    2,
    [8, 9, 10, 11, 12],
    "(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)U?\\d{8,12}(?:B\\d{2})?",
    ALWAYS,
    /\bvat\b|ust|umsatzsteuer|\btva\b|\biva\b|\bbtw\b|moms|tax/i,
  ),
  id("Germany VAT", 2, [9], "DE\\d{9}", ALWAYS),
  id("Legal entity identifier", 0, [4, 5, 6, 18, 20], "[0-9A-Z]{4}00[0-9A-Z]{12}\\d{2}", passesMod97),
  id("IMEI", 0, [15, 2, 6], "\\d{2}[ -]?\\d{6}[ -]?\\d{6}[ -]?\\d", passesLuhn, /\bimei\b/i),
  id("ISIN", 2, [10, 9, 1, 2, 3, 4, 5, 6, 7, 8], "[A-Z]{2}[A-Z0-9]{9}\\d", checks.isin, /\bisin\b|wertpapier|securit/i),
];

const DASHES = /[^A-Za-z0-9]/g;
const REACH_BEFORE = 56;
const REACH_AFTER = 36;

/** By letters before the digits, then by digits in the first group: what may begin at a trigger. */
const byStart: readonly (readonly (readonly NationalId[])[])[] = Array.from({ length: 7 }, (_, letters) =>
  Array.from({ length: 32 }, (__, group) =>
    nationalIds.filter((kind) => kind.letters === letters && kind.group.includes(group)),
  ),
);

/** Every word that any kind asks for, read in one pass. */
const contextWords = new ContextWords(
  new RegExp(nationalIds.flatMap((kind) => (kind.words === undefined ? [] : [kind.words.source])).join("|"), "gi"),
);

function findNationalId(text: string, start: number, end: number): Span | undefined {
  let from = start;
  while (from > start - 7 && isLetter(text.charCodeAt(from - 1))) from--;
  const letters = start - from;
  if (letters === 0 && end - start < 7 && !goesOn(text, end)) return undefined;
  const before = text.charCodeAt(from - 1);
  if (
    letters > 6 ||
    isAlphanumeric(before) ||
    before === 95 ||
    before === 46 ||
    before === 47 ||
    before === 45 ||
    before === 43
  )
    return undefined;
  const kinds = byStart[letters]![Math.min(31, end - start)]!;
  for (const kind of kinds) {
    const match = matchAt(kind.form, text, from);
    if (match === undefined) continue;
    const to = from + match[0].length;
    if (!kind.valid(match[0].replace(DASHES, "").toUpperCase())) continue;
    if (
      kind.words === undefined ||
      (kind.checked && isWholeText(text, from, to)) ||
      hasWord(kind.words, text, from, to)
    )
      return { start: from, end: to };
  }
  return undefined;
}

/** Whether a digit or a letter follows, at once or behind one sign: a short group alone is no number of a person. */
function goesOn(text: string, end: number): boolean {
  if (isAlphanumeric(text.charCodeAt(end)) || text[end] === "+") return true;
  const next = text.charCodeAt(end + 1);
  return text[end] === "-" ? isAlphanumeric(next) : next >= 48 && next <= 57;
}

function hasWord(words: RegExp, text: string, start: number, end: number): boolean {
  for (const word of contextWords.near(text, start, REACH_BEFORE, end, REACH_AFTER)) if (words.test(word)) return true;
  return false;
}

/** Whether a number is all that a text holds: then it was asked about as what it is. */
function isWholeText(text: string, start: number, end: number): boolean {
  return text.length < 80 && text.slice(0, start).trim() === "" && /^[\s.,;!?]*$/.test(text.slice(end));
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** Identity numbers of states and of money, by form, checksum and the words beside them. */
export const nationalIdRules: readonly Rule[] = [
  {
    id: "PRIVACY_040",
    description: "a national identity number",
    severity: "high",
    action: "keep-local",
    kind: "ID_NUMBER",
    redactable: true,
    detections: [{ on: "digits", find: findNationalId, begin: contextWords.begin }],
  },
];
