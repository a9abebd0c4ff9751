import fc from "fast-check";
import { expect, test } from "vitest";
import { Pcm16Decoder } from "./audio-source.js";

test("bytes cut anywhere give the same samples", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.nat(7), { minLength: 60, maxLength: 60 }),
      (bytes, cuts) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const want = Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(2 * index, true) / 32768);
        const decoder = new Pcm16Decoder();
        const got: number[] = [];
        for (let at = 0, piece = 0; at < bytes.length; piece++) {
          const end = Math.min(bytes.length, at + cuts[piece % 60]! + (piece > 59 ? 1 : 0));
          got.push(...decoder.push(bytes.subarray(at, end)));
          at = end;
        }
        expect(got).toEqual(want);
        expect(decoder.isCut).toBe(bytes.length % 2 === 1);
      },
    ),
  );
});
