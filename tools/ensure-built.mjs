// Rebuilds dist when a source is newer than the last build; silent unless it fails. Usage: node tools/ensure-built.mjs [--help] [--force] [DIRECTORY]
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

if (process.argv.includes("--help")) {
  console.log(
    "Usage: node tools/ensure-built.mjs [--force] [DIRECTORY]\n\nCompiles src to dist when needed and bundles the command; removes outputs without source.",
  );
  process.exit(0);
}
const root =
  process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const stamp = join(dist, ".tsbuildinfo");

const sources = filesIn(join(root, "src")).filter((name) => /\.ts$/.test(name) && !/\.(test|contract)\.ts$/.test(name));
const outputs = filesIn(dist).filter((name) => !name.startsWith("bin/")); // the command, bundled of them
const known = new Set(sources.map((name) => name.slice(0, -".ts".length)));
for (const output of outputs) {
  const match = /^(.*?)\.(?:d\.ts|js)(?:\.map)?$/.exec(output);
  if (match !== null && !known.has(match[1])) rmSync(join(dist, output));
}
const missing = [...known].some((name) => !name.endsWith(".d") && !existsSync(join(dist, `${name}.js`)));
// The compiler trusts its notes and would not write a file again that someone deleted.
if (process.argv.includes("--force") || missing) rmSync(stamp, { force: true });
const command = join(dist, "cli", "main.js");
const bundled = join(dist, "bin", "mobile-ai.js");
const stale = isStale();
if (stale) build();
if (existsSync(command) && (stale || !existsSync(bundled))) {
  const { bundleCommand } = await import("./bundle-command.mjs");
  await bundleCommand(root);
}
if (existsSync(command) && (statSync(command).mode & 0o111) !== 0o111) chmodSync(command, 0o755);

function isStale() {
  if (!existsSync(stamp)) return true;
  const builtMs = statSync(stamp).mtimeMs;
  const configurations = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const inputs = [...configurations.map((name) => join(root, name)), ...sources.map((name) => join(root, "src", name))];
  return inputs.some((path) => statSync(path).mtimeMs > builtMs);
}

function build() {
  const startedMs = Date.now();
  const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    // Notes of a failed build would make the next run look up to date.
    rmSync(stamp, { force: true });
    process.exit(status ?? 1);
  }
  // As of the start: a source saved during the build counts as newer. The compiler leaves its notes alone when nothing changed.
  utimesSync(stamp, new Date(startedMs), new Date(startedMs));
}

function filesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true }).map((name) => name.split(sep).join("/"));
}
