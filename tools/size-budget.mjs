// Compares the size of every entry point with its budget. Usage: node tools/size-budget.mjs [--help] [--json] [DIRECTORY]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

if (process.argv.includes("--help")) {
  console.log(`Usage: node tools/size-budget.mjs [--json] [DIRECTORY]

Bundles and minifies each entry point of package.json "exports" from dist, and compares its gzipped bytes with
tools/size-budget.json ("default" for an entry point without a line of its own). Optional peers are left out; for entry
points that only Node can run, dependencies too, since Node finds them on disk.`);
  process.exit(0);
}

const root =
  process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const budgets = JSON.parse(readFileSync(join(root, "tools", "size-budget.json"), "utf8"));
const peers = Object.keys(manifest.peerDependencies ?? {});
const rows = [];
for (const [entry, target] of Object.entries(entryPoints(manifest.exports))) {
  const file = join(root, target);
  if (!existsSync(file)) throw new Error(`Cannot measure ${entry}: ${target} is missing; run npm run build first`);
  const forNode = /^\.\/dist\/(platform\/node|cli)\//.test(target);
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: forNode ? "node" : "neutral",
    mainFields: ["module", "main"],
    external: peers.flatMap((name) => [name, `${name}/*`]),
    ...(forNode ? { packages: "external" } : {}),
    logLevel: "error",
  });
  const bundle = outputFiles[0].contents;
  const budget = budgets[entry] ?? budgets.default;
  rows.push({ entry, minifiedBytes: bundle.length, gzipBytes: gzipSync(bundle, { level: 9 }).length, budget });
}
const over = rows.filter(({ gzipBytes, budget }) => gzipBytes > budget);
if (process.argv.includes("--json")) console.log(JSON.stringify(rows, null, 2));
else {
  for (const { entry, minifiedBytes, gzipBytes, budget } of rows)
    console.log(
      `${entry.padEnd(24)} ${String(minifiedBytes).padStart(8)} B  gzip ${String(gzipBytes).padStart(7)} B of ${String(budget).padStart(7)}${gzipBytes > budget ? "  OVER" : ""}`,
    );
  console.log(`size: ${rows.length} entry points, ${over.length} over budget`);
}
process.exitCode = over.length === 0 ? 0 : 1;

/** Entry point -> JavaScript file, for those that are JavaScript. */
function entryPoints(exported) {
  const entries = typeof exported === "string" ? { ".": exported } : (exported ?? {});
  const found = {};
  for (const [entry, target] of Object.entries(entries)) {
    const file = typeof target === "string" ? target : (target?.import ?? target?.default);
    if (typeof file === "string" && file.endsWith(".js") && !entry.includes("*")) found[entry] = file;
  }
  return found;
}
