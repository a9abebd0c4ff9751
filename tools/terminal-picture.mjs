// Draws what commands print as an SVG of a terminal: node tools/terminal-picture.mjs OUT.svg 'LABEL=COMMAND'... [--help]
// The commands are run by sh in the repository, so the picture shows real output and is made again by one command:
//   npm run picture
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [out, ...commands] = process.argv.slice(2);
if (out === undefined || out === "--help" || commands.length === 0) {
  console.log("Usage: node tools/terminal-picture.mjs OUT.svg COMMAND...");
  process.exit(out === "--help" ? 0 : 2);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "mobile-ai-picture-"));
const MAX_COLUMNS = 118;

/** Lines of a terminal, each a colour and a text. */
const lines = [];
for (const command of commands) {
  lines.push(["prompt", `$ ${command}`]);
  let printed;
  try {
    printed = execFileSync("sh", ["-c", `${command} 2>&1`], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, MOBILE_AI_HOME: home, PATH: `${join(root, "tools", "bin")}:${process.env.PATH}` },
    });
  } catch (error) {
    printed = error.stdout; // a blocked or unanswered question ends with its own exit code
  }
  for (const line of printed.trimEnd().split("\n")) {
    const kind = line.startsWith("—") ? "dim" : line.startsWith("Blocked") ? "red" : "text";
    for (let at = 0; at === 0 || at < line.length; at += MAX_COLUMNS)
      lines.push([kind, line.slice(at, at + MAX_COLUMNS)]);
  }
  lines.push(["text", ""]);
}
lines.pop();

const COLORS = { prompt: "#8bd5ca", text: "#e4e4ef", dim: "#9a9ab0", red: "#ff8f8f" };
const [charWidth, lineHeight, margin] = [7.8, 20, 20];
const width = Math.ceil(Math.max(...lines.map(([, text]) => text.length)) * charWidth + 2 * margin);
const height = lines.length * lineHeight + 2 * margin + 10;
const escapeMarkup = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const rows = lines
  .map(
    ([kind, text], row) =>
      `<text x="${margin}" y="${margin + 16 + row * lineHeight}" fill="${COLORS[kind]}">${escapeMarkup(text)}</text>`,
  )
  .join("\n");
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="mobile-ai in a terminal">
<rect width="100%" height="100%" rx="10" fill="#1c1c28"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" xml:space="preserve">
${rows}
</g>
</svg>
`,
);
console.log(`wrote ${out}: ${lines.length} lines`);
