/**
 * Authenticated encryption under keys that its maker holds. A port: Hermes has no Web Crypto, and a browser no scrypt.
 * `context` names the place where something stands, so that it means nothing at any other.
 */
export interface Cipher {
  seal(plain: Uint8Array, context: string): Promise<Uint8Array>;
  /** Rejects when the bytes were changed, or were sealed for another context or under another key. */
  open(sealed: Uint8Array, context: string): Promise<Uint8Array>;
  /** For each text a short name that only the key's holder can compute, always the same: to find things by. No spaces. */
  mac(texts: readonly string[], context: string): Promise<readonly string[]>;
}

/** A cipher with what must be stored to make it again from the person's secret: method, salt, parameters, check value. */
export interface StoreLock {
  readonly lock: string;
  readonly cipher: Cipher;
}

/** The store is encrypted, and the key is missing, wrong, or was changed while the store was open. */
export class StoreLockedError extends Error {
  override readonly name: string = "StoreLockedError";
}
