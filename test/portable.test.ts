import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};
/** The sources of the entry points that must run in browsers and in React Native. */
const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
  typeof target === "string" || entry.startsWith("./node/")
    ? []
    : [target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")],
);

/** No platform: a name of Node fails to resolve. What `unsupported` names is replaced by a helper that we can look for. */
async function bundle(entry: string, unsupported: readonly string[] = []): Promise<{ code: string; meta: Metafile }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "esm",
    target: "es2022",
    supported: Object.fromEntries(unsupported.map((feature) => [feature, false])),
    logLevel: "silent",
  });
  return { code: outputFiles[0]!.text, meta: metafile };
}

describe("every entry point that is not Node's", () => {
  test("is looked at", () => {
    expect(entries).toContain("src/index.ts");
    expect(entries).toContain("src/platform/react-native/device-status.ts");
  });

  test.each(entries)(
    "%s imports nothing of Node, and nothing at all at run time that is not bundled",
    async (entry) => {
      const { meta } = await bundle(entry);
      expect(Object.values(meta.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    },
  );

  test.each(entries)("%s has no asynchronous generator and no for await, which Hermes refuses", async (entry) => {
    const { code } = await bundle(entry, ["async-generator", "for-await"]);
    expect(code.match(/\b__(?:asyncGenerator|yieldStar|forAwait)\b/g)).toBeNull();
  });

  test.each(entries)("%s builds no code from text, which a content security policy refuses", async (entry) => {
    const { code } = await bundle(entry);
    expect(code.match(/\bnew Function\(|\beval\(/g)).toBeNull();
  });
});

test("the look for asynchronous generators and for await finds them", async () => {
  const source = "export async function* f(x) { for await (const y of x) yield y; }";
  const { outputFiles } = await build({
    stdin: { contents: source },
    write: false,
    supported: { "async-generator": false, "for-await": false },
  });
  expect(outputFiles[0]!.text).toMatch(/__asyncGenerator/);
  expect(outputFiles[0]!.text).toMatch(/__forAwait/);
});
