import { expect, test } from "vitest";
import { modulo97, passesLuhn, passesVerhoeff } from "./checksums.js";

test("Luhn's check accepts the networks' test numbers and refuses a changed digit", () => {
  for (const number of ["4111111111111111", "378282246310005", "79927398713"]) {
    expect(passesLuhn(number)).toBe(true);
    expect(passesLuhn(number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10))).toBe(false);
  }
  expect(passesLuhn("")).toBe(false);
});

test("an IBAN's remainder modulo 97 is one", () => {
  // The example of the SWIFT registry for Great Britain.
  expect(modulo97("NWBK60161331926819GB29")).toBe(1);
  expect(modulo97("NWBK60161331926818GB29")).not.toBe(1);
});

test("Verhoeff's check accepts 2363 and notices a swap", () => {
  expect(passesVerhoeff("2363")).toBe(true);
  expect(passesVerhoeff("3263")).toBe(false);
});
