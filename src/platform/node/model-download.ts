import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, stat, statfs, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../core/errors.js";

/** What a download is checked against, and who hears of it. */
export interface DownloadOptions {
  /** Expected SHA-256, 64 hexadecimal digits. */
  readonly sha256?: string;
  /** Expected size. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
  /** Called after every piece that was written; `totalBytes` is undefined when the server does not say. */
  readonly onProgress?: (progress: { receivedBytes: number; totalBytes: number | undefined }) => void;
}

/** How the part on disk came about: only the same representation is continued. */
interface PartState {
  readonly url: string;
  /** A strong ETag, or a Last-Modified date. */
  readonly validator?: string;
}

/**
 * Downloads `url` to `partPath`, going on where an earlier call stopped when the server still has the same file, and
 * resolves to the SHA-256 of the whole. An interruption of any kind leaves the part for the next call; wrong bytes do not.
 * Rejects with `signal.reason` on abort.
 */
export async function download(url: string, partPath: string, options: DownloadOptions = {}): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  const expected = options.sha256?.toLowerCase();
  const statePath = `${partPath}.json`;
  let state = await readState(statePath);
  let offset =
    state?.url === url && (state.validator !== undefined || expected !== undefined) ? await sizeOf(partPath) : 0;

  let response = await request(url, offset, state?.validator, signal);
  if (response.status === 416 && totalOfRange(response) !== offset) {
    await response.body?.cancel(); // the file there is shorter than the part here: it is another one
    offset = 0;
    response = await request(url, 0, undefined, signal);
  }
  const complete = response.status === 416;
  if (response.status === 206 && !continues(response, offset, state?.validator)) {
    await response.body?.cancel();
    offset = 0;
    response = await request(url, 0, undefined, signal);
  } else if (response.status === 200) offset = 0; // no ranges there, or the file changed: it comes whole
  if (!response.ok && !complete) {
    await response.body?.cancel();
    throw new Error(`Cannot download ${shown(url)}: ${explainStatus(response.status)}`);
  }

  const totalBytes = complete ? offset : totalOf(response, offset);
  if (options.sizeBytes !== undefined && totalBytes !== undefined && totalBytes !== options.sizeBytes) {
    await response.body?.cancel();
    throw new Error(`Cannot download ${shown(url)}: expected ${options.sizeBytes} bytes, the server has ${totalBytes}`);
  }
  if (totalBytes !== undefined) await checkSpace(partPath, totalBytes - offset, url, response);

  const validator = complete ? state?.validator : validatorOf(response);
  state = { url, ...(validator === undefined ? {} : { validator }) };
  await writeFile(statePath, JSON.stringify(state), { mode: 0o600 });

  const hash = createHash("sha256");
  if (offset > 0) await hashFile(partPath, hash, offset, signal);
  const file = await open(partPath, offset === 0 ? "w" : "r+", 0o600);
  let receivedBytes = offset;
  try {
    if (!complete) receivedBytes = await receive(response, file, hash, { url, offset, totalBytes, options });
    await file.sync();
  } finally {
    await file.close();
  }
  if (totalBytes !== undefined && receivedBytes !== totalBytes) {
    throw new Error(
      `Cannot download ${shown(url)}: the connection ended after ${receivedBytes} of ${totalBytes} bytes. Run it again to go on`,
    );
  }
  if (options.sizeBytes !== undefined && receivedBytes !== options.sizeBytes) {
    await discard(partPath);
    throw new Error(`Cannot download ${shown(url)}: expected ${options.sizeBytes} bytes, got ${receivedBytes}`);
  }
  const digest = hash.digest("hex");
  if (expected !== undefined && digest !== expected) {
    await discard(partPath); // continuing wrong bytes cannot make them right
    throw new Error(`Cannot accept ${shown(url)}: expected SHA-256 ${expected}, got ${digest}`);
  }
  return digest;
}

/** Removes a part and what is known of it. */
export async function discard(partPath: string): Promise<void> {
  for (const path of [partPath, `${partPath}.json`]) {
    await unlink(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // fs errors carry a code
    });
  }
}

async function request(
  url: string,
  offset: number,
  validator: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  // Compression would make the ranges and the length those of the compressed bytes.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (offset > 0) {
    headers["range"] = `bytes=${offset}-`;
    if (validator !== undefined) headers["if-range"] = validator;
  }
  try {
    return await fetch(url, { headers, redirect: "follow", ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`Cannot download ${shown(url)}: ${causeOf(error)}`, { cause: error });
  }
}

/** Writes and hashes the body; resolves to the bytes the part then has. */
async function receive(
  response: Response,
  file: FileHandle,
  hash: Hash,
  context: { url: string; offset: number; totalBytes: number | undefined; options: DownloadOptions },
): Promise<number> {
  const { url, offset, totalBytes, options } = context;
  const { signal, onProgress } = options;
  let at = offset;
  const reader = response.body?.getReader();
  if (reader === undefined) return at;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      if (totalBytes !== undefined && at + value.length > totalBytes)
        throw new Error(`the server sent more than ${totalBytes} bytes`);
      for (let written = 0; written < value.length; ) {
        written += (await file.write(value, written, value.length - written, at + written)).bytesWritten;
      }
      hash.update(value);
      at += value.length;
      onProgress?.({ receivedBytes: at, totalBytes });
    }
    await file.truncate(at); // an older, longer part may lie behind it
    return at;
  } catch (error) {
    await reader.cancel().catch(() => {}); // the body failed already; its error is thrown below
    signal?.throwIfAborted();
    throw new Error(
      `Cannot download ${shown(url)}: ${causeOf(error)} after ${at}${totalBytes === undefined ? "" : ` of ${totalBytes}`} bytes. Run it again to go on`,
      { cause: error },
    );
  }
}

async function hashFile(path: string, hash: Hash, length: number, signal: AbortSignal | undefined): Promise<void> {
  for await (const chunk of createReadStream(path, { end: length - 1, highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer); // no encoding is set, so the stream yields buffers
  }
}

/** Whether a 206 really continues this part of this file. */
function continues(response: Response, offset: number, validator: string | undefined): boolean {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (Number(start) !== offset) return false;
  const now = validatorOf(response);
  return validator === undefined || now === undefined || now === validator;
}

function validatorOf(response: Response): string | undefined {
  const etag = response.headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) return etag; // If-Range takes strong ones only (RFC 9110, 13.1.5)
  return response.headers.get("last-modified") ?? undefined;
}

function totalOf(response: Response, offset: number): number | undefined {
  const ranged = totalOfRange(response);
  if (ranged !== undefined) return ranged;
  const length = response.headers.get("content-length");
  return length === null || !/^\d+$/.test(length) ? undefined : offset + Number(length);
}

function totalOfRange(response: Response): number | undefined {
  const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

async function checkSpace(partPath: string, neededBytes: number, url: string, response: Response): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(partPath));
  const freeBytes = bavail * bsize;
  if (neededBytes <= freeBytes) return;
  await response.body?.cancel();
  throw new Error(
    `Cannot download ${shown(url)}: it needs ${neededBytes} more bytes, ${dirname(partPath)} has ${freeBytes} free`,
  );
}

async function readState(path: string): Promise<PartState | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || !("url" in value) || typeof value.url !== "string")
      return undefined;
    const validator = "validator" in value && typeof value.validator === "string" ? value.validator : undefined;
    return { url: value.url, ...(validator === undefined ? {} : { validator }) };
  } catch {
    return undefined; // none, or damaged: the download then starts anew
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0; // fs errors carry a code
    throw error;
  }
}

function explainStatus(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `the server refuses it (HTTP ${status}): it may need a login or an accepted licence. Download it with a browser and use: mobile-ai models add FILE`;
    case 404:
    case 410:
      return `there is no such file (HTTP ${status})`;
    case 429:
      return "the server asks to slow down (HTTP 429). Try again later; what was received is kept";
    default:
      return status >= 500
        ? `the server failed (HTTP ${status}). Try again later; what was received is kept`
        : `the server answered HTTP ${status}`;
  }
}

/** fetch says "fetch failed" and keeps the reason in `cause`. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

/** The address without its query, which may hold a token. */
function shown(url: string): string {
  return url.replace(/\?.*$/s, "");
}
