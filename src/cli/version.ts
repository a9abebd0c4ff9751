import { readFileSync } from "node:fs";

/** The version in our own package.json, which stands two levels above the built file. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const version = (manifest as { version?: unknown }).version; // our own manifest: checked by check-package
  return typeof version === "string" ? version : "unknown";
}
