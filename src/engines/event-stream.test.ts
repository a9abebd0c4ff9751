import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EngineError } from "../core/errors.js";
import { EventStreamParser, type ServerEvent } from "./event-stream.js";

function parse(bytes: Uint8Array, cuts: readonly number[] = []): ServerEvent[] {
  const parser = new EventStreamParser();
  const events: ServerEvent[] = [];
  let start = 0;
  for (const cut of [...cuts.filter((at) => at <= bytes.length).sort((a, b) => a - b), bytes.length]) {
    events.push(...parser.push(bytes.subarray(start, cut)));
    start = cut;
  }
  return [...events, ...parser.end()];
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("an event stream", () => {
  test("gives data, joins its lines, and takes the event's name", () => {
    const text = ": hello\n\ndata: one\n\nevent: delta\ndata:two\ndata:  three\nid: 7\nretry: 10\n\ndata\n\n";
    expect(parse(bytesOf(text))).toEqual([
      { event: "message", data: "one" },
      { event: "delta", data: "two\n three" },
      { event: "message", data: "" },
    ]);
  });

  test("may lack its last line break", () => {
    expect(parse(bytesOf("data: a\n\ndata: [DONE]"))).toEqual([
      { event: "message", data: "a" },
      { event: "message", data: "[DONE]" },
    ]);
  });

  test("drops a byte order mark and events without data", () => {
    expect(parse(bytesOf("\uFEFFevent: x\n\ndata: a\n\n"))).toEqual([{ event: "message", data: "a" }]);
  });

  test("reads the same wherever its bytes are cut and whatever its line breaks are", () => {
    const line = fc.stringMatching(/^[a-z:é😀 {}"]{0,12}$/u);
    fc.assert(
      fc.property(
        fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.array(fc.nat(200)),
        (events, lineBreak, cuts) => {
          const text = events
            .map((lines) => lines.map((data) => `data: ${data}${lineBreak}`).join("") + lineBreak)
            .join("");
          expect(parse(bytesOf(text), cuts)).toEqual(
            events.map((lines) => ({ event: "message", data: lines.join("\n") })),
          );
        },
      ),
    );
  });

  test("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (bytes, cuts) => void parse(bytes, cuts)),
    );
  });

  test.each(["data: aaaaaaaaaaaaaaaa", "data: aaaaaa\ndata: aaaaaa\n"])(
    "refuses an event beyond its cap: %j",
    (text) => {
      const parser = new EventStreamParser({ maxEventLength: 16 });
      expect(() => parser.push(bytesOf(text))).toThrow(EngineError);
    },
  );

  test("has a cap for each event, not for the stream", () => {
    const parser = new EventStreamParser({ maxEventLength: 16 });
    for (let turn = 0; turn < 100; turn++) expect(parser.push(bytesOf("data: aaaa\n\n"))).toHaveLength(1);
  });

  test("returns an event that was sent again with the same id once, unless ids do not tell events apart", () => {
    const read = (text: string): string[] => {
      const parser = new EventStreamParser();
      return [...parser.push(new TextEncoder().encode(text)), ...parser.end()].map(({ data }) => data);
    };
    expect(read("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 1\ndata: a\n\ndata: a\n\n")).toEqual(["a", "b", "a"]);
    expect(read("id: x\ndata: a\n\nid: x\ndata: b\n\nid: x\ndata: b\n\n")).toEqual(["a", "b", "b"]);
  });
});
