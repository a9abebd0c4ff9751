import { messageOf } from "../../core/errors.js";
import { nodeDevice } from "../../platform/node/device-status.js";
import { readMachineFacts } from "../../platform/node/facts.js";
import { openSqlite } from "../../platform/node/sqlite-driver.js";
import type { Parsed } from "../command.js";
import { loadSettings, pathsOf, remoteApiKey } from "../configuration.js";
import { modelFiles, serversOnThisDevice } from "../local-engines.js";
import { bytes, colors, print, safe, type Terminal, table } from "../terminal.js";

interface Check {
  readonly name: string;
  readonly state: "good" | "missing" | "problem";
  readonly detail: string;
  /** What to do, exactly. */
  readonly next?: string;
}

/** `mobile-ai doctor`: what is here, what is missing, and the exact next step. Exit code 1 when something is broken. */
export async function doctor(parsed: Parsed, terminal: Terminal): Promise<number> {
  const device = await nodeDevice().refresh();
  const facts = await readMachineFacts({ environment: terminal.environment });
  const checks = [
    nodeCheck(facts.nodeVersion),
    await settingsCheck(parsed, terminal),
    await storeCheck(terminal),
    await bindingCheck(),
    ...(await modelChecks(parsed, terminal)),
    await remoteCheck(parsed, terminal),
    simdCheck(facts.wasmSimd),
    batteryCheck(device.batteryLevel, facts.termux),
  ];
  const broken = checks.some((check) => check.state === "problem");
  if (parsed.flag("json")) {
    print(terminal, JSON.stringify({ machine: facts, device, checks }, null, 2));
    return broken ? 1 : 0;
  }
  const paint = colors(terminal);
  print(
    terminal,
    table([
      [
        "machine",
        `${facts.processor}, ${facts.cores} cores, ${bytes(facts.totalMemoryBytes)} memory, ${facts.architecture}`,
      ],
      ["system", `${facts.operatingSystem}${facts.termux ? " (Termux)" : ""}, Node ${facts.nodeVersion}`],
      ["device", deviceLine(device)],
    ]),
  );
  print(terminal, "");
  const marks = { good: paint.green("ok     "), missing: paint.yellow("missing"), problem: paint.red("problem") };
  for (const check of checks) {
    print(terminal, `${marks[check.state]}  ${check.name}: ${safe(check.detail)}`);
    if (check.next !== undefined) print(terminal, `         next: ${paint.bold(check.next)}`);
  }
  return broken ? 1 : 0;
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    state: good ? "good" : "problem",
    detail: version,
    ...(good ? {} : { next: "install Node 20.19 or newer" }),
  };
}

async function settingsCheck(parsed: Parsed, terminal: Terminal): Promise<Check> {
  const { configFile } = pathsOf(terminal);
  try {
    await loadSettings(terminal, parsed.texts("set"));
    return { name: "settings", state: "good", detail: configFile };
  } catch (error) {
    return { name: "settings", state: "problem", detail: messageOf(error), next: `correct or remove ${configFile}` };
  }
}

async function storeCheck(terminal: Terminal): Promise<Check> {
  const { storeFile } = pathsOf(terminal);
  try {
    const driver = await openSqlite(storeFile);
    try {
      const [row] = await driver.all("PRAGMA quick_check(1)");
      const found = String(Object.values(row ?? {})[0]);
      if (found !== "ok") throw new Error(`the file is damaged (${found})`);
    } finally {
      await driver.close();
    }
    return { name: "history", state: "good", detail: storeFile };
  } catch (error) {
    return {
      name: "history",
      state: "problem",
      detail: messageOf(error),
      next: `move ${storeFile} away, or restore a copy of it`,
    };
  }
}

/** Only asks whether the library is there: starting it would cost a second. */
async function bindingCheck(): Promise<Check> {
  try {
    import.meta.resolve("node-llama-cpp");
    return { name: "llama.cpp", state: "good", detail: "node-llama-cpp is installed" };
  } catch {
    return {
      name: "llama.cpp",
      state: "missing",
      detail: "model files cannot run without it",
      next: "npm install node-llama-cpp",
    };
  }
}

async function modelChecks(parsed: Parsed, terminal: Terminal): Promise<Check[]> {
  const checks: Check[] = [];
  let found = 0;
  try {
    for (const file of await modelFiles(terminal).list()) {
      if (file.state === "ready") {
        found++;
        checks.push({ name: "model file", state: "good", detail: `${file.name}, ${bytes(file.sizeBytes)}` });
      } else {
        const next = `mobile-ai models remove ${file.name}`;
        checks.push({
          name: "model file",
          state: "problem",
          detail: `${file.name} is ${file.state}: ${file.path}`,
          next,
        });
      }
    }
  } catch (error) {
    checks.push({ name: "model files", state: "problem", detail: messageOf(error) });
  }
  try {
    const settings = await loadSettings(terminal, parsed.texts("set"));
    for (const server of await serversOnThisDevice(settings, terminal)) {
      found += server.models.length;
      const detail = `${server.name} at ${server.baseUrl}, ${server.models.length} models`;
      checks.push({ name: "local server", state: "good", detail });
    }
  } catch {
    terminal.signal.throwIfAborted(); // settings that cannot be read are reported above
  }
  if (found === 0) {
    checks.push({
      name: "local model",
      state: "missing",
      detail: "only the device skills answer here",
      next: "mobile-ai models add FILE.gguf, or mobile-ai models pull URL, or start Ollama",
    });
  }
  return checks;
}

async function remoteCheck(parsed: Parsed, terminal: Terminal): Promise<Check> {
  const name = "remote model";
  try {
    const settings = await loadSettings(terminal, parsed.texts("set"));
    const url = settings.text("remote.baseUrl");
    if (url === undefined)
      return {
        name,
        state: "missing",
        detail: "nothing leaves this device",
        next: "mobile-ai config set remote.baseUrl https://HOST/v1",
      };
    if (settings.text("remote.model") === undefined) {
      return {
        name,
        state: "problem",
        detail: `${url}, but no model is named`,
        next: "mobile-ai config set remote.model NAME",
      };
    }
    const key = await remoteApiKey(terminal);
    return key === undefined
      ? {
          name,
          state: "missing",
          detail: `${url} has no key (some need none)`,
          next: "mobile-ai config set remote.apiKey < FILE",
        }
      : { name, state: "good", detail: `${settings.text("remote.model")} at ${url}, key in ${key.place}` };
  } catch (error) {
    return { name, state: "problem", detail: messageOf(error) };
  }
}

function simdCheck(simd: boolean): Check {
  return simd
    ? { name: "WebAssembly SIMD", state: "good", detail: "the fast kernels run" }
    : { name: "WebAssembly SIMD", state: "missing", detail: "the plain kernels run instead, several times slower" };
}

function batteryCheck(level: number | undefined, termux: boolean): Check {
  if (level !== undefined) return { name: "battery", state: "good", detail: `${Math.round(level * 100)} %` };
  return {
    name: "battery",
    state: "missing",
    detail: "this device tells no battery; routing does without",
    ...(termux ? { next: "pkg install termux-api, and install the Termux:API app" } : {}),
  };
}

function deviceLine(device: Awaited<ReturnType<ReturnType<typeof nodeDevice>["refresh"]>>): string {
  const facts = [
    device.online === undefined ? "network unknown" : device.online ? "online" : "offline",
    device.batteryLevel === undefined
      ? "battery unknown"
      : `battery ${Math.round(device.batteryLevel * 100)} %${device.charging ? ", charging" : ""}`,
    device.thermal === undefined ? "temperature unknown" : `thermal ${device.thermal}`,
    device.freeMemoryBytes === undefined ? "" : `${bytes(device.freeMemoryBytes)} free`,
    device.cpuPressure === undefined ? "" : `processor pressure ${Math.round(device.cpuPressure * 100)} %`,
  ];
  return facts.filter((fact) => fact !== "").join(", ");
}
