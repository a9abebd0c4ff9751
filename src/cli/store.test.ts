import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { bytesBelow } from "../../test/support/files-below.js";
import { TestHome } from "../../test/support/terminal.js";

const canary = ["pterodaustro", "quetzalcoatlus"].join(" ");
const passphrase = ["correct", "horse", "battery"].join(" ");
const hasCanary = (home: TestHome): boolean => /pterodaustr|quetzalcoatl/i.test(bytesBelow(home.directory));

const withNotes = async (): Promise<TestHome> => {
  const home = new TestHome();
  await home.run(["project", "switch", `my ${canary}`]);
  await home.run(["ask", `remember that the ${canary} is green`]);
  await home.run(["ask", "-p", "other", "12 * 7"]);
  expect(hasCanary(home)).toBe(true);
  return home;
};

/** Every command that reads or writes the history. */
const commands: readonly (readonly string[])[] = [
  ["ask", "3 + 4"],
  ["ask", "--json", "what did I say about the pterodaustro?"],
  ["route", "Who wrote Faust?"],
  ["chat"],
  ["project", "list"],
  ["project", "switch", "other"],
  ["project", "show"],
  ["project", "rename", "other", "another"],
  ["project", "private", "another"],
  ["project", "export", "another"],
  ["project", "delete", "another", "--yes"],
  ["history"],
  ["history", "--search", "green"],
  ["stats"],
  ["stats", "--reset"],
  ["forget", "--project", `my ${canary}`, "--yes"],
  ["forget", "--all", "--yes"],
];

describe("mobile-ai store", () => {
  test("encrypts with a key file that it makes, and every command works on", async () => {
    const home = await withNotes();
    const key = join(new TestHome().directory, "mobile-ai.key"); // on a card, say
    expect(JSON.parse((await home.run(["store", "status", "--json"])).stdout)).toMatchObject({ encryption: "none" });
    const encrypted = await home.run(["store", "encrypt", "--key-file", key]);
    expect(encrypted).toMatchObject({ code: 0 });
    expect(encrypted.stdout).toContain("Encrypted 2 turns and notes");
    expect(encrypted.stderr).toContain("Keep a copy elsewhere");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(hasCanary(home)).toBe(false);
    expect(JSON.parse((await home.run(["store", "status", "--json"])).stdout)).toMatchObject({ encryption: "key" });
    expect((await home.run(["history", "--search", "pterodaustro"])).stdout).toContain(`${canary} is green`);
    expect((await home.run(["store", "encrypt"])).stderr).toContain("encrypted already");
    for (const words of commands) {
      const { code, stderr } = await home.run(words);
      if (words[0] !== "route") expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
    }
    expect(hasCanary(home)).toBe(false);
  });

  test("says in one line that the key is missing, wrong, or open to others, with code 1, and changes nothing", async () => {
    const home = await withNotes();
    const key = join(home.directory, "a.key");
    await home.run(["store", "encrypt", "--key-file", key]);
    const before = readFileSync(join(home.directory, "data", "store.sqlite"));
    const refusals: readonly (readonly [() => void, string])[] = [
      [() => chmodSync(key, 0o644), "others may read it"],
      [
        () => writeFileSync(key, `${"7".repeat(64)}\n`, { mode: 0o600 }),
        "the key is not the one it was encrypted with. Nothing was changed",
      ],
      [() => writeFileSync(key, "abc\n"), "expected one line of 64 hexadecimal digits"],
      [() => writeFileSync(join(home.directory, "config.json"), "{}"), "mobile-ai config set store.keyFile FILE"],
    ];
    for (const [spoil, message] of refusals) {
      spoil();
      if (message.includes("not the one")) chmodSync(key, 0o600);
      for (const words of commands) {
        if (words[0] === "route") continue; // without a remote nothing stored decides: it leaves the store alone
        const { code, stdout, stderr } = await home.run(words);
        expect({ words, code }).toEqual({ words, code: 1 });
        if (words.includes("--json"))
          expect(JSON.parse(stdout)).toEqual({ error: { message: stderr.trim(), exitCode: 1 } });
        else expect(stdout).toBe("");
        expect(stderr).toContain(message);
        expect(stderr.trim().split("\n")).toHaveLength(1);
      }
      for (const words of [
        ["store", "decrypt"],
        ["store", "rekey"],
      ]) {
        expect((await home.run(words)).stderr).toContain(message);
      }
      expect((await home.run(["store", "status"])).stdout).toContain("by a key file");
      expect((await home.run(["doctor"])).code).toBe(0);
    }
    expect(readFileSync(join(home.directory, "data", "store.sqlite")).equals(before)).toBe(true);
  });

  test("takes a passphrase from the variable, changes it, and decrypts", async () => {
    const home = await withNotes();
    home.environment["MOBILE_AI_PASSPHRASE"] = "short";
    expect((await home.run(["store", "encrypt"])).stderr).toContain("at least 8 characters");
    delete home.environment["MOBILE_AI_PASSPHRASE"];
    expect(await home.run(["store", "encrypt"])).toMatchObject({ code: 2 });
    home.environment["MOBILE_AI_PASSPHRASE"] = passphrase;
    expect((await home.run(["store", "encrypt"])).code).toBe(0);
    expect(hasCanary(home)).toBe(false);
    expect(bytesBelow(home.directory)).not.toContain(passphrase);
    expect((await home.run(["history", "-p", "other"])).stdout).toContain("12 * 7");
    home.environment["MOBILE_AI_NEW_PASSPHRASE"] = `${passphrase} staple`;
    expect((await home.run(["store", "rekey"])).code).toBe(0);
    const refused = await home.run(["history"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("the passphrase is not the one it was encrypted with");
    home.environment["MOBILE_AI_PASSPHRASE"] = `${passphrase} staple`;
    expect((await home.run(["history"])).stdout).toContain("green");
    expect(hasCanary(home)).toBe(false);
    // From a passphrase to a file and back to none.
    const key = join(home.directory, "b.key");
    expect((await home.run(["store", "rekey", "--key-file", key])).code).toBe(0);
    delete home.environment["MOBILE_AI_PASSPHRASE"];
    expect((await home.run(["history"])).stdout).toContain("green");
    expect((await home.run(["store", "decrypt"])).stdout).toContain("Decrypted 2 turns");
    expect((await home.run(["history"])).stdout).toContain("green");
    expect(existsSync(key)).toBe(true);
    expect((await home.run(["store", "decrypt"])).stderr).toContain("is not encrypted");
    expect((await home.run(["store", "rekey"])).stderr).toContain("is not encrypted");
  });

  test("asks for the passphrase on a terminal without showing it, twice for a new one, three times for a wrong one", async () => {
    const home = await withNotes();
    const modes: boolean[] = [];
    const terminalWith = (...lines: readonly string[]): PassThrough => {
      const stdin = Object.assign(new PassThrough(), {
        isTTY: true,
        setRawMode: (raw: boolean) => {
          modes.push(raw);
          const line = raw ? left.shift() : undefined;
          if (line !== undefined) setImmediate(() => stdin.write(line));
        },
      });
      const left = [...lines];
      return stdin;
    };
    const typed = `${passphrase}x\u007f\r`; // with a slip that is taken back
    const differing = await home.run(["store", "encrypt"], { stdin: terminalWith(typed, "other words\r") });
    expect(differing.stderr).toContain("the two passphrases differ. Nothing was changed");
    const encrypted = await home.run(["store", "encrypt"], { stdin: terminalWith(typed, `${passphrase}\r`) });
    expect(encrypted).toMatchObject({ code: 0, stderr: "New passphrase: \nThe same again: \n" });
    const { stdout, stderr } = await home.run(["history"], { stdin: terminalWith("wrong one\r", `${passphrase}\r`) });
    expect(stdout).toContain("green");
    expect(stderr).toBe("Passphrase: \nThat is not the passphrase. Try again.\nPassphrase: \n");
    const failed = await home.run(["history"], { stdin: terminalWith("wrong 1\r", "wrong 2\r", "wrong 3\r") });
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(modes.filter((raw) => raw)).toHaveLength(modes.length / 2);
  });
});
