// Proves that the project runs where it says it does. Usage: npm run runtimes [-- --help] [-- NAME...]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

/** The oldest version of package.json "engines", and the newest of each later line. */
const NODE_VERSIONS = ["20.19.0", "22", "24", "26"];
/** Hermes V1 has `at` and TextEncoder; its predecessor of 2022 has not. */
const PRELUDE = `[Array.prototype, String.prototype].forEach(function (prototype) {
  Object.defineProperty(prototype, "at", { value: function (index) { return this[index < 0 ? this.length + index : index]; } });
});
globalThis.TextEncoder = function TextEncoder() {};
TextEncoder.prototype.encode = function (text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), function (byte) { return byte.charCodeAt(0); });
};
`;
const QUESTIONS = `
import { ContextManager, deviceSkillsEngine, ExpertSystem, MemoryStore, Orchestrator } from "./src/index.ts";
const clock = { nowMs: () => Date.now(), monotonicMs: () => Date.now(), sleep: () => new Promise(() => {}) };
const context = new ContextManager({ store: new MemoryStore(), clock });
const onDevice = new Orchestrator({ engines: [deviceSkillsEngine({ clock, memory: context })], clock, context });
const model = {
  specificationVersion: "v4", provider: "echo", modelId: "echo", supportedUrls: {},
  doGenerate: async ({ prompt }) => {
    const text = prompt.at(-1).content[0].text;
    print("the network sees:", text);
    return { content: [{ type: "text", text }], finishReason: { unified: "stop" }, usage: { inputTokens: {}, outputTokens: {} }, warnings: [] };
  },
};
const rules = new ExpertSystem({ redactPersonalData: true });
const echo = { id: "echo", place: "network", supports: { tools: false, structuredOutput: false, files: false }, model };
const remote = new Orchestrator({ engines: [echo], rules, clock });
const ask = async (orchestrator, text) => {
  const outcome = await orchestrator.answer({ text });
  print(outcome.kind, outcome.kind === "answered" ? outcome.text.replace(/^On .* you/, "you").replace(/ \\(note .*/, "") : outcome.ruleId);
};
(async () => {
  await ask(onDevice, "What is 17.5 % of 2340?");
  await ask(onDevice, "What is 2^100?");
  await ask(onDevice, "5 miles in km");
  await ask(onDevice, "Remember that the bike lock code is 4821");
  await ask(onDevice, "What did I say about the bike lock?");
  await ask(remote, "What is wrong with my token " + ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_") + "?");
  await ask(remote, "Write an invitation to " + ["jane.doe", "fabrikam-works.com"].join("@"));
})().catch((error) => print(error, error.stack));
`;
const ANSWERS = `answered 17.5 % of 2340 is 409.5
answered 2 ^ 100 is 1267650600228229401496703205376
answered 5 mi is 8.04672 km
answered Noted in project default: "the bike lock code is 4821"
answered you noted: "the bike lock code is 4821"
blocked PRIVACY_011
the network sees: Write an invitation to [EMAIL_1]
answered Write an invitation to ${["jane.doe", "fabrikam-works.com"].join("@")}`;
const HERMES_COMPILER = "hermes-compiler@260318099.0.6"; // Hermes V1, as React Native 0.88 pins it (…0.5); compiles only
const HERMES_ENGINE = "hermes-engine-cli@0.12.0"; // of 2022, the last that npm has as a program; needs ES5
const BABEL = ["@babel/core@7.29.13", "@babel/preset-env@7.29.14"];

const { values, positionals } = parseArgs({
  options: { help: { type: "boolean" }, refresh: { type: "boolean" } },
  allowPositionals: true,
});
if (values.help) {
  console.log(`Usage: npm run runtimes [-- --refresh] [-- NAME...]

NAME is a version of Node (${NODE_VERSIONS.join(", ")}, or any other that npm has), "store" or "hermes"; default: all.
Optional, not part of npm test: fetches runtimes from npm into node_modules/.cache/runtimes (about 190 MB each, once;
--refresh asks for newer ones), and needs some minutes.

  VERSION  runs all tests under that Node
  store    one SQLite file, written and read in turn by each Node
  hermes   compiles the library for Hermes V1 (React Native), lists what it wants of its host, and runs questions
           under Hermes 0.12 after Babel`);
  process.exit(0);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules", ".cache", "runtimes");
const wanted = positionals.length > 0 ? positionals : [...NODE_VERSIONS, "store", "hermes"];
for (const name of wanted)
  if (!/^\d+(\.\d+){0,2}$/.test(name) && name !== "store" && name !== "hermes")
    throw new RangeError(`Cannot check "${name}": expected a version of Node, store or hermes`);

const rows = [];
for (const name of wanted) {
  console.log(`== ${name}`);
  const startedMs = Date.now();
  let result;
  try {
    result = { passed: true, ...(await check(name)) };
  } catch (error) {
    result = { passed: false, runtime: name, told: error instanceof Error ? error.message : String(error) };
  }
  rows.push({ ...result, seconds: Math.round((Date.now() - startedMs) / 1000) });
}
console.log("");
for (const { runtime, passed, told, seconds } of rows) {
  const [first, ...more] = told.split("\n");
  console.log(`${runtime.padEnd(16)} ${passed ? "pass" : "FAIL"}  ${first}  (${seconds} s)`);
  for (const line of more) console.log(`${" ".repeat(22)} ${line}`);
}
process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1;

function check(name) {
  if (name === "store") return checkStore();
  if (name === "hermes") return checkHermes();
  return checkNode(name);
}

/** All tests, in processes of that Node: `test/process.test.ts` and the examples start `process.execPath`. */
function checkNode(version) {
  const node = nodeOf(version);
  const directory = mkdtempSync(join(tmpdir(), "mao-runtimes-"));
  try {
    const file = join(directory, "results.json");
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const { status } = spawnSync(
      node,
      [vitest, "run", "--reporter=dot", "--reporter=json", `--outputFile.json=${file}`],
      {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
      },
    );
    const results = JSON.parse(readFileSync(file, "utf8"));
    const lost = results.testResults.filter((one) => one.status === "failed" && one.assertionResults.length === 0);
    const failures = results.testResults.flatMap((one) =>
      one.assertionResults.filter((test) => test.status === "failed").map((test) => `${one.name}: ${test.fullName}`),
    );
    const told = [
      `${results.numPassedTests} passed, ${failures.length + lost.length} failed, ${results.numPendingTests} skipped`,
      ...failures,
      ...lost.map((one) => `${one.name}: ${one.message}`),
    ];
    return { runtime: `Node ${versionOf(node)}`, passed: status === 0, told: told.join("\n") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Each Node in turn, the first once more at the end, reads what the others wrote, searches it, and adds a turn. */
function checkStore() {
  run(process.execPath, [join(root, "tools", "ensure-built.mjs")]);
  const directory = mkdtempSync(join(tmpdir(), "mao-runtimes-"));
  try {
    const script = join(directory, "store.mjs");
    const entry = (path) => JSON.stringify(pathToFileURL(join(root, "dist", path)).href);
    writeFileSync(
      script,
      `import assert from "node:assert/strict";
      import { ContextManager, SqlStore } from ${entry("index.js")};
      import { openSqlite } from ${entry("platform/node/sqlite-driver.js")};
      const [, , file, earlier] = process.argv;
      const context = new ContextManager({ store: new SqlStore({ driver: await openSqlite(file) }) });
      const texts = Array.from({ length: Number(earlier) + 1 }, (_, index) => "question " + index + " Grüße 🙂 word" + index);
      const told = (await context.history("default")).map(({ question }) => question).sort();
      assert.deepEqual(told, texts.slice(0, -1).sort());
      await context.remember("default", { kind: "turn", question: texts.at(-1), answer: "x".repeat(100_000), route: "local",
        engine: "e", privacy: "open", ruleIds: [] });
      for (const [index, text] of texts.entries()) {
        const [found] = await context.search("default", "word" + index);
        assert.equal(found?.question, text);
      }
      await context.close();
      console.log(process.getBuiltinModule?.("node:sqlite") === undefined ? "wasm" : "native");`,
    );
    const nodes = [...NODE_VERSIONS, NODE_VERSIONS[0]].map(nodeOf);
    const steps = nodes.map((node, index) => {
      const engine = run(node, ["--no-warnings", script, join(directory, "store.db"), String(index)]).trim();
      return `${versionOf(node)} (${engine})`;
    });
    return { runtime: "store file", told: `${steps.join(" -> ")}: every turn read and found by each` };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** React Native: syntax and patterns by the compiler of Hermes V1, behaviour by the program Hermes 0.12. */
async function checkHermes() {
  const modules = install("hermes", [HERMES_COMPILER, HERMES_ENGINE, ...BABEL]);
  const binaries = { linux: "linux64-bin", darwin: "osx-bin", win32: "win64-bin" }[process.platform];
  const directory = mkdtempSync(join(tmpdir(), "mao-runtimes-"));
  try {
    const library = join(directory, "library.js");
    const code = await bundle(
      `export * from "./src/index.ts"; export * from "./src/platform/react-native/device-status.ts";`,
    );
    writeFileSync(library, code);
    // What Babel's React Native preset does to the source, these two flags make the compiler do.
    const flags = ["-O", "-emit-binary", "-Xes6-block-scoping", "-Xasync-generators"];
    const compiler = join(modules, "hermes-compiler", "hermesc", binaries, "hermesc");
    const out = join(directory, "library.hbc");
    const compiled = spawnSync(compiler, [...flags, "-out", out, library], { encoding: "utf8" });
    if (compiled.status !== 0) throw new Error(`Hermes V1 does not compile the library: ${compiled.stderr}`);
    const wanted = [...compiled.stderr.matchAll(/the variable "(\w+)" was not declared/g)].map((match) => match[1]);

    const questions = join(directory, "questions.js");
    writeFileSync(questions, PRELUDE + es5(modules, await bundle(QUESTIONS)));
    const program = join(modules, "hermes-engine-cli", binaries, "hermes");
    const { stdout, stderr } = spawnSync(program, ["-w", questions], { encoding: "utf8", timeout: 120_000 });
    const answers = stdout.trim();
    const right = answers === ANSWERS;
    return {
      runtime: "Hermes",
      passed: right,
      told: [
        `V1 compiles ${Buffer.byteLength(code)} bytes; 0.12 after Babel ${right ? "answers, remembers, blocks and redacts" : "answers wrongly:"}`,
        ...(right ? [] : [answers, stderr, "wanted:", ANSWERS]),
        `it wants of its host: ${[...new Set(wanted)].sort().join(", ")}`,
      ].join("\n"),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** As an application's bundler would, with today's syntax: patterns stay patterns, so that Hermes checks them. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    platform: "neutral",
    format: "iife",
    globalName: "library", // keeps what is exported
    banner: { js: '"use strict";' }, // modules are; and only then are undeclared names told
    target: "es2022",
  });
  return outputFiles[0].text;
}

/** Hermes 0.12 has no classes, no \p{…} and no named groups. `**` stays, because Babel's Math.pow refuses a BigInt. */
function es5(modules, code) {
  const require = createRequire(join(modules, "here.js"));
  const [core, preset] = BABEL.map((name) => require.resolve(name.replace(/@[^@]+$/, "")));
  const settings = { targets: { ie: "11" }, modules: false, exclude: ["transform-exponentiation-operator"] };
  const options = { configFile: false, babelrc: false, compact: false, sourceType: "script" };
  return require(core).transformSync(code, { ...options, presets: [[preset, settings]] }).code;
}

/** The binary of that version, fetched once. */
function nodeOf(version) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const modules = install(version, [`${name}@${version}`]);
  return join(modules, name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** Packages in a folder of their own, away from the project's; returns that folder's node_modules. */
function install(name, packages) {
  const directory = join(cache, name);
  const stamp = join(directory, "installed.json");
  const modules = join(directory, "node_modules");
  const list = JSON.stringify(packages);
  if (!values.refresh && existsSync(stamp) && readFileSync(stamp, "utf8") === list) return modules;
  console.log(`npm install ${packages.join(" ")}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), "{}");
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", directory, ...packages]);
  writeFileSync(stamp, list);
  return modules;
}

function versionOf(node) {
  return run(node, ["--version"]).trim().slice(1);
}

/** Runs a program to its end and returns what it printed. */
function run(program, parameters) {
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32" && program === "npm",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters[0]} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
