// Adds to package-lock.json the optional platform packages that a registry mirror did not offer when the lock was made.
// `npm ci` refuses a lock in which any optional dependency is missing, even one for another platform. An entry made here
// has version, os and cpu but no integrity: it is never fetched on this platform, and elsewhere npm looks it up by name.
// Run after every `npm install` that changes the lock: node tools/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";

const OPERATING_SYSTEMS = {
  aix: "aix",
  android: "android",
  darwin: "darwin",
  mac: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  netbsd: "netbsd",
  openbsd: "openbsd",
  openharmony: "openharmony",
  sunos: "sunos",
  win: "win32",
  win32: "win32",
  windows: "win32",
};
const PROCESSORS = [
  "arm64",
  "armv7l",
  "arm",
  "x64",
  "ia32",
  "riscv64",
  "ppc64",
  "s390x",
  "loong64",
  "mips64el",
  "wasm32",
];

/** The `os`, `cpu` and `libc` of a platform package, read from its name; undefined when the name tells neither. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => OPERATING_SYSTEMS[word]).find(Boolean);
  const cpu = words
    .map((word) => PROCESSORS.find((known) => word === known || (word === "ppc64le" && known === "ppc64")))
    .find(Boolean);
  if (os === undefined && cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(libc ? { libc: [libc] } : {}) };
}

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = [];
for (const [location, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    let found = false;
    for (let base = location; ; base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1))) {
      if (lock.packages[`${base === "" ? "" : `${base}/`}node_modules/${name}`]) found = true;
      if (base === "") break;
    }
    const platform = platformOf(name);
    if (found || platform === undefined) continue;
    const version = /\d+\.\d+\.\d+\S*/.exec(range)?.[0];
    if (version === undefined) continue;
    lock.packages[`node_modules/${name}`] = { version, ...platform, dev: true, optional: true };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "package-lock.json is complete" : `added ${added.length}:\n${added.join("\n")}`);
