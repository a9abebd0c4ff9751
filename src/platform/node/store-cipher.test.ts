import { createHmac, hkdfSync, scryptSync, webcrypto } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoreLockedError } from "../../core/cipher.js";
import { createStoreLock, openStoreLock, type StoreSecret, secretKindOf } from "./store-cipher.js";

const key = (fill: number): StoreSecret => ({ kind: "key", bytes: new Uint8Array(32).fill(fill) });
const passphrase = (text: string): StoreSecret => ({ kind: "passphrase", text });
const cheap = { cost: { n: 16, r: 8, p: 1 } };

describe("store cipher", () => {
  test("opens what it sealed, at the same place only", async () => {
    const { cipher } = await createStoreLock(key(7));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), async (bytes, here, there) => {
        const sealed = await cipher.seal(bytes, here);
        expect([...(await cipher.open(sealed, here))]).toEqual([...bytes]);
        if (here !== there) await expect(cipher.open(sealed, there)).rejects.toThrow("changed, moved or damaged");
      }),
      { numRuns: 50 },
    );
  });

  test("never seals the same bytes alike, and notices every changed byte", async () => {
    const { cipher } = await createStoreLock(key(7));
    const plain = new TextEncoder().encode("hello");
    const sealed = await cipher.seal(plain, "x");
    expect(sealed.length).toBe(1 + 12 + 5 + 16);
    expect(await cipher.seal(plain, "x")).not.toEqual(sealed);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Uint8Array.from(sealed);
      changed[index]! ^= 1;
      await expect(cipher.open(changed, "x")).rejects.toThrow("changed, moved or damaged");
    }
    await expect(cipher.open(sealed.subarray(0, 20), "x")).rejects.toThrow("changed, moved or damaged");
  });

  test("is AES-256-GCM and HMAC-SHA-256 under keys by HKDF: Web Crypto reads it", async () => {
    const { lock, cipher } = await createStoreLock(key(9));
    const salt = Buffer.from((JSON.parse(lock) as { salt: string }).salt, "base64");
    const derive = (use: string) => new Uint8Array(hkdfSync("sha256", new Uint8Array(32).fill(9), salt, use, 32));
    const sealed = await cipher.seal(new TextEncoder().encode("hello"), "place");
    const sealKey = await webcrypto.subtle.importKey("raw", derive("mobile-ai store 1 seal"), "AES-GCM", false, [
      "decrypt",
    ]);
    const additionalData = new TextEncoder().encode("place");
    const opened = await webcrypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.slice(1, 13), additionalData },
      sealKey,
      sealed.slice(13),
    );
    expect(new TextDecoder().decode(opened)).toBe("hello");
    const mac = createHmac("sha256", derive("mobile-ai store 1 mac")).update(JSON.stringify(["place", "word"]));
    expect(await cipher.mac(["word"], "place")).toEqual([mac.digest().subarray(0, 9).toString("base64url")]);
  });

  test("names a text alike each time, and otherwise at another place or under another key", async () => {
    const { lock, cipher } = await createStoreLock(key(7));
    const again = await openStoreLock(lock, key(7));
    const names = await cipher.mac(["cat", "dog", "cat"], "a");
    expect(names[0]).toBe(names[2]);
    expect(names[0]).toMatch(/^[\w-]{12}$/);
    expect(new Set([...names, ...(await cipher.mac(["cat"], "b"))]).size).toBe(3);
    expect(await again.mac(["cat"], "a")).toEqual([names[0]]);
    expect(await (await createStoreLock(key(7))).cipher.mac(["cat"], "a")).not.toEqual([names[0]]);
  });

  test("opens with the passphrase, however its accents are typed, and refuses every other", async () => {
    const { lock, cipher } = await createStoreLock(passphrase("caf\u00e9 au lait"), cheap);
    const sealed = await cipher.seal(Uint8Array.of(1), "x");
    const again = await openStoreLock(lock, passphrase("cafe\u0301 au lait"));
    expect([...(await again.open(sealed, "x"))]).toEqual([1]);
    await expect(openStoreLock(lock, passphrase("cafe au lait"))).rejects.toThrow(
      /^Cannot open the context store: the passphrase is not the one it was encrypted with/,
    );
    await expect(openStoreLock(lock, passphrase("cafe au lait"))).rejects.toThrow(StoreLockedError);
    await expect(openStoreLock(lock, key(1))).rejects.toThrow("it is encrypted with a passphrase, got a key");
    expect(secretKindOf(lock)).toBe("passphrase");
    // What is stored is a salt, the cost, and a sealed constant: scrypt again, and HKDF, make the key.
    const { salt, scrypt } = JSON.parse(lock) as { salt: string; scrypt: object };
    expect(scrypt).toEqual(cheap.cost);
    const master = scryptSync("caf\u00e9 au lait", Buffer.from(salt, "base64"), 32, { N: 16, r: 8, p: 1 });
    expect(lock).not.toContain(master.toString("base64"));
  });

  test("refuses keys of another length, and locks that are damaged, newer, or would take all memory", async () => {
    await expect(createStoreLock({ kind: "key", bytes: new Uint8Array(31) })).rejects.toThrow("32 bytes, got 31");
    const { lock } = await createStoreLock(passphrase("x"), cheap);
    const whole = JSON.parse(lock) as Record<string, unknown>;
    const dear = (n: number, r = 8, p = 1) => ({ ...whole, scrypt: { n, r, p } });
    for (const damaged of [
      "",
      "{}",
      "null",
      "[",
      JSON.stringify({ ...whole, salt: 1 }),
      JSON.stringify({ ...whole, secret: "none" }),
      JSON.stringify({ ...whole, scrypt: undefined }),
      JSON.stringify(dear(2 ** 30)),
      JSON.stringify(dear(1000)),
      JSON.stringify(dear(2 ** 15, 1024)),
      JSON.stringify(dear(2 ** 15, 8, 1e6)),
      JSON.stringify(dear(-16)),
    ]) {
      await expect(openStoreLock(damaged, passphrase("x"))).rejects.toThrow("description of its encryption is damaged");
    }
    await expect(openStoreLock(JSON.stringify({ ...whole, version: 2 }), passphrase("x"))).rejects.toThrow("version 2");
  });
});
