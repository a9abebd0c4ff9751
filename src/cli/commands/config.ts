import { resolve } from "node:path";
import { type Parsed, UsageError } from "../command.js";
import {
  API_KEY,
  loadSettings,
  pathsOf,
  readSettingsFile,
  remoteApiKey,
  storeRemoteApiKey,
  writeSettingsFile,
} from "../configuration.js";
import { parseSetting, SETTINGS, type SettingValue, settingOf, variableOf } from "../settings.js";
import { print, readAll, remark, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai config get`: one value, or all with their origin. */
export async function getConfig(parsed: Parsed, terminal: Terminal): Promise<number> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const key = parsed.words[0];
  const apiKey = await remoteApiKey(terminal);
  const apiKeyState = apiKey === undefined ? "not set" : `set, ${apiKey.place}`;
  if (key === API_KEY) {
    print(terminal, parsed.flag("json") ? JSON.stringify({ [API_KEY]: { set: apiKey !== undefined } }) : apiKeyState);
    return 0;
  }
  const wanted = key === undefined ? SETTINGS : [settingOf(key)];
  if (parsed.flag("json")) {
    const entries = wanted.map((setting) => [
      setting.key,
      { value: settings.get(setting.key).value ?? null, origin: settings.get(setting.key).origin },
    ]);
    print(terminal, JSON.stringify(Object.fromEntries(entries), null, 2));
  } else if (key !== undefined) print(terminal, shown(settings.get(key).value));
  else {
    const rows = SETTINGS.map((setting) => {
      const { value, origin } = settings.get(setting.key);
      return [setting.key, shown(value), origin, setting.summary];
    });
    print(
      terminal,
      table([
        ["SETTING", "VALUE", "FROM", "WHAT IT IS"],
        ...rows,
        [API_KEY, apiKeyState, "", "the remote's key; never printed"],
      ]),
    );
  }
  return 0;
}

/** `mobile-ai config set`. The remote's key comes from standard input, so that it stands in no shell history. */
export async function setConfig(parsed: Parsed, terminal: Terminal): Promise<number> {
  const key = parsed.words[0]!; // a required argument
  const written = parsed.words[1];
  if (key === API_KEY) {
    if (written !== undefined && written !== "-") {
      throw new UsageError(
        `Cannot take ${API_KEY} from the command line, where the shell's history keeps it. Run: mobile-ai config set ${API_KEY} < FILE`,
      );
    }
    if (terminal.stdin.isTTY) remark(terminal, "Paste the key, press Enter, then Ctrl-D:");
    await storeRemoteApiKey(terminal, (await readAll(terminal)).trim());
    print(terminal, `Stored ${API_KEY} in ${pathsOf(terminal).keyFile} (mode 0600)`);
    return 0;
  }
  const setting = settingOf(key);
  if (written === undefined) throw new UsageError(`Missing VALUE: ${key} is ${setting.summary}`);
  const values: Record<string, SettingValue> = await readSettingsFile(terminal);
  // A relative path means the working directory of today, not that of a later question.
  values[key] = parseSetting(setting, key === "rules.file" ? resolve(written) : written, key);
  await writeSettingsFile(terminal, values);
  print(terminal, `${key} is ${shown(values[key])}`);
  const variable = variableOf(key);
  if (terminal.environment[variable]) remark(terminal, `The variable ${variable} is set and wins over the file.`);
  return 0;
}

/** `mobile-ai config unset`. */
export async function unsetConfig(parsed: Parsed, terminal: Terminal): Promise<number> {
  const key = parsed.words[0]!; // a required argument
  if (key === API_KEY) await storeRemoteApiKey(terminal, undefined);
  else {
    settingOf(key);
    const values = await readSettingsFile(terminal);
    delete values[key];
    await writeSettingsFile(terminal, values);
  }
  print(terminal, `${key} is not set in the file any more`);
  return 0;
}

/** `mobile-ai config path`. */
export async function showPaths(parsed: Parsed, terminal: Terminal): Promise<number> {
  const paths = pathsOf(terminal);
  if (parsed.flag("json")) print(terminal, JSON.stringify(paths, null, 2));
  else print(terminal, table(Object.entries(paths).map(([name, path]) => [name, path])));
  return 0;
}

function shown(value: SettingValue | undefined): string {
  if (value === undefined) return "not set";
  return safe(typeof value === "object" ? value.join(",") || "none" : String(value));
}
