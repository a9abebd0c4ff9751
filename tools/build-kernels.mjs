// Compiles assembly/NAME.ts to src/kernels/generated/NAME-wasm.ts. Usage: node tools/build-kernels.mjs [--help] [--check] [NAME...]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import binaryen from "assemblyscript/binaryen";

/** Of all modules together, uncompressed. */
const LIMIT_BYTES = 30 * 1024;
/** Modules whose helpers are called once a row and need not be inlined: a tenth smaller, as fast. */
const CALLING = ["convolution", "dense", "int-seven", "int-seven-relaxed", "linear-algebra", "reservoir", "surrogate"];

const { values, positionals } = parseArgs({
  options: { help: { type: "boolean" }, check: { type: "boolean" } },
  allowPositionals: true,
});
if (values.help) {
  console.log(`Usage: node tools/build-kernels.mjs [--check] [NAME...]

Compiles assembly/NAME.ts (default: all) to a base64 string in src/kernels/generated/NAME-wasm.ts. With --check nothing is
written and a committed string that differs from what its source compiles to is an error, as is a total over 30 KB.`);
  process.exit(0);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const known = readdirSync(join(root, "assembly")).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
const names = positionals.length > 0 ? positionals : known;
let total = 0;
let failed = false;
mkdirSync(join(root, "src/kernels/generated"), { recursive: true });
for (const name of names) {
  if (!known.includes(name)) throw new RangeError(`Cannot build kernel "${name}": expected one of ${known.join(", ")}`);
  const bytes = await compile(name);
  total += bytes.length;
  const path = join(root, "src/kernels/generated", `${name}-wasm.ts`);
  const text = `// Made by tools/build-kernels.mjs from assembly/${name}.ts; not for hand-editing.\nexport const ${camel(name)}Wasm: string =\n  "${Buffer.from(bytes).toString("base64")}";\n`;
  const same = existsSync(path) && readFileSync(path, "utf8") === text;
  console.log(
    `${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} gzip${values.check && !same ? ", DIFFERS from what is committed" : ""}`,
  );
  if (values.check) failed ||= !same;
  else if (!same) writeFileSync(path, text);
}
if (names.length === known.length) {
  console.log(`all: ${total} of ${LIMIT_BYTES} bytes`);
  if (total > LIMIT_BYTES) failed = true;
}
if (failed) {
  console.error(
    "The kernels are not as they should be: run node tools/build-kernels.mjs and commit, or make them smaller.",
  );
  process.exit(1);
}

/** The module's bytes: memory is imported, nothing is allocated, errors of the compiler end the run. */
async function compile(name) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      ...[
        "--outFile",
        "module.wasm",
        "--runtime",
        "stub",
        "--optimizeLevel",
        "3",
        "--shrinkLevel",
        CALLING.includes(name) ? "1" : "0",
        "--noAssert",
      ],
      ...["--converge", "--importMemory", "--enable", "simd", "--use", "abort="],
      ...(name.endsWith("-relaxed") ? ["--enable", "relaxed-simd"] : []),
    ],
    {
      readFile: (file, base) => {
        const path = join(root, "assembly", base === "." ? "" : base, file);
        // The decorator of a function is no TypeScript, so that the linter stumbles: sources hold it as a comment.
        return existsSync(path) ? readFileSync(path, "utf8").replaceAll("\n// @inline\n", "\n@inline\n") : null;
      },
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  return withSplats(binary);
}

/**
 * Writes vector constants of four equal lanes as a splat of one: 4 to 8 bytes where v128.const takes 18, a tenth of all. The
 * compilers of V8 turn both into the same code (no difference in `npm run bench -- kernels`, Node 20 and 22, 2026-11-23).
 */
function withSplats(bytes) {
  const module = binaryen.readBinaryWithFeatures(bytes, binaryen.Features.All);
  const equalLanes = /\(v128\.const i32x4 (0x[0-9a-f]{8}) \1 \1 \1\)/g;
  const text = module.emitText().replace(equalLanes, (_, lane) => splatOf(Number(lane) | 0));
  module.dispose();
  const shortened = binaryen.parseText(text);
  shortened.setFeatures(binaryen.Features.All);
  const result = shortened.emitBinary();
  shortened.dispose();
  return result;
}

/** The shorter of two spellings: an integer takes a byte for each 7 bits, a float always four. No text keeps the bits of every NaN. */
function splatOf(bits) {
  const float = new Float32Array(Int32Array.of(bits).buffer)[0];
  const isShort = bits >= -(2 ** 27) && bits < 2 ** 27;
  if (isShort || !Number.isFinite(float)) return `(i32x4.splat (i32.const ${bits}))`;
  return `(f32x4.splat (f32.const ${float}))`;
}

function camel(name) {
  return name.replace(/-./g, (part) => part[1].toUpperCase());
}
