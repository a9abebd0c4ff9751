// Runs benchmarks: node tools/run-bench.mjs [--help] [--json] [NAME...]
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values, positionals } = parseArgs({
  options: { help: { type: "boolean" }, json: { type: "boolean" } },
  allowPositionals: true,
});
if (values.help) {
  console.log(`Usage: npm run bench [-- NAME...] [-- --json]

Bundles bench/NAME.bench.ts (default: all), runs each in a process of its own, and prints its figures with their targets.
Fails when a figure misses its target. --json prints { date, machine, figures, missed } instead of the table.`);
  process.exit(0);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const known = readdirSync(join(root, "bench")).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
const names = positionals.length > 0 ? positionals : known;
for (const name of names)
  if (!known.includes(name))
    throw new RangeError(`Cannot run benchmark "${name}": expected one of ${known.join(", ")}`);

// Inside node_modules, so that packages left out of the bundle are found and no other tool looks at it.
const directory = join(root, "node_modules", ".cache", `bench-${process.pid}`);
mkdirSync(directory, { recursive: true });
const figures = [];
let machine;
let failed = false;
try {
  for (const name of names) {
    const outfile = join(directory, `${name}.mjs`);
    await build({
      stdin: {
        contents: `import { run } from "./${name}.bench.ts"; import { main } from "./harness.ts"; await main(run);`,
        resolveDir: join(root, "bench"),
      },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "warning",
    });
    if (!values.json) console.log(`${name} ...`);
    const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", outfile], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 64 * 2 ** 20,
    });
    if (status !== 0) {
      console.error(`benchmark ${name} failed with exit code ${status}`);
      failed = true;
      continue;
    }
    const result = JSON.parse(stdout.trim().split("\n").at(-1));
    machine = result.machine;
    figures.push(...result.figures);
  }
} finally {
  rmSync(directory, { recursive: true });
}

const missed = figures.filter(({ value, target }) => !reaches(value, target)).map(({ name }) => name);
const date = new Date().toISOString().slice(0, 10);
if (values.json) {
  const flat = Object.fromEntries(figures.map(({ name, value }) => [name, value]));
  console.log(JSON.stringify({ date, machine, figures: flat, missed }, null, 2));
} else {
  printTable(figures);
  console.log(`${machine?.processor}, ${machine?.cores} cores, Node ${machine?.node}, ${machine?.platform}, ${date}`);
}
process.exitCode = failed || missed.length > 0 ? 1 : 0;

function reaches(value, target) {
  if (target === undefined) return true;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}

function printTable(all) {
  const rows = all.map(({ name, value, meaning, target }) => [
    name,
    rounded(value),
    target === undefined ? "" : "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`,
    target === undefined ? "" : reaches(value, target) ? "pass" : "MISSED",
    meaning,
  ]);
  const head = ["figure", "value", "target", "", "meaning"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
}

function rounded(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
