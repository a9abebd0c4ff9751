import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, scrypt } from "node:crypto";
import { type Cipher, type StoreLock, StoreLockedError } from "../../core/cipher.js";

/** What a person keeps: a passphrase, or 32 random bytes. */
export type StoreSecret =
  | { readonly kind: "passphrase"; readonly text: string }
  | { readonly kind: "key"; readonly bytes: Uint8Array };

/** Cost of scrypt (RFC 7914). Memory is 128 * n * r bytes. */
export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** Of OWASP's equally strong choices (Password Storage Cheat Sheet, 2026) the one with 32 MiB: a phone has that to spare. */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 15, r: 8, p: 3 };
/** A lock from outside must not make this process use all its memory. */
const MAX_SCRYPT_BYTES = 256 * 2 ** 20;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 72 bits: that any two of a million different terms are taken for one has a chance of 1 in 10 billion. */
const MAC_BYTES = 9;
/** First byte of everything sealed: AES-256-GCM, then 12 bytes of nonce, the text, 16 bytes of tag. */
const SEAL_VERSION = 1;
const LOCK_VERSION = 1;
const CHECK = "mobile-ai store";

interface Lock {
  readonly version: typeof LOCK_VERSION;
  readonly secret: StoreSecret["kind"];
  /** Base64, 16 bytes. */
  readonly salt: string;
  readonly scrypt?: ScryptCost;
  /** Base64: a known text sealed, by which a wrong secret is told. */
  readonly check: string;
}

/** Makes a new lock, with a salt of its own, from a secret. RangeError unless a key has 32 bytes. */
export async function createStoreLock(
  secret: StoreSecret,
  options: { readonly cost?: ScryptCost } = {},
): Promise<StoreLock> {
  const salt = randomBytes(16);
  const cost = secret.kind === "passphrase" ? (options.cost ?? SCRYPT_COST) : undefined;
  const cipher = await cipherOf(secret, salt, cost);
  const check = await cipher.seal(new TextEncoder().encode(CHECK), "check");
  const lock: Lock = {
    version: LOCK_VERSION,
    secret: secret.kind,
    salt: salt.toString("base64"),
    ...(cost === undefined ? {} : { scrypt: cost }),
    check: Buffer.from(check).toString("base64"),
  };
  return { lock: JSON.stringify(lock), cipher };
}

/** Which kind of secret a stored lock asks for. */
export function secretKindOf(lock: string): StoreSecret["kind"] {
  return readLock(lock).secret;
}

/** The cipher of a stored lock. StoreLockedError when the secret is not the one it was made with. */
export async function openStoreLock(lock: string, secret: StoreSecret): Promise<Cipher> {
  const { secret: kind, salt, scrypt: cost, check } = readLock(lock);
  if (secret.kind !== kind) {
    throw new StoreLockedError(`Cannot open the context store: it is encrypted with a ${kind}, got a ${secret.kind}`);
  }
  const cipher = await cipherOf(secret, Buffer.from(salt, "base64"), cost);
  try {
    await cipher.open(Buffer.from(check, "base64"), "check");
  } catch {
    throw new StoreLockedError(
      `Cannot open the context store: the ${kind} is not the one it was encrypted with. Nothing was changed`,
    );
  }
  return cipher;
}

function readLock(text: string): Lock {
  let lock: Partial<Lock>;
  try {
    lock = (JSON.parse(text) ?? {}) as Partial<Lock>; // every field is asked below
  } catch {
    lock = {};
  }
  const { version, secret, salt, scrypt: cost, check } = lock;
  if (version !== undefined && version !== LOCK_VERSION) {
    throw new StoreLockedError(
      `Cannot open the context store: its encryption has version ${version}, this program knows ${LOCK_VERSION}. Update mobile-ai-orchestrator`,
    );
  }
  const isWhole =
    (secret === "key" || (secret === "passphrase" && isCost(cost))) &&
    typeof salt === "string" &&
    typeof check === "string";
  if (version === undefined || !isWhole) {
    throw new StoreLockedError("Cannot open the context store: the description of its encryption is damaged");
  }
  return { version, secret, salt, ...(cost === undefined ? {} : { scrypt: cost }), check };
}

function isCost(cost: ScryptCost | undefined): cost is ScryptCost {
  if (typeof cost !== "object" || cost === null) return false;
  const { n, r, p } = cost;
  if (![n, r, p].every((value) => Number.isSafeInteger(value) && value > 0)) return false;
  return n > 1 && (n & (n - 1)) === 0 && 128 * n * r <= MAX_SCRYPT_BYTES && p <= 16;
}

async function cipherOf(secret: StoreSecret, salt: Uint8Array, cost: ScryptCost | undefined): Promise<Cipher> {
  const master = secret.kind === "key" ? secret.bytes : await stretch(secret.text, salt, cost ?? SCRYPT_COST);
  if (master.length !== KEY_BYTES) {
    throw new RangeError(
      `Cannot encrypt the context store: expected a key of ${KEY_BYTES} bytes, got ${master.length}`,
    );
  }
  const derive = (use: string): Uint8Array => new Uint8Array(hkdfSync("sha256", master, salt, use, KEY_BYTES));
  return new NodeCipher(derive("mobile-ai store 1 seal"), derive("mobile-ai store 1 mac"));
}

/** Unicode form NFC, so that one keyboard's é is another's. */
function stretch(passphrase: string, salt: Uint8Array, { n, r, p }: ScryptCost): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 2 * 128 * n * r };
    scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits, and HMAC-SHA-256 cut to 72 bits. */
class NodeCipher implements Cipher {
  readonly #sealKey: Uint8Array;
  readonly #macKey: Uint8Array;

  constructor(sealKey: Uint8Array, macKey: Uint8Array) {
    this.#sealKey = sealKey;
    this.#macKey = macKey;
  }

  async seal(plain: Uint8Array, context: string): Promise<Uint8Array> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#sealKey, nonce);
    cipher.setAAD(associated(context));
    const version = Uint8Array.of(SEAL_VERSION);
    return Buffer.concat([version, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  async open(sealed: Uint8Array, context: string): Promise<Uint8Array> {
    if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== SEAL_VERSION) throw broken();
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#sealKey, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(context));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      const text = decipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES));
      return new Uint8Array(Buffer.concat([text, decipher.final()]));
    } catch (error) {
      throw broken(error);
    }
  }

  async mac(texts: readonly string[], context: string): Promise<readonly string[]> {
    return texts.map((text) => {
      const hmac = createHmac("sha256", this.#macKey).update(JSON.stringify([context, text]), "utf8");
      return hmac.digest().subarray(0, MAC_BYTES).toString("base64url");
    });
  }
}

function associated(context: string): Uint8Array {
  return new TextEncoder().encode(context);
}

function broken(cause?: unknown): Error {
  return new Error(
    "Cannot read the context store: an encrypted row was changed, moved or damaged outside of this program. Restore a copy",
    cause === undefined ? undefined : { cause },
  );
}
