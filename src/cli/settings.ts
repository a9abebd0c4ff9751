import * as v from "valibot";
import { UsageError } from "./command.js";

/** Where the value of a setting came from, strongest first. */
export type SettingOrigin = "flag" | "environment" | "file" | "default";

interface Setting {
  readonly key: string;
  readonly summary: string;
  readonly schema: v.GenericSchema<unknown, SettingValue>;
  readonly fallback: SettingValue | undefined;
}

/** What a setting may hold. */
export type SettingValue = string | number | boolean | readonly string[];

const TEXT = "expected a text of 1 to 4096 characters";
const text: Setting["schema"] = v.pipe(v.string(TEXT), v.minLength(1, TEXT), v.maxLength(4096, TEXT));
const flag: Setting["schema"] = v.boolean("expected true or false");
const SHARE = "expected a number from 0 to 1";
const share: Setting["schema"] = v.pipe(v.number(SHARE), v.minValue(0, SHARE), v.maxValue(1, SHARE));
const count = (most: number): Setting["schema"] => {
  const wish = `expected a whole number from 1 to ${most}`;
  return v.pipe(v.number(wish), v.integer(wish), v.minValue(1, wish), v.maxValue(most, wish));
};
const PRICE = "expected a number of at least 0";
const price: Setting["schema"] = v.pipe(v.number(PRICE), v.minValue(0, PRICE));
const IDS = "expected ids of rules";
const httpUrl: Setting["schema"] = v.pipe(
  v.string("expected a URL"),
  v.url("expected a URL"),
  v.check((url) => /^https?:\/\//.test(url), "expected an http or https URL"),
  v.check((url) => !/^https?:\/\/[^/]*@/.test(url), "put no name or password into the URL"),
);

/** Every setting there is. A key maps to a place in the file (`remote.model`) and to a variable (`MOBILE_AI_REMOTE_MODEL`). */
export const SETTINGS: readonly Setting[] = [
  {
    key: "preference",
    summary: "what matters most: quality, balanced, battery or private (never leaves the device)",
    schema: v.picklist(["quality", "balanced", "battery", "private"], "expected quality, balanced, battery or private"),
    fallback: "balanced",
  },
  { key: "remote.baseUrl", summary: "an OpenAI-compatible server, with its /v1", schema: httpUrl, fallback: undefined },
  { key: "remote.model", summary: "the model to ask for there", schema: text, fallback: undefined },
  { key: "remote.contextTokens", summary: "its context window", schema: count(10_000_000), fallback: undefined },
  { key: "remote.maxAttempts", summary: "calls of one question, the first included", schema: count(10), fallback: 3 },
  {
    key: "remote.attemptSeconds",
    summary: "seconds without a word of the remote until one attempt is given up and the next is made",
    schema: count(3600),
    fallback: 60,
  },
  {
    key: "remote.silenceSeconds",
    summary:
      "seconds without a word of the remote, retries included, until it is given up (5 times that for a whole answer)",
    schema: count(3600),
    fallback: 120,
  },
  {
    key: "remote.historyTokens",
    summary: "tokens of a project's history that are sent along; of older turns the remote is told in short",
    schema: count(10_000_000),
    fallback: 2000,
  },
  {
    key: "remote.batchUrl",
    summary: "where the server takes several questions in one request, if it does (docs/resilience.md)",
    schema: httpUrl,
    fallback: undefined,
  },
  {
    key: "remote.gzip",
    summary: "the server takes gzipped requests; one that says so itself need not be told of",
    schema: flag,
    fallback: false,
  },
  {
    key: "remote.inputPrice",
    summary: "what a million tokens of questions cost there, in your currency (mobile-ai budget)",
    schema: price,
    fallback: undefined,
  },
  {
    key: "remote.outputPrice",
    summary: "what a million tokens of answers cost there",
    schema: price,
    fallback: undefined,
  },
  {
    key: "budget.tokensPerDay",
    summary: "tokens that the remote may take in a day; then this device alone answers",
    schema: count(1_000_000_000),
    fallback: undefined,
  },
  {
    key: "budget.moneyPerDay",
    summary: "money that the remote may take in a day, by the two prices",
    schema: price,
    fallback: undefined,
  },
  {
    key: "cache.enabled",
    summary: "give an answer of the remote again when the same is asked in the same place",
    schema: flag,
    fallback: true,
  },
  { key: "cache.hours", summary: "how old such an answer may be", schema: count(8760), fallback: 24 },
  { key: "cache.maxEntries", summary: "how many are kept", schema: count(100_000), fallback: 500 },
  {
    key: "queue.enabled",
    summary: "keep a question that the remote must answer while there is no network, and ask it then",
    schema: flag,
    fallback: true,
  },
  {
    key: "privacy.redactPersonalData",
    summary: "consent: personal data is replaced by placeholders before a question leaves; false keeps it here",
    schema: flag,
    fallback: false,
  },
  {
    key: "rules.disabled",
    summary: "ids of rules switched off",
    schema: v.array(v.pipe(v.string(IDS), v.minLength(1, IDS)), IDS),
    fallback: [],
  },
  {
    key: "rules.file",
    summary: "a JSON file of rules of your own (mobile-ai rules check FILE)",
    schema: text,
    fallback: undefined,
  },
  { key: "local.model", summary: "the local model to use (mobile-ai models list)", schema: text, fallback: undefined },
  { key: "local.threads", summary: "threads for llama.cpp; unset: measured", schema: count(256), fallback: undefined },
  {
    key: "local.contextTokens",
    summary: "context for llama.cpp, at most the model's",
    schema: count(10_000_000),
    fallback: 4096,
  },
  {
    key: "local.detectServers",
    summary: "look for Ollama, llama-server and LM Studio on this device when no local model is set",
    schema: flag,
    fallback: true,
  },
  { key: "router.threshold", summary: "score from which a question goes remote", schema: share, fallback: 0.55 },
  {
    key: "router.weights",
    summary: "file of the learned router, or none; unset: the one in use (mobile-ai router use)",
    schema: text,
    fallback: undefined,
  },
  {
    key: "router.hybridBand",
    summary: "width of the band below it that is answered here first",
    schema: share,
    fallback: 0.1,
  },
  {
    key: "store.keyFile",
    summary: "file (mode 0600) with the key or passphrase of an encrypted history (mobile-ai store)",
    schema: text,
    fallback: undefined,
  },
  {
    key: "audit.enabled",
    summary: "record every decision, without any text, in a file that can be verified (mobile-ai audit)",
    schema: flag,
    fallback: true,
  },
  {
    key: "power.hints",
    summary: "while a question is answered: a faster processor and no falling asleep, where allowed (mobile-ai power)",
    schema: flag,
    fallback: false,
  },
  { key: "history.windowTurns", summary: "turns of a project kept in memory", schema: count(10_000), fallback: 100 },
  {
    key: "history.maxTurns",
    summary: "turns of a project kept at all; the oldest go first",
    schema: count(10_000_000),
    fallback: 10_000,
  },
];

/** The settings of one run, each with its origin. */
export class Settings {
  readonly #values: ReadonlyMap<string, { readonly value: SettingValue | undefined; readonly origin: SettingOrigin }>;

  constructor(sources: {
    readonly file: Readonly<Record<string, SettingValue>>;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly flags: readonly string[];
  }) {
    const flags = new Map(sources.flags.map(parseAssignment));
    this.#values = new Map(
      SETTINGS.map((setting): [string, { value: SettingValue | undefined; origin: SettingOrigin }] => {
        const fromFlag = flags.get(setting.key);
        if (fromFlag !== undefined) return [setting.key, { value: fromFlag, origin: "flag" }];
        const variable = variableOf(setting.key);
        const fromEnvironment = sources.environment[variable];
        if (fromEnvironment !== undefined && fromEnvironment !== "") {
          return [setting.key, { value: parseSetting(setting, fromEnvironment, variable), origin: "environment" }];
        }
        const fromFile = sources.file[setting.key];
        if (fromFile !== undefined) return [setting.key, { value: fromFile, origin: "file" }];
        return [setting.key, { value: setting.fallback, origin: "default" }];
      }),
    );
  }

  get(key: string): { readonly value: SettingValue | undefined; readonly origin: SettingOrigin } {
    const found = this.#values.get(key);
    if (found === undefined) throw new TypeError(`Cannot read setting "${key}": there is none of that name`);
    return found;
  }

  text(key: string): string | undefined {
    const { value } = this.get(key);
    return typeof value === "string" ? value : undefined;
  }

  number(key: string): number | undefined {
    const { value } = this.get(key);
    return typeof value === "number" ? value : undefined;
  }

  flag(key: string): boolean {
    return this.get(key).value === true;
  }

  list(key: string): readonly string[] {
    const { value } = this.get(key);
    return typeof value === "object" ? value : [];
  }
}

/** The variable that overrides a setting: `remote.baseUrl` is `MOBILE_AI_REMOTE_BASE_URL`. */
export function variableOf(key: string): string {
  return `MOBILE_AI_${key
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(".", "_")
    .toUpperCase()}`;
}

/** The setting of a key. Throws UsageError that names the nearest known ones. */
export function settingOf(key: string): Setting {
  const found = SETTINGS.find((setting) => setting.key === key);
  if (found === undefined) {
    throw new UsageError(`Unknown setting "${key}". Known: ${SETTINGS.map((setting) => setting.key).join(", ")}`);
  }
  return found;
}

/** Reads the value of a setting as a person writes it. */
export function parseSetting(setting: Setting, written: string, place: string): SettingValue {
  const candidates: unknown[] = [written];
  const type = setting.schema.type;
  if (type === "boolean")
    candidates[0] = { true: true, yes: true, on: true, false: false, no: false, off: false }[written];
  else if (type === "number") candidates[0] = written.trim() === "" ? Number.NaN : Number(written);
  else if (type === "array")
    candidates[0] = written
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  return checked(setting, candidates[0], place, written);
}

function checked(setting: Setting, value: unknown, place: string, shown: string): SettingValue {
  const result = v.safeParse(setting.schema, value);
  if (result.success) return result.output;
  const problem = result.issues[0].message;
  throw new UsageError(`Cannot use ${place}: ${problem} (got ${quoted(shown)}). It is ${setting.summary}`);
}

/** JSON has its own quotation marks. */
function quoted(shown: string): string {
  const cut = shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
  return /^["[{]/.test(cut) ? cut : `"${cut}"`;
}

function parseAssignment(assignment: string): [string, SettingValue] {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw new UsageError(`Cannot read --set ${assignment}: expected KEY=VALUE`);
  const setting = settingOf(assignment.slice(0, equals));
  return [setting.key, parseSetting(setting, assignment.slice(equals + 1), `--set ${setting.key}`)];
}

/**
 * Reads the text of a configuration file: a JSON object of objects, every key known, every value checked.
 * Throws UsageError naming the file, the key and the wish; nothing of a bad file is used.
 */
export function parseSettingsFile(content: string, path: string): Record<string, SettingValue> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new UsageError(
      `Cannot read ${path}: it is not valid JSON (${error instanceof Error ? error.message : error}). Correct or remove it`,
    );
  }
  const values: Record<string, SettingValue> = {};
  flatten(parsed, "", path, values, 0);
  return values;
}

function flatten(
  value: unknown,
  prefix: string,
  path: string,
  values: Record<string, SettingValue>,
  depth: number,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth > 4) {
    throw new UsageError(`Cannot read ${path}: expected an object${prefix === "" ? "" : ` at "${prefix}"`}`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const setting = SETTINGS.find((each) => each.key === key);
    if (setting !== undefined) {
      values[key] = checked(setting, inner, `"${key}" in ${path}`, JSON.stringify(inner) ?? "nothing");
    } else if (SETTINGS.some((each) => each.key.startsWith(`${key}.`))) {
      flatten(inner, key, path, values, depth + 1);
    } else {
      throw new UsageError(`Cannot read ${path}: unknown setting "${key.slice(0, 100)}". See mobile-ai config get`);
    }
  }
}

/** The text of a configuration file that holds these values. */
export function formatSettingsFile(values: Readonly<Record<string, SettingValue>>): string {
  const tree: Record<string, Record<string, SettingValue> | SettingValue> = {};
  for (const { key } of SETTINGS) {
    const value = values[key];
    if (value === undefined) continue;
    const [room, name] = key.split(".");
    if (name === undefined) tree[room!] = value;
    else tree[room!] = { ...(tree[room!] as Record<string, SettingValue> | undefined), [name]: value }; // a room's entry is always an object
  }
  return `${JSON.stringify(tree, null, 2)}\n`;
}
