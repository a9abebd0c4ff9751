import { base64Value } from "./characters.js";

const BITS = 20_480;
const HASHES = 6;
/**
 * Bloom filter of the 2048 English words of BIP-39 (github.com/bitcoin/bips, bip-0039/english.txt), made by
 * tools/make-word-filter.mjs. It takes one other word in a hundred for one of them; twelve in a row it does not.
 */
const FILTER =
  "wrC+vuQrrZIJLDHyMSccQ5lC4yEsCBK5w5Y1FEqHoI35hd70edRIKgnomcyAwwm6UACiKmln6nb8E9aUORy4h3muCwJPZnrUShtU6SGQSeLpyL2YnjIOG+KMT1AY79QHTRMJSYtUKSwHBBN4NCgE5ysSFwmCNaJCTCOG/bKpGa0YSwITH8VTKSUrFHCmNLceHalJFtuDDGwaOsrRoptZFAwkQY9i9UXaZxdjUxbUOVTkXhOk3CzftzgaIcjS4YuGQOzYqHNPD8mAUtrMDLKLIs0cGOBA1YI4hjQBsYRMP1wKPAH/YDcJLbnoBxBuPVpkbxYICW2/bXID0N5pwIB34gRXosZxilR4KtFsC58GzNrgzeT5DA5KwptBMuzKstVUNM3C2eX8nwUt5oy9k6SeEogyUjLWS3PdNqNFO06AmCwac80o4qQAVQSHONllbt99gqMmMvdSVAi38NaSt1Go7QCgY1wIWYaMcNIGK3+UnUQQlD58DG5xcBRAneCAQCuImCbB6FU9UxH7uuCoD4IDbYQyiaebXQD8zKifgPCDya+k75hcoUjtvjmZKPlUEimkjbGmtTRbEaW4coGyETZtIaBUWZAQfHCGFdw726O9fEyRHIAHOIqpMBCs4Oidpn3/KTkUnyWzOVApUkZ4hvMUuGYURo7gJLFsvObwWQkbgAJVAlhwFb1yCbFRojtDD8LJVzeD5CnqSPkrJmY2OChVXIJk0LO4CgD1mRMjsclSb3BQFhPtOejs9KKhCWI9gXQKs/HRA+Z35Kx5Ly0YTawvfbCRAW8KSjhD00UmHUDcSmH8gHo1hmTYa16Cd1Y024axBDKEXxkYPZSC364gkbkRay7MKzszn59/IOXqLiZJlI7R+OlS9OIH22qsqimp1WinHg7BTLpZQYnZ9vBFuFwH4qFb2q0YB2IBK+tbAHi+hf8yEnIwVKNGNWJgvBxcEErgGYiMVKhNWodntizgPqEZGxHJoxNL0FhIYAg++gazBrP1PDhoDo3G7IvdMnhKSpMIhgVqerf6dBzQ3AeQby0kf9RXA5WwinRGGfKnCSBbMcpZRAQAsdeQKeaz720bB2N9j80GhbtPVKg4HGmDJt4QcqwRIRRbNNIvuFKQXbYncshOd5a4rREZghMwRbUGQKSDiAsROkrP+gynOArxu0FT+A4W6TKhhjWT3GD1VA+gSf2EjPpiF8WVWGnCEt9Cp4HOrVJMS4oQmxm7ihAAk30Av2UYKT3MGvdQlIfKpkwjFlAtRS5ZailvPjV+bNUoaBrYql1qagNsOjdjBZdjvyhDyAxxCnawCbaod+SQkvdhGXcOB+mJIi7kHyAMMFtzbZK/yvLmduUWBKpjM9PmSNrmu41qqOTeX4OQopGSQwLmQKexqjs44/AC2lJRyFoqnsGhapFqTKsICKy1ShA9gFdJerfmMoheAul0RIjLEzQEapasMQwu64JY2kNRgkQlNBFKDc/CPvQi5INHcmwF5jhe3CMMw/kXA/HRLTh2WOhYk6Vp9ES1MwjWPUlwMlZxoMMmdOO5DK6q6VrZcwilHCZrmNRUTAGRZT8R6EeQdAmUQJSLyzGIHnUED2gAX3dPG8hTBN3gvioNKftC3c/AnHGPQG2SePGcblIkky/rHTYf0RFfEnBRAsboDYXbVA4e6IlcvdxIYSgs6A+MotnagOr49CWCGgI4AuscAAKYP9MO/4AAMA2DFaXVuDpiPNBb0BGpDuIsyg1G9lPg1URMk9RQcYUG1qCWr8YACSM8wtkgcIoH6Rnh+YsIyJFkJeFIxyn0TVS+k8Au5X4TSlgG3/jKOtbu7JKcIzoTSK8WiQYPX25qUQ9Vi5MAdAxokFlMHw2aUJkHp5a7UEBWWauAMscIOIKOOkErAmMEMQCZuNBg0+hEB2xIITAxt+FKHYdkE0BQHBlsRnzAfL6NCKIEBFfXovp4nevd6kNr1RPQskQ9HKiguhj/4RQ/Ay47Hog1loFNjbROb+E0TdnIhNjR5ujewNYj7flFcxoAjuBlWYI+OCEfeEBVLqBmEKwmIG8050NwE1wJdBGOcrG7svi4MsowoeopikFLB0iG4oRDEwQCEM2yO1ljJbiRrGGcAYQcSs+T0tVx4KwR0KpKOdVcKMdWMCC9PBiQg2/8w4WSYwgjOtxZ8xazFOAZHQF1Qp4XZr4FpzfpDhhF6LDZdAAbFbCi3ZocZIwABMRKMF5faWBuszxIVGh1ZFUrQBaMuGZGJLrSifEG9gEbMAfKt1FMHTuLiYHxBbAUlJuhZEU83w94JACdGkaP7VEikSF4QlOAE9BnABgRYBCmok4dYRtLUE+NqUpECMOCXpSsYt2OaqpktlKLwHaRkJ+vCHppZ1tRZahokWAqJQf4WwA+jE2ObAeToG4i3WAUIYA2lAd7J1LU5nG/WLocgzsKovBsmyn6JBRT07BEmlG+zSG+dmY7HvU2NTiV63O0PxxKD4xtAKxJyjom0xSwtIIHjPYI1EyvdSDs4HgDPP7xv4CVQjHzQgucAqvRTiBCJkBFnCdWTEpj6CxMitDQX7M6wiCqIpNuwlMQqUKLSgw77JPOs6dAYtKhjFiRkxjkUVXvm1JnQ6J06GErD9QPbCvUJXGvvTNLmpLMKLcEMQvIxnFwwCeLVqP4EXNpIWx11KRi6RxXpC9hlRwhLI935+RmtbUgpc5jjSfP5Ixb3FAGggRzGnsQjAT1jEuh2NRD5iVaoYADsPgQkwJAFLjucqvLuSaDtfHMki+81wuUIMBVtSBMhzmOBACRlDUpClGB40kDdYiLHS2R0tEOiZ0gUIJDVuG+Q2WQR4ox4PpQp0RKACkDIkIp+JD79xqC7+U4SENs7eHMokhSJeQmjWcJ7zQCMtz6Dh9HCNIxh05o9QeF9QV66QEDnRwG7tTAdtzAFi9PI3Ras5gIPcBe23hnbMw8hUpYtvjDJ98fGEtAD/dWIRJVH9t5ZfdkBUdD4N2SMi8ZWAwM/IxggD7YRpxRhMSDnCPi7pnBDaNjKblInMRV0sJv6VOG/1Cg170BZvFQT9BEK1Oj9hmIAB557G8LkKs+8CYL/QvQCxwhk+JUTxFmIWAnx/ZTX7uSFcC/HNhJfUegOcMijvapEKv1AKdW0wFtOiHcOu4tsCZaYXeKATxvMUjSuiEJvnTaHsig+BXscQnLqSkGLCq5CcZAatchKOru9A92OSoaqVBxCiKcXUISMHjEEGrNDjKN7b41XMjRnQkUTAc0lVokg7MffMfRvnClcMcvpuL0qcdq4glTuIKTVPeDKilHfjqxc2r88kcnRtKewiouGAUdEtSAgtfa6OUhoHSkNhv5dSEa8LYPBI3a7aBIyoLfLtqsaC4J03YT7VhzXE/3N9GkSJs4U2Fej2B4c3iEpEiyBptsQ8ALbkCMDlnVPrtTJ1QY8Q==";

let filter: Uint8Array | undefined;

/** Whether a word of lower-case letters is one that wallets make recovery phrases of. */
export function isWalletWord(word: string): boolean {
  filter ??= decode(FILTER);
  let first = 0x811c9dc5;
  let second = 0;
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193);
    second = (Math.imul(second, 31) + code) | 0;
  }
  for (let round = 0; round < HASHES; round++) {
    const bit = ((first + Math.imul(round, second | 1)) >>> 0) % BITS;
    if ((filter[bit >> 3]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

function decode(text: string): Uint8Array {
  const bytes = new Uint8Array(BITS / 8);
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (let index = 0; index < text.length && length < bytes.length; index++) {
    buffer = ((buffer << 6) | base64Value(text.charCodeAt(index))) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (buffer >> bits) & 0xff;
  }
  return bytes;
}
