import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Cipher, StoreLockedError } from "../core/cipher.js";
import { messageOf } from "../core/errors.js";
import { openStoreLock, type StoreSecret, secretKindOf } from "../platform/node/store-cipher.js";
import { CommandError, UsageError } from "./command.js";
import { assertPrivate, readIfPresent, writePrivateFile } from "./files.js";
import type { Settings } from "./settings.js";
import { remark, safe, type Terminal } from "./terminal.js";

/** Variables that may hold a passphrase: it must not stand on the command line, where process lists and history show it. */
export const PASSPHRASE_VARIABLE = "MOBILE_AI_PASSPHRASE";
export const NEW_PASSPHRASE_VARIABLE = "MOBILE_AI_NEW_PASSPHRASE";

const SHORTEST_PASSPHRASE = 8;
const TRIES = 3;

/**
 * Opens a store's lock with the secret of this person: the variable, else the file that `store.keyFile` names, else what
 * is typed on the terminal. Rejects with one line that says which of them is missing or wrong.
 */
export async function unlockStore(lock: string, settings: Settings, terminal: Terminal): Promise<Cipher> {
  const kind = secretKindOf(lock);
  const passphrase = terminal.environment[PASSPHRASE_VARIABLE];
  const keyFile = settings.text("store.keyFile");
  if (kind === "passphrase" && passphrase) return openStoreLock(lock, { kind, text: passphrase });
  if (keyFile !== undefined) return openStoreLock(lock, await readSecret(keyFile, kind));
  if (kind === "key") {
    throw new StoreLockedError(
      "Cannot open the history: it is encrypted with a key file. Run: mobile-ai config set store.keyFile FILE",
    );
  }
  if (!terminal.stdin.isTTY) {
    throw new StoreLockedError(
      `Cannot open the history: it is encrypted. Set ${PASSPHRASE_VARIABLE} or the setting store.keyFile, or run this on a terminal`,
    );
  }
  for (let attempt = 1; ; attempt++) {
    const text = await askHidden("Passphrase: ", terminal);
    try {
      return await openStoreLock(lock, { kind, text });
    } catch (error) {
      if (attempt === TRIES || !(error instanceof StoreLockedError)) throw error;
      remark(terminal, "That is not the passphrase. Try again.");
    }
  }
}

/** The secret for a store that is to be encrypted, and the file it stands in. A key file that is not there is made. */
export async function newSecret(
  keyFile: string | undefined,
  variable: string,
  terminal: Terminal,
): Promise<{ readonly secret: StoreSecret; readonly keyFile?: string }> {
  if (keyFile !== undefined) {
    const path = resolve(keyFile);
    if ((await readIfPresent(path)) === undefined) {
      await writePrivateFile(path, `${randomBytes(32).toString("hex")}\n`);
      remark(terminal, `Made a new key: ${safe(path)}. Keep a copy elsewhere: without it the history cannot be read.`);
    }
    return { secret: await readSecret(path), keyFile: path };
  }
  const given = terminal.environment[variable];
  if (given) return { secret: passphraseOf(given) };
  if (!terminal.stdin.isTTY) {
    throw new UsageError(`Missing passphrase: set ${variable}, name a --key-file, or run this on a terminal`);
  }
  const text = await askHidden("New passphrase: ", terminal);
  const secret = passphraseOf(text);
  if ((await askHidden("The same again: ", terminal)) !== text) {
    throw new CommandError("Cannot encrypt the history: the two passphrases differ. Nothing was changed");
  }
  return { secret };
}

function passphraseOf(text: string): StoreSecret {
  if (text.length < SHORTEST_PASSPHRASE) {
    throw new CommandError(
      `Cannot encrypt the history: expected a passphrase of at least ${SHORTEST_PASSPHRASE} characters. Nothing was changed`,
    );
  }
  return { kind: "passphrase", text };
}

/** What a key file holds: 64 hexadecimal digits are a key, any other line is a passphrase; `kind` says what it must be. */
async function readSecret(path: string, kind?: StoreSecret["kind"]): Promise<StoreSecret> {
  let text: string;
  try {
    text = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    throw new CommandError(`Cannot read the key file ${safe(path)}: ${messageOf(error)}`);
  }
  await assertPrivate(path);
  const isKey = /^[0-9a-fA-F]{64}$/.test(text);
  if (isKey && kind !== "passphrase") return { kind: "key", bytes: Uint8Array.from(Buffer.from(text, "hex")) };
  if (kind === "key" || text === "" || /[\r\n]/.test(text)) {
    throw new CommandError(
      `Cannot use the key file ${safe(path)}: expected one line of 64 hexadecimal digits${kind === "key" ? "" : ", or a passphrase"}`,
    );
  }
  return kind === undefined ? passphraseOf(text) : { kind: "passphrase", text };
}

/** Asks for a line that the terminal does not show. Rejects with the signal's reason on Ctrl-C. */
async function askHidden(question: string, terminal: Terminal): Promise<string> {
  const { stdin, stderr, signal } = terminal;
  signal.throwIfAborted();
  stderr.write(question);
  stdin.setRawMode?.(true);
  let onData = (_: Buffer): void => {};
  let onAbort = (): void => {};
  try {
    return await new Promise((fulfil, reject) => {
      let typed = "";
      onAbort = () => reject(signal.reason);
      // In raw mode the keys come as they are: Ctrl-C is passed on as the signal that it is elsewhere.
      onData = (chunk) => {
        for (const character of chunk.toString("utf8")) {
          if (character === "\r" || character === "\n" || character === "\u0004") return fulfil(typed);
          if (character === "\u0003") return process.kill(process.pid, "SIGINT");
          if (character === "\u007f" || character === "\b") typed = [...typed].slice(0, -1).join("");
          else if (character === "\u0015") typed = "";
          else typed += character;
        }
      };
      signal.addEventListener("abort", onAbort, { once: true });
      stdin.on("data", onData);
      stdin.resume();
    });
  } finally {
    stdin.off("data", onData);
    stdin.pause();
    signal.removeEventListener("abort", onAbort);
    stdin.setRawMode?.(false);
    stderr.write("\n");
  }
}
