import { messageOf } from "../../core/errors.js";
import type { ModelFile } from "../../platform/node/model-files.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { loadSettings, readSettingsFile, writeSettingsFile } from "../configuration.js";
import { modelFiles, serversOnThisDevice } from "../local-engines.js";
import { Progress } from "../progress.js";
import { confirm } from "../session.js";
import { bytes, print, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai models list`: files and servers, the default marked. */
export async function listModels(parsed: Parsed, terminal: Terminal): Promise<number> {
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const [files, servers] = await Promise.all([modelFiles(terminal).list(), serversOnThisDevice(settings, terminal)]);
  const set = settings.text("local.model");
  if (parsed.flag("json")) {
    print(terminal, JSON.stringify({ default: set ?? firstUsable(files) ?? null, files, servers }, null, 2));
    return 0;
  }
  const rows = [
    ...files.map((file) => [
      file.name,
      bytes(file.sizeBytes),
      file.architecture ?? "",
      file.quantization ?? "",
      file.state === "ready" ? `${file.contextTokens} tokens` : file.state,
      file.path,
    ]),
    ...servers.flatMap((server) =>
      server.models.map((model) => [
        `${server.name}:${model.id}`,
        "",
        "server",
        model.forwardsToCloud ? "forwards to a cloud" : "",
        `${model.contextTokens ?? "?"} tokens`,
        server.baseUrl,
      ]),
    ),
  ];
  const current = set ?? firstUsable(files);
  if (rows.length === 0) {
    print(
      terminal,
      "No local model yet. Add one: mobile-ai models add FILE.gguf, or mobile-ai models pull URL, or start Ollama.",
    );
  } else print(terminal, table(rows.map((row) => [row[0] === current ? "*" : "", ...row.map(safe)])));
  return 0;
}

function firstUsable(files: readonly ModelFile[]): string | undefined {
  return files.find((file) => file.state === "ready")?.name;
}

/** `mobile-ai models add`. */
export async function addModel(parsed: Parsed, terminal: Terminal): Promise<number> {
  const name = parsed.text("name");
  const file = await explained(
    `add ${parsed.words[0]}`,
    terminal,
    () => modelFiles(terminal).add(parsed.words[0]!, name === undefined ? {} : { name }), // a required argument
  );
  print(
    terminal,
    `Added ${safe(file.name)}: ${file.architecture ?? "unknown"}, ${bytes(file.sizeBytes)}, ${file.contextTokens ?? "?"} tokens of context`,
  );
  return 0;
}

/** `mobile-ai models pull`. Interrupted, it leaves what it has for the next time. */
export async function pullModel(parsed: Parsed, terminal: Terminal): Promise<number> {
  const name = parsed.text("name");
  const sha256 = parsed.text("sha256");
  const sizeBytes = parsed.count("size");
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new UsageError("Cannot read --sha256: expected 64 hexadecimal digits");
  const progress = new Progress(terminal);
  try {
    const file = await explained(`pull ${parsed.words[0]}`, terminal, () =>
      modelFiles(terminal).pull(parsed.words[0]!, {
        signal: terminal.signal,
        onProgress: ({ receivedBytes, totalBytes }) => progress.show(receivedBytes, totalBytes),
        ...(name === undefined ? {} : { name }),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      }),
    );
    progress.end();
    print(terminal, `Pulled ${safe(file.name)}: ${bytes(file.sizeBytes)}, ${file.path}`);
    return 0;
  } catch (error) {
    progress.end();
    throw error;
  }
}

/** `mobile-ai models remove`. */
export async function removeModel(parsed: Parsed, terminal: Terminal): Promise<number> {
  const name = parsed.words[0]!; // a required argument
  const files = modelFiles(terminal);
  if (!(await files.list()).some((file) => file.name === name)) {
    throw new CommandError(`There is no model "${safe(name)}". See mobile-ai models list`);
  }
  await confirm(parsed, terminal, `Remove model ${safe(name)}?`);
  await explained(`remove ${name}`, terminal, () => files.remove(name));
  const values = await readSettingsFile(terminal);
  if (values["local.model"] === name) {
    delete values["local.model"];
    await writeSettingsFile(terminal, values);
  }
  print(terminal, `Removed ${safe(name)}`);
  return 0;
}

/** `mobile-ai models default`: shows the local model, or sets it. */
export async function defaultModel(parsed: Parsed, terminal: Terminal): Promise<number> {
  const name = parsed.words[0];
  const settings = await loadSettings(terminal, parsed.texts("set"));
  const files = await modelFiles(terminal).list();
  if (name === undefined) {
    print(
      terminal,
      safe(settings.text("local.model") ?? firstUsable(files) ?? "No local model is set. See mobile-ai models list"),
    );
    return 0;
  }
  if (!files.some((file) => file.name === name)) {
    const served = (await serversOnThisDevice(settings, terminal)).flatMap((server) =>
      server.models.map((model) => `${server.name}:${model.id}`),
    );
    if (!served.includes(name)) throw new CommandError(`There is no model "${safe(name)}". See mobile-ai models list`);
  }
  const values = await readSettingsFile(terminal);
  await writeSettingsFile(terminal, { ...values, "local.model": name });
  print(terminal, `${safe(name)} answers on this device now`);
  return 0;
}

/** Runs a file operation; what goes wrong there is the file's or the server's doing, so one line says it. */
async function explained<T>(action: string, terminal: Terminal, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    terminal.signal.throwIfAborted();
    const message = messageOf(error);
    throw new CommandError(message.startsWith("Cannot") ? message : `Cannot ${safe(action)}: ${message}`);
  }
}
