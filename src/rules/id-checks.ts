import { modulo97, passesLuhn, weightedSum } from "./checksums.js";

/** Digits as numbers; letters from 10 on, as ISO 7064 and ISO 13616 count them. */
function characterValue(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code <= 57 ? code - 48 : code - 55;
}

/** Whether a day and month can be those of a birth; the year is any. */
export function isDate(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
}

/** ISO 7064 MOD 11,10 over digits, the check digit last: German tax ids, Croatian OIB. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    let sum = (characterValue(digits, index) + product) % 10;
    if (sum === 0) sum = 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === characterValue(digits, digits.length - 1);
}

/** ISO 7064 MOD 11-2, the check character (a digit or X) last: Chinese identity cards. */
export function passesMod11And2(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < text.length - 1; index++) sum = ((sum + characterValue(text, index)) * 2) % 11;
  const check = (12 - sum) % 11;
  return text.at(-1) === (check === 10 ? "X" : String(check));
}

/** ISO 7064 MOD 97-10 with the check at the end: legal entity identifiers. */
export function passesMod97(text: string): boolean {
  return modulo97(text) === 1;
}

/** Last digit is (11 - sum % 11), with 10 and 11 read as the country reads them. */
function mod11(digits: string, weights: readonly number[], ten: number, eleven = 0): boolean {
  const rest = 11 - (weightedSum(digits, weights) % 11);
  return (rest === 10 ? ten : rest === 11 ? eleven : rest) === Number(digits[weights.length]);
}

const SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE";

/** The published checks of identity numbers, over their letters and digits alone, in upper case. */
export const checks = {
  luhn: (id: string): boolean => passesLuhn(id),
  argentinaCuit: (id: string): boolean => mod11(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 9),
  argentinaCbu: (id: string): boolean =>
    (10 - (weightedSum(id, [7, 1, 3, 9, 7, 1, 3]) % 10)) % 10 === Number(id[7]) &&
    (10 - (weightedSum(id.slice(8), [3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3]) % 10)) % 10 === Number(id[21]),
  austriaSocial: (id: string): boolean =>
    weightedSum(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(id[3]) && isDate(id.slice(6, 8), id.slice(4, 6)),
  australiaBusiness: (id: string): boolean =>
    weightedSum(String(Number(id[0]) - 1) + id.slice(1), [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0,
  australiaCompany: (id: string): boolean =>
    (10 - (weightedSum(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(id[8]),
  australiaTaxFile: (id: string): boolean => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  australiaMedicare: (id: string): boolean => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
  belgiumNational: (id: string): boolean => {
    const check = Number(id.slice(9));
    const body = id.slice(0, 9);
    return 97 - (Number(body) % 97) === check || 97 - (Number(`2${body}`) % 97) === check;
  },
  belgiumCompany: (id: string): boolean => 97 - (Number(id.slice(0, 8)) % 97) === Number(id.slice(8)),
  bulgariaEgn: (id: string): boolean =>
    (weightedSum(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(id[9]) &&
    isDate(String(Number(id.slice(2, 4)) % 20), id.slice(4, 6)),
  brazilCpf: (id: string): boolean => {
    const first = ((weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
    const second = ((weightedSum(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
    return first === Number(id[9]) && second === Number(id[10]) && !/^(\d)\1+$/.test(id);
  },
  brazilCnpj: (id: string): boolean => {
    const digit = (weights: readonly number[]): number => {
      const rest = weightedSum(id, weights) % 11;
      return rest < 2 ? 0 : 11 - rest;
    };
    return (
      digit([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(id[12]) &&
      digit([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(id[13]) &&
      !/^(\d)\1+$/.test(id)
    );
  },
  swissSocial: (id: string): boolean =>
    (10 - (weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(id[12]),
  swissUid: (id: string): boolean => {
    const rest = (11 - (weightedSum(id.replace(/\D/g, ""), [5, 4, 3, 2, 7, 6, 5, 4]) % 11)) % 11;
    return rest === Number(id.replace(/\D/g, "")[8]);
  },
  chileRut: (id: string): boolean => {
    let sum = 0;
    for (let index = id.length - 2, weight = 2; index >= 0; index--, weight = weight === 7 ? 2 : weight + 1)
      sum += Number(id[index]) * weight;
    const rest = 11 - (sum % 11);
    return (rest === 11 ? "0" : rest === 10 ? "K" : String(rest)) === id.at(-1);
  },
  chinaIdentity: (id: string): boolean => isDate(id.slice(10, 12), id.slice(12, 14)) && passesMod11And2(id),
  colombiaNit: (id: string): boolean => {
    const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let sum = 0;
    for (let index = id.length - 2, place = 0; index >= 0; index--, place++) sum += Number(id[index]) * weights[place]!;
    return "01987654321"[sum % 11] === id.at(-1);
  },
  czechBirth: (id: string): boolean => {
    const month = Number(id.slice(2, 4));
    const plain = month > 70 ? month - 70 : month > 50 ? month - 50 : month > 20 ? month - 20 : month;
    if (!isDate(String(plain), id.slice(4, 6))) return false;
    if (id.length === 9) return true;
    return (Number(id.slice(0, 9)) % 11) % 10 === Number(id[9]);
  },
  danishCpr: (id: string): boolean => isDate(id.slice(2, 4), id.slice(0, 2)),
  dominicanCedula: (id: string): boolean => passesLuhn(id),
  ecuadorCedula: (id: string): boolean => {
    const province = Number(id.slice(0, 2));
    return (province >= 1 && province <= 24) || province === 30 ? passesLuhn(id) : false;
  },
  estoniaPersonal: (id: string): boolean => {
    if (!isDate(id.slice(3, 5), id.slice(5, 7))) return false;
    let rest = weightedSum(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    if (rest === 10) rest = weightedSum(id, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    return rest % 10 === Number(id[10]);
  },
  spainDni: (id: string): boolean => SPANISH[Number(id.slice(0, 8)) % 23] === id[8],
  spainNie: (id: string): boolean => SPANISH[Number("XYZ".indexOf(id[0]!) + id.slice(1, 8)) % 23] === id[8],
  spainCif: (id: string): boolean => {
    let sum = 0;
    for (let index = 1; index < 8; index++) {
      const digit = Number(id[index]);
      sum += index % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    }
    const check = (10 - (sum % 10)) % 10;
    return id[8] === String(check) || id[8] === "JABCDEFGHI"[check];
  },
  spainSocial: (id: string): boolean => {
    const body = id.slice(0, 10);
    const number = body[2] === "0" ? Number(body.slice(0, 2) + body.slice(3)) : Number(body);
    return number % 97 === Number(id.slice(10));
  },
  finlandHetu: (id: string): boolean =>
    isDate(id.slice(2, 4), id.slice(0, 2)) &&
    "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(id.slice(0, 6) + id.slice(-4, -1)) % 31] === id.at(-1),
  franceNir: (id: string): boolean => {
    const body = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
    return 97 - (Number(body) % 97) === Number(id.slice(13));
  },
  franceNif: (id: string): boolean => Number(id.slice(0, 10)) % 511 === Number(id.slice(10)),
  ukNhs: (id: string): boolean => {
    const rest = (11 - (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return rest === Number(id[9]);
  },
  ukUtr: (id: string): boolean => "21987654321"[weightedSum(id.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] === id[0],
  greeceAmka: (id: string): boolean => isDate(id.slice(2, 4), id.slice(0, 2)) && passesLuhn(id),
  greeceAfm: (id: string): boolean => {
    let sum = 0;
    for (let index = 0; index < 8; index++) sum = sum * 2 + Number(id[index]);
    return ((sum * 2) % 11) % 10 === Number(id[8]);
  },
  hongKong: (id: string): boolean => {
    const padded = id.length === 8 ? ` ${id}` : id;
    let sum = 0;
    for (let index = 0; index < 8; index++)
      sum += (padded[index] === " " ? 36 : characterValue(padded, index)) * (9 - index);
    const check = padded[8] === "A" ? 10 : Number(padded[8]);
    return (sum + check) % 11 === 0;
  },
  hungaryTax: (id: string): boolean => (10 - (weightedSum(id, [9, 7, 3, 1, 9, 7, 3]) % 10)) % 10 === Number(id[7]),
  irelandPps: (id: string): boolean => {
    const extra = id[8] === undefined || id[8] === "W" ? 0 : (id.charCodeAt(8) - 64) * 9;
    const sum = weightedSum(id, [8, 7, 6, 5, 4, 3, 2]) + extra;
    return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] === id[7];
  },
  icelandKennitala: (id: string): boolean =>
    (11 - (weightedSum(id, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[8]) && /[089]/.test(id[9]!),
  italyVat: (id: string): boolean => passesLuhn(id),
  japanMyNumber: (id: string): boolean => {
    const rest = weightedSum(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest <= 1 ? 0 : 11 - rest) === Number(id[11]);
  },
  japanCompany: (id: string): boolean =>
    9 - (weightedSum(id.slice(1), [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) % 9) === Number(id[0]),
  koreaResident: (id: string): boolean => isDate(id.slice(2, 4), id.slice(4, 6)),
  koreaBusiness: (id: string): boolean => {
    const sum =
      weightedSum(id, [1, 3, 7, 1, 3, 7, 1, 3]) + Math.floor((Number(id[8]) * 5) / 10) + ((Number(id[8]) * 5) % 10);
    return (10 - (sum % 10)) % 10 === Number(id[9]);
  },
  latviaPersonal: (id: string): boolean =>
    ((1 + weightedSum(id, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === Number(id[10]),
  mexicoCurp: (id: string): boolean => {
    let sum = 0;
    const alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ".replace("&", "Ñ");
    for (let index = 0; index < 17; index++) sum += alphabet.indexOf(id[index]!) * (18 - index);
    return (10 - (sum % 10)) % 10 === Number(id[17]) && isDate(id.slice(6, 8), id.slice(8, 10));
  },
  mexicoClabe: (id: string): boolean =>
    (10 -
      ([3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7].reduce(
        (sum, weight, index) => sum + ((Number(id[index]) * weight) % 10),
        0,
      ) %
        10)) %
      10 ===
    Number(id[17]),
  malaysiaNric: (id: string): boolean => isDate(id.slice(2, 4), id.slice(4, 6)),
  netherlandsBsn: (id: string): boolean =>
    (weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) - Number(id[8])) % 11 === 0 && id !== "000000000",
  norwayPersonal: (id: string): boolean => {
    const first = (11 - (weightedSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
    const second = (11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return (
      first === Number(id[9]) &&
      second === Number(id[10]) &&
      isDate(String(Number(id.slice(2, 4)) % 40), String(Number(id.slice(0, 2)) % 40))
    );
  },
  norwayAccount: (id: string): boolean =>
    (11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[10]),
  norwayCompany: (id: string): boolean =>
    (11 - (weightedSum(id, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[8]),
  newZealandIrd: (id: string): boolean => {
    const padded = id.padStart(9, "0");
    let rest = weightedSum(padded, [3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    if (rest === 0) return padded[8] === "0";
    if (11 - rest !== 10) return 11 - rest === Number(padded[8]);
    rest = weightedSum(padded, [7, 4, 3, 2, 5, 2, 7, 6]) % 11;
    return (rest === 0 ? 0 : 11 - rest) === Number(padded[8]);
  },
  peruRuc: (id: string): boolean =>
    (11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[10]),
  polandPesel: (id: string): boolean =>
    (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(id[10]) &&
    isDate(String(Number(id.slice(2, 4)) % 20), id.slice(4, 6)),
  polandNip: (id: string): boolean => weightedSum(id, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(id[9]),
  polandRegon: (id: string): boolean => (weightedSum(id, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === Number(id[8]),
  portugalNif: (id: string): boolean => {
    const rest = 11 - (weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return (rest > 9 ? 0 : rest) === Number(id[8]);
  },
  romaniaCnp: (id: string): boolean => {
    const rest = weightedSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return (rest === 10 ? 1 : rest) === Number(id[12]) && isDate(id.slice(3, 5), id.slice(5, 7));
  },
  yugoslavJmbg: (id: string): boolean => {
    const rest = 11 - (weightedSum(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
    return (rest > 9 ? 0 : rest) === Number(id[12]) && isDate(id.slice(2, 4), id.slice(0, 2));
  },
  serbiaPib: (id: string): boolean => passesMod11And10(id),
  russiaInnPerson: (id: string): boolean => {
    const first = (weightedSum(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    const second = (weightedSum(id, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    return first === Number(id[10]) && second === Number(id[11]);
  },
  russiaInnCompany: (id: string): boolean =>
    (weightedSum(id, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(id[9]),
  russiaSnils: (id: string): boolean =>
    (weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(id.slice(9)),
  swedenPersonal: (id: string): boolean => passesLuhn(id.slice(-10)),
  swedenBirthday: (id: string): boolean =>
    passesLuhn(id.slice(-10)) && isDate(id.slice(-8, -6), String(Number(id.slice(-6, -4)) % 60)),
  singaporeNric: (id: string): boolean => {
    const sum =
      weightedSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (id[0] === "T" || id[0] === "G" ? 4 : id[0] === "M" ? 3 : 0);
    const letters = id[0] === "S" || id[0] === "T" ? "JZIHGFEDCBA" : id[0] === "M" ? "KLJNPQRTUWX" : "XWUTRQPNMLK";
    return letters[id[0] === "M" ? 10 - (sum % 11) : sum % 11] === id[8];
  },
  sloveniaTax: (id: string): boolean => {
    const rest = 11 - (weightedSum(id, [8, 7, 6, 5, 4, 3, 2]) % 11);
    return (rest === 10 ? 0 : rest === 11 ? -1 : rest) === Number(id[7]);
  },
  thailand: (id: string): boolean =>
    (11 - (weightedSum(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
  turkeyTckn: (id: string): boolean => {
    const odd = weightedSum(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
    const even = weightedSum(id, [0, 1, 0, 1, 0, 1, 0, 1, 0]);
    const tenth = (((odd * 7 - even) % 10) + 10) % 10;
    return tenth === Number(id[9]) && (odd + even + tenth) % 10 === Number(id[10]);
  },
  turkeyVkn: (id: string): boolean => {
    let sum = 0;
    for (let index = 0; index < 9; index++) {
      const shifted = (Number(id[index]) + 9 - index) % 10;
      if (shifted !== 0) sum += (shifted * 2 ** (9 - index)) % 9 || 9;
    }
    return (10 - (sum % 10)) % 10 === Number(id[9]);
  },
  taiwanNational: (id: string): boolean => {
    const place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(id[0]!) + 10;
    const sum = Math.floor(place / 10) + (place % 10) * 9 + weightedSum(id.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
    return sum % 10 === 0;
  },
  ukraineTax: (id: string): boolean => {
    const sum = weightedSum(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]);
    return (((sum % 11) + 11) % 11) % 10 === Number(id[9]);
  },
  usNpi: (id: string): boolean => passesLuhn(`80840${id}`),
  usRouting: (id: string): boolean =>
    weightedSum(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 &&
    /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(id),
  uruguayCedula: (id: string): boolean => {
    const padded = id.padStart(8, "0");
    return (10 - (weightedSum(padded, [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10 === Number(padded[7]);
  },
  vietnamTax: (id: string): boolean => 10 - (weightedSum(id, [31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11) === Number(id[9]),
  southAfrica: (id: string): boolean =>
    isDate(id.slice(2, 4), id.slice(4, 6)) && /[01]/.test(id[10]!) && passesLuhn(id),
  isin: (id: string): boolean => passesLuhn([...id].map((_, index) => String(characterValue(id, index))).join("")),
  vehicle: (id: string): boolean => {
    let sum = 0;
    const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    for (let index = 0; index < 17; index++) {
      const code = id.charCodeAt(index);
      const value = code <= 57 ? code - 48 : Number("12345678012345070923456789"[code - 65]);
      sum += value * weights[index]!;
    }
    return (sum % 11 === 10 ? "X" : String(sum % 11)) === id[8];
  },
  italianFiscal: (id: string): boolean => {
    const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let sum = 0;
    for (let place = 0; place < 15; place++) {
      const code = id.charCodeAt(place);
      const value = code <= 57 ? code - 48 : code - 65;
      sum += place % 2 === 0 ? odd[value]! : value;
    }
    return String.fromCharCode(65 + (sum % 26)) === id[15];
  },
  gstin: (id: string): boolean => {
    let sum = 0;
    for (let index = 0; index < 14; index++) {
      const product = characterValue(id, index) * (index % 2 === 0 ? 1 : 2);
      sum += Math.floor(product / 36) + (product % 36);
    }
    const check = (36 - (sum % 36)) % 36;
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[check] === id[14];
  },
  germanSocial: (id: string): boolean => {
    const digits = id.slice(0, 8) + String(id.charCodeAt(8) - 64).padStart(2, "0") + id.slice(9, 11);
    let sum = 0;
    [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].forEach((weight, index) => {
      const product = Number(digits[index]) * weight;
      sum += Math.floor(product / 10) + (product % 10);
    });
    return sum % 10 === Number(id[11]) && isDate(id.slice(4, 6), String(Number(id.slice(2, 4)) % 50));
  },
  germanHealth: (id: string): boolean => {
    const digits = String(id.charCodeAt(0) - 64).padStart(2, "0") + id.slice(1);
    return luhnFromLeft(digits.slice(0, 10)) === Number(id[9]);
  },
  germanCard: (id: string): boolean => {
    let sum = 0;
    for (let index = 0; index < 9; index++) sum += characterValue(id, index) * [7, 3, 1][index % 3]!;
    return sum % 10 === Number(id[9]);
  },
  indonesiaTax: (id: string): boolean => passesLuhn(id.slice(0, 9)),
} as const;

/** Sum of digits times 1, 2, 1, 2 …, cross sums for two digits, modulo 10: German health insurance numbers. */
function luhnFromLeft(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const product = Number(digits[index]) * (index % 2 === 0 ? 1 : 2);
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10;
}
