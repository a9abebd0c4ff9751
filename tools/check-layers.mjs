// Fails on an import that the house rules forbid (ARCHITECTURE.md). Usage: node tools/check-layers.mjs [--help] [DIRECTORY]
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

// What each room may import besides itself. "orchestrator.ts" and the like are files directly in src/; all of those follow
// the row "src/*.ts". A room that is not in this table may import nothing, so a new room starts with a line here.
const INNER_ROOMS = [
  "core",
  "kernels",
  "nets",
  "rules",
  "routing",
  "context",
  "resilience",
  "engines",
  "wake",
  "power",
  "audit",
];
const ROOMS = {
  core: [],
  kernels: ["core"],
  rules: ["core"],
  resilience: ["core"],
  metrics: ["core"],
  power: ["core"],
  audit: ["core"],
  "platform/node": ["core"],
  "platform/browser": ["core"],
  "platform/react-native": ["core"],
  nets: ["core", "kernels"],
  routing: ["core", "nets", "kernels"],
  context: ["core", "nets", "kernels"],
  wake: ["core", "nets", "kernels"],
  engines: ["core", "resilience", "rules", "routing/answer-verifier.ts"],
  "src/*.ts": [...INNER_ROOMS, "metrics", "src/*.ts"],
  "ai-sdk": ["core", "metrics", "orchestrator.ts"],
  server: ["core", "metrics", "orchestrator.ts"],
  cli: ["*"],
  demo: ["*"],
};

// Packages, by the rooms or files that may load them. `types` are erased and may be named there without being loaded.
const PACKAGES = {
  "@ai-sdk/provider": { types: ["*"] },
  "@ai-sdk/provider-v3": { types: ["ai-sdk", "engines"] },
  valibot: { load: ["context", "cli", "server", "routing", "rules/rule-file.ts"] },
  "node-llama-cpp": { load: ["platform/node"] },
  "node-sqlite3-wasm": { load: ["platform/node"] },
  picocolors: { load: ["cli"] },
};
const NODE_ROOMS = ["platform/node", "cli"];

if (process.argv.includes("--help")) {
  console.log(
    "Usage: node tools/check-layers.mjs [DIRECTORY]\n\nChecks every import below DIRECTORY/src (default: here).",
  );
  process.exit(0);
}
const source = join(process.argv[2] ?? ".", "src");
const files = readdirSync(source, { recursive: true }).filter((name) => /\.ts$/.test(name));
const problems = [];
let imports = 0;
for (const name of files) {
  const file = name.split(sep).join("/");
  if (/\.(test|contract)\.ts$/.test(file)) continue; // a test may import anything
  for (const found of importsOf(readFileSync(join(source, name), "utf8"))) {
    imports++;
    const problem = judge(file, found);
    if (problem !== undefined) problems.push(`${relative(".", join(source, name))}:${found.line}: ${problem}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`layers: ${imports} imports in ${files.length} files, ${problems.length} forbidden`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Every static, re-exporting, dynamic and type import of a file, with its line. */
function* importsOf(text) {
  const code = text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
  const lineOf = (index) => code.slice(0, index).split("\n").length;
  const statements = /^(?:import|export)\s+(type\s+)?(?:([\w*${}\s,]*?)\s*from\s*)?["']([^"'\n]+)["']/gm;
  for (const match of code.matchAll(statements)) {
    const [, type, names, specifier] = match;
    const inner = /^\{([\s\S]*)\}$/
      .exec(names?.trim() ?? "")?.[1]
      .split(",")
      .filter((one) => one.trim() !== "");
    const onlyTypes = type !== undefined || inner?.every((one) => /^\s*type\s/.test(one)) === true;
    yield { line: lineOf(match.index), specifier, onlyTypes };
  }
  for (const match of code.matchAll(/(typeof\s+)?\bimport\(\s*(?:["']([^"']+)["']|([^)]{0,40}))\s*\)(\s*\.\s*\w)?/g)) {
    const before = code.slice(Math.max(0, match.index - 20), match.index);
    // `x: import("y").T` and `typeof import("y")` are types; `await import("y")` and `import("y").then` load.
    const isType =
      match[1] !== undefined ||
      (match[4] !== undefined && /[:<|&=(,]\s*$/.test(before) && !followedByThen(code, match));
    yield { line: lineOf(match.index), specifier: match[2], onlyTypes: isType };
  }
}

function followedByThen(code, match) {
  return /^\s*\.\s*(then|catch|finally)\b/.test(code.slice(match.index + match[0].length - match[4].length));
}

/** What is wrong with one import of a file, or undefined. */
function judge(file, { specifier, onlyTypes }) {
  const room = roomOf(file);
  if (specifier === undefined)
    return NODE_ROOMS.includes(room) ? undefined : "import() of a computed name; only a written name can be checked";
  if (specifier.startsWith(".")) return judgeFile(file, room, specifier);
  if (specifier.startsWith("node:"))
    return NODE_ROOMS.includes(room) ? undefined : `${room} may not import ${specifier}; only ${list(NODE_ROOMS)} may`;
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (room === "demo") return undefined;
  const { load = [], types = [] } = PACKAGES[name] ?? {};
  const allowed = onlyTypes ? [...load, ...types] : load;
  if (allowed.some((pattern) => matches(pattern, file))) return undefined;
  const wish = [load.length > 0 ? `${list(load)} may` : "", types.length > 0 ? `types may in ${list(types)}` : ""];
  return `${room} may not import ${onlyTypes ? "types of " : ""}${name}; ${wish.filter(Boolean).join(", ") || "no room may"}`;
}

function judgeFile(file, room, specifier) {
  if (!specifier.endsWith(".js")) return `"${specifier}" must end in ".js"`;
  const target = posix.normalize(posix.join(dirname(file), specifier)).replace(/\.js$/, ".ts");
  if (target.startsWith("..")) return room === "cli" || room === "demo" ? undefined : `"${specifier}" leaves src`;
  if (target === "testing.ts") return `${room} may not import testing.ts; only tests may`;
  const allowed = [room, ...(ROOMS[room] ?? [])];
  if (allowed.some((pattern) => matches(pattern, target))) return undefined;
  return `${room} may not import ${target}; it may import ${list(allowed.slice(1)) || "only itself"}`;
}

function roomOf(file) {
  const [first, second, third] = file.split("/");
  if (second === undefined) return "src/*.ts";
  return first === "platform" && third !== undefined ? `${first}/${second}` : first;
}

function matches(pattern, file) {
  return pattern === "*" || pattern === file || pattern === roomOf(file);
}

function list(names) {
  return names.map((name) => (name === "*" ? "any room" : name)).join(", ");
}
