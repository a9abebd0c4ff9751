import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hex, sha256 } from "./weights-file-hash.js";

test("the hash of abc is the one in FIPS 180-4", () => {
  expect(hex(sha256(Uint8Array.of(97, 98, 99)))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("every length around a block's edge, and chance bytes, hash as Node's crypto does", () => {
  const check = (bytes: Uint8Array): void => {
    expect(hex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
  };
  for (let length = 0; length < 200; length++) check(new Uint8Array(length).fill(length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), check), { numRuns: 50 });
});
