// Bundles dist/cli/main.js with all it loads into dist/bin, a file for each part that is loaded later. Usage: node tools/bundle-command.mjs [--help] [DIRECTORY]
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Makes the command that ships; nothing where there is no command. Its files stand as deep as the modules they are made of. */
export async function bundleCommand(root) {
  const entry = join(root, "dist", "cli", "main.js");
  if (!existsSync(entry)) return;
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const directory = join(root, "dist", "bin");
  rmSync(directory, { recursive: true, force: true });
  await build({
    entryPoints: { "mobile-ai": entry },
    outdir: directory,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Found on disk where they are installed: one brings a WebAssembly file of its own, the others are optional.
    external: ["node-sqlite3-wasm", ...Object.keys(manifest.peerDependencies ?? {})],
    minifyWhitespace: true,
    minifySyntax: true, // names stay: a report of a bug should say where it was
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    logLevel: "warning",
  });
  chmodSync(join(directory, "mobile-ai.js"), 0o755);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--help")) {
    console.log("Usage: node tools/bundle-command.mjs [DIRECTORY]\n\nBundles the built command into dist/bin.");
  } else await bundleCommand(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
}
