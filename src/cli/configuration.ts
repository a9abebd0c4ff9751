import { unlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type ApplicationPaths, applicationPaths } from "../platform/node/paths.js";
import { CommandError } from "./command.js";
import { assertPrivate, readIfPresent, writePrivateFile } from "./files.js";
import { formatSettingsFile, parseSettingsFile, Settings, type SettingValue } from "./settings.js";
import type { Terminal } from "./terminal.js";

/** The one key that is no setting: it is never printed, and never stands in the configuration file. */
export const API_KEY = "remote.apiKey";

/** Variables that may hold the remote's key, in this order. */
export const API_KEY_VARIABLES = ["MOBILE_AI_API_KEY", "MOBILE_AI_REMOTE_API_KEY", "OPENAI_API_KEY"] as const;

/** Where this run keeps its files. */
export function pathsOf(
  terminal: Terminal,
): ApplicationPaths & { readonly keyFile: string; readonly storeFile: string; readonly auditFile: string } {
  const paths = applicationPaths(terminal.environment, process.platform, homedir());
  return {
    ...paths,
    keyFile: join(dirname(paths.configFile), "remote-api-key"),
    storeFile: join(paths.dataDirectory, "store.sqlite"),
    auditFile: join(paths.stateDirectory, "audit.jsonl"),
  };
}

/** The settings of this run: flags over variables over the file. */
export async function loadSettings(terminal: Terminal, flags: readonly string[]): Promise<Settings> {
  return new Settings({ file: await readSettingsFile(terminal), environment: terminal.environment, flags });
}

/** The values in the configuration file; none when there is no file. */
export async function readSettingsFile(terminal: Terminal): Promise<Record<string, SettingValue>> {
  const { configFile } = pathsOf(terminal);
  const content = await readIfPresent(configFile);
  return content === undefined ? {} : parseSettingsFile(content, configFile);
}

/** Writes the configuration file. */
export async function writeSettingsFile(
  terminal: Terminal,
  values: Readonly<Record<string, SettingValue>>,
): Promise<void> {
  await writePrivateFile(pathsOf(terminal).configFile, formatSettingsFile(values));
}

/** The remote's key, and where it stands; the key itself is for the request's header only. */
export async function remoteApiKey(
  terminal: Terminal,
): Promise<{ readonly key: string; readonly place: string } | undefined> {
  for (const variable of API_KEY_VARIABLES) {
    const key = terminal.environment[variable]?.trim();
    if (key) return { key, place: `variable ${variable}` };
  }
  const { keyFile } = pathsOf(terminal);
  const content = await readIfPresent(keyFile);
  if (content === undefined) return undefined;
  await assertPrivate(keyFile);
  return { key: content.trim(), place: `${keyFile} (mode 0600)` };
}

/** Stores or removes the remote's key. */
export async function storeRemoteApiKey(terminal: Terminal, key: string | undefined): Promise<void> {
  const { keyFile } = pathsOf(terminal);
  if (key === undefined) await unlink(keyFile).catch(() => {});
  else if (/[\r\n]/.test(key) || key === "")
    throw new CommandError("Cannot store the key: expected one line that is not empty");
  else await writePrivateFile(keyFile, `${key}\n`);
}
