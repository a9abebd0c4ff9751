/** Luhn's check (ISO/IEC 7812-1 annex B) over a string of digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, doubled = false; index >= 0; index--, doubled = !doubled) {
    let digit = digits.charCodeAt(index) - 48;
    if (doubled) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** The remainder modulo 97 of an alphanumeric string, letters as 10 to 35 (ISO 7064 MOD 97-10). */
export function modulo97(text: string): number {
  let rest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 57) rest = (rest * 10 + code - 48) % 97;
    else rest = (rest * 100 + (code | 32) - 87) % 97;
  }
  return rest;
}

/** The sum of each digit times its weight; digits beyond the weights count nothing. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += (digits.charCodeAt(index) - 48) * weights[index]!;
  return sum;
}

/** Verhoeff's check (1969), as Aadhaar numbers use it. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    check = DIHEDRAL[check * 10 + PERMUTED[(place % 8) * 10 + digit]!]!;
  }
  return check === 0;
}

const DIHEDRAL = Array.from(
  "0123456789" +
    "1234067895" +
    "2340178956" +
    "3401289567" +
    "4012395678" +
    "5987604321" +
    "6598710432" +
    "7659821043" +
    "8765932104" +
    "9876543210",
  Number,
);
const PERMUTED = Array.from(
  "0123456789" + "1576283094" + "5803796142" + "8916043527" + "9453126870" + "4286573901" + "2793806415" + "7046913258",
  Number,
);
