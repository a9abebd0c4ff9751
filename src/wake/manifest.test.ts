import { expect, test } from "vitest";
import { parseManifest, partOf, type Recording } from "./manifest.js";

const HEAD = "kind,word,speaker,source_repo,source_path,licence,file";

test("a manifest is read by the names of its columns, quotes and line ends of any kind", () => {
  expect(parseManifest(`${HEAD}\r\nkw,"smart, ""mirror""",P003,a/b,x.wav,Apache-2.0,keyword/x.flac\r\n\r\n`)).toEqual([
    {
      kind: "kw",
      word: 'smart, "mirror"',
      speaker: "P003",
      source: "a/b",
      licence: "Apache-2.0",
      file: "keyword/x.flac",
    },
  ]);
});

test("a line that cannot be used is named, and no path may leave the data set", () => {
  for (const line of [
    "kw,computer,P1",
    "song,x,P1,a,b,c,f.flac",
    "kw,x,P1,a,b,c,../f.flac",
    "kw,x,P1,a,b,c,/etc/passwd",
  ]) {
    expect(() => parseManifest(`${HEAD}\n${line}`)).toThrow("line 2");
  }
  expect(() => parseManifest("a,b\n")).toThrow('no column "kind"');
});

test("a speaker is wholly in one part, and about a quarter is kept for choosing", () => {
  const of = (speaker: string, word: string): Recording => ({
    kind: "kw",
    word,
    speaker,
    source: "",
    licence: "",
    file: word,
  });
  const parts = Array.from({ length: 1000 }, (_, index) => {
    const part = partOf(of(`S${index}`, "a"));
    expect(partOf(of(`S${index}`, "b"))).toBe(part);
    return part;
  });
  const dev = parts.filter((part) => part === "dev").length;
  expect(dev).toBeGreaterThan(200);
  expect(dev).toBeLessThan(300);
});
