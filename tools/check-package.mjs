// Checks the package as a consumer would get it. Usage: node tools/check-package.mjs [--help] [--keep] [DIRECTORY]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (process.argv.includes("--help")) {
  console.log(`Usage: node tools/check-package.mjs [--keep] [DIRECTORY]

Packs the package without network, looks for files that must not ship, runs publint and attw on the tarball, and unpacks it
for a consumer that type-checks and loads every entry point. --keep leaves the directory for a look.`);
  process.exit(0);
}

const root =
  process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? fileURLToPath(new URL("..", import.meta.url));
const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const directory = mkdtempSync(join(tmpdir(), "mao-package-"));
try {
  const problems = check();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  if (process.argv.includes("--keep")) console.log(`kept ${directory}`);
  else rmSync(directory, { recursive: true });
}

function check() {
  const packed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", directory], root);
  const [{ filename, files, size, unpackedSize }] = JSON.parse(packed);
  const tarball = join(directory, filename);
  console.log(`package: ${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
  const problems = [];
  for (const { path } of files)
    if (
      /(^|\/)(\.env|\.npmrc|node_modules|\.tsbuildinfo)|\.(test|contract)\.|^(src|tools|test|bench|\.ci)\//.test(path)
    )
      problems.push(`package holds ${path}, which is not for users; see "files" in package.json`);
  for (const path of Object.values(manifest.bin ?? {}))
    if (!files.some((file) => `./${file.path}` === `./${path.replace(/^\.\//, "")}`))
      problems.push(`bin ${path} is not packed`);
  if (["preinstall", "install", "postinstall"].some((name) => manifest.scripts?.[name] !== undefined))
    problems.push("package has an install script; it must install without running code");

  attempt(problems, "publint", () => run(bin("publint"), ["run", tarball, "--strict"], root));
  attempt(problems, "attw", () =>
    run(bin("attw"), [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"], root),
  );
  attempt(problems, "consumer", () => consume(tarball));
  return problems;
}

/** A project that has the package in node_modules, imports every entry point, compiles and runs. */
function consume(tarball) {
  const consumer = join(directory, "consumer");
  const installed = join(consumer, "node_modules", manifest.name);
  mkdirSync(installed, { recursive: true });
  run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed], directory);
  // Only what an installation would bring: dependencies, and the types that our declarations name.
  const peers = Object.keys(manifest.peerDependencies ?? {});
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...peers, "@types/node", "undici-types"]) {
    if (!existsSync(join(modules, name))) continue;
    mkdirSync(dirname(join(consumer, "node_modules", name)), { recursive: true });
    symlinkSync(join(modules, name), join(consumer, "node_modules", name), "dir");
  }
  const entries = Object.entries(manifest.exports ?? {}).filter(
    ([entry]) => entry !== "./package.json" && !entry.includes("*"),
  );
  const specifiers = entries.map(([entry]) => `${manifest.name}${entry.slice(1)}`);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  writeFileSync(
    join(consumer, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "es2022",
        lib: ["es2023", "dom", "dom.iterable"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        // Our own declarations are the point of this check; what others' declarations lack is left out below.
        skipLibCheck: false,
        outDir: "out",
        rootDir: ".",
      },
      include: ["main.ts"],
    }),
  );
  const lines = specifiers.map((specifier, index) => `import * as entry${index} from ${JSON.stringify(specifier)};`);
  const names = specifiers.map((specifier, index) => `${JSON.stringify(specifier)}: entry${index}`);
  writeFileSync(
    join(consumer, "main.ts"),
    `${lines.join("\n")}\nconst entries: Record<string, object> = { ${names.join(", ")} };
for (const [name, entry] of Object.entries(entries)) if (Object.keys(entry).length === 0) throw new Error(\`\${name} exports nothing\`);
console.log(Object.keys(entries).length);\n`,
  );
  const compiler = [join(modules, "typescript", "bin", "tsc"), "-p", ".", "--pretty", "false"];
  const { stdout } = spawnSync(process.execPath, compiler, { cwd: consumer, encoding: "utf8" });
  // @ai-sdk/provider 4 names types of json-schema that it does not bring; its paths lie outside the consumer.
  const ours = stdout.split("\n").filter((line) => /: error TS/.test(line) && !line.startsWith("../"));
  if (ours.length > 0) throw new Error(`the declarations do not type-check\n${ours.join("\n")}`);
  const loaded = run(process.execPath, ["out/main.js"], consumer).trim();
  console.log(`consumer: ${loaded} entry points type-check and load`);
}

function bin(name) {
  return join(modules, ".bin", name);
}

function attempt(problems, name, action) {
  try {
    action();
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
}

function run(command, parameters, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${parameters[0]} failed with exit code ${status}\n${stdout}${stderr}`.trim());
  return stdout;
}
