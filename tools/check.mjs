// Every check of the project, in order, tests last. Usage: node tools/check.mjs [--help] [STEP...]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Biome colours its output even into a file, one escape sequence for each letter.
const colours = process.stdout.isTTY ? [] : ["--colors=off"];
const STEPS = {
  kernels: [["node", "tools/build-kernels.mjs", "--check"]],
  build: [["node", "tools/ensure-built.mjs", "--force"]],
  lint: [["biome", "ci", ...colours, "."]],
  layers: [["node", "tools/check-layers.mjs"]],
  types: [
    ["tsc", "-p", "tsconfig.json"],
    ["tsc", "-p", "tsconfig.portable.json"],
    ["tsc", "-p", "tsconfig.browser.json"],
  ],
  unused: [["knip", "--no-progress"]],
  package: [["node", "tools/check-package.mjs"]],
  size: [["node", "tools/size-budget.mjs"]],
  test: [["vitest", "run"]],
};

const wanted = process.argv.slice(2);
if (wanted.includes("--help")) {
  console.log(`Usage: npm test, or node tools/check.mjs [STEP...]

Steps: ${Object.keys(STEPS).join(", ")}. Without a step all of them run; a failing one does not keep the others
from running. The last line of the tests is "N passed, N failed".`);
  process.exit(0);
}
for (const name of wanted)
  if (!Object.hasOwn(STEPS, name))
    throw new RangeError(`Cannot check "${name}": expected ${Object.keys(STEPS).join(", ")}`);

const root = fileURLToPath(new URL("..", import.meta.url));
const names = Object.keys(STEPS).filter((name) => wanted.length === 0 || wanted.includes(name));
const failed = [];
for (const name of names) {
  if (name === "test") continue; // last, below
  for (const command of STEPS[name]) {
    console.log(`\n== ${name}: ${command.join(" ")}`);
    if (run(command) !== 0 && !failed.includes(name)) failed.push(name);
  }
}
let exitCode = failed.length === 0 ? 0 : 1;
if (names.includes("test")) exitCode = test() || exitCode;
else if (failed.length > 0) console.error(`failed: ${failed.join(", ")}`);
process.exitCode = exitCode;

/** Runs the tests and prints how many passed and failed, as counted by vitest; gives vitest's exit code. */
function test() {
  const [command] = STEPS.test;
  console.log(`\n== test: ${command.join(" ")}`);
  const directory = mkdtempSync(join(tmpdir(), "mao-test-"));
  try {
    const file = join(directory, "results.json");
    const status = run([...command, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
    const results = JSON.parse(readFileSync(file, "utf8"));
    // A file that cannot be loaded holds no test that could fail: it counts as one.
    const broken = results.testResults.filter(
      (one) => one.status === "failed" && one.assertionResults.length === 0,
    ).length;
    const skipped = results.numPendingTests + results.numTodoTests;
    if (failed.length > 0) console.log(`other steps that failed: ${failed.join(", ")}`);
    console.log(
      `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
    );
    return status;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run([program, ...parameters]) {
  const path = program === "node" ? process.execPath : join(root, "node_modules", ".bin", program);
  const { status, error } = spawnSync(path, parameters, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw error;
  return status ?? 1; // ended by a signal
}
