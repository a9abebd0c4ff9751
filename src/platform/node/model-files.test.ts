import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tinyGguf, writeTinyGguf } from "../../../test/support/tiny-gguf.js";
import { ModelFiles } from "./model-files.js";

const bytes = Buffer.from(tinyGguf());
const digest = createHash("sha256").update(bytes).digest("hex");
let directory = "";
let files: ModelFiles;
let server: Server;
let base = "";
let requests: IncomingMessage[] = [];
let cut: () => void = () => {};
/** What the server does with the n-th request; the last repeats. */
let script: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "mao-models-"));
  files = new ModelFiles({ directory: join(directory, "models") });
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    script[Math.min(requests.length, script.length) - 1]!(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address is an AddressInfo
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

/** Sends a beginning; the connection breaks when the client says that it has it (see `pullUntilCut`). */
function stopAt(response: ServerResponse, beginning: Buffer): void {
  cut = () => response.destroy();
  response.write(beginning);
}

/** Pulls until everything that was sent has arrived, then the connection breaks. */
async function pullUntilCut(options: { readonly sha256?: string } = {}): Promise<void> {
  const onProgress = ({ receivedBytes }: { receivedBytes: number }): void => {
    if (receivedBytes === 20_000) cut();
  };
  await expect(files.pull(`${base}/tiny.gguf`, { ...options, onProgress })).rejects.toThrow(
    /after 20000 of \d+ bytes\. Run it again to go on/,
  );
}

/** A well-behaved file server: ranges, If-Range, ETag. */
function serve(content: Buffer, { etag = '"one"', cutAfter }: { etag?: string; cutAfter?: number } = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
    const condition = request.headers["if-range"];
    const start = range === undefined || (condition !== undefined && condition !== etag) ? 0 : Number(range);
    if (start > 0 && start >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}`, etag }).end();
      return;
    }
    const body = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      "content-length": body.length,
      ...(start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    if (cutAfter === undefined) response.end(body);
    else stopAt(response, body.subarray(0, cutAfter));
  };
}

/** A server that knows neither ranges nor validators. */
function plain(content: Buffer, cutAfter?: number) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { "content-length": content.length });
    if (cutAfter === undefined) response.end(content);
    else stopAt(response, content.subarray(0, cutAfter));
  };
}

const partPath = (): string => join(directory, "models", "tiny.gguf.part");

describe("a model file that is added", () => {
  test("stays where it is, and is listed with what its header says", async () => {
    const path = join(directory, "My-Model.gguf");
    writeTinyGguf(path);
    writeTinyGguf(join(directory, "a.gguf"), { seed: 2 });
    await files.add(path);
    await files.add(join(directory, "a.gguf"), { name: "other" });
    expect((await files.list()).map((file) => file.name)).toEqual(["My-Model", "other"]);
    expect((await files.list())[1]).toMatchObject({ name: "other", state: "ready", quantization: "Q8_0" });
    await files.remove("other");
    expect(existsSync(join(directory, "a.gguf"))).toBe(true);
    expect((await files.list()).map((file) => file.name)).toEqual(["My-Model"]);
  });

  test("is refused when it is no model, when its name is taken, and when it cannot be a name", async () => {
    const path = join(directory, "tiny.gguf");
    writeFileSync(path, "no model");
    await expect(files.add(path)).rejects.toThrow(/tiny\.gguf/);
    writeTinyGguf(path);
    writeTinyGguf(join(directory, "two.gguf"));
    await files.add(path);
    await expect(files.add(join(directory, "two.gguf"), { name: "tiny" })).rejects.toThrow(/name tiny is taken/);
    await expect(files.add(path, { name: "../up" })).rejects.toThrow(RangeError);
    await expect(files.remove("nobody")).rejects.toThrow(/no model of that name/);
  });

  test("that vanished or changed later is listed as such, after the usable ones", async () => {
    for (const name of ["a", "b", "c"]) {
      writeTinyGguf(join(directory, `${name}.gguf`));
      await files.add(join(directory, `${name}.gguf`));
    }
    rmSync(join(directory, "a.gguf"));
    writeFileSync(join(directory, "b.gguf"), "x");
    const states = Object.fromEntries((await files.list()).map((file) => [file.name, file.state]));
    expect(states).toEqual({ c: "ready", a: "missing", b: "changed" });
    expect((await files.list())[0]?.name).toBe("c");
  });

  test("is kept in a private registry, and a damaged one is named instead of overwritten", async () => {
    writeTinyGguf(join(directory, "tiny.gguf"));
    await files.add(join(directory, "tiny.gguf"));
    const registry = join(directory, "models", "registry.json");
    expect(statSync(registry).mode & 0o777).toBe(0o600);
    for (const text of ["{", "[]", '{"version":2,"models":[]}', '{"version":1,"models":[{"name":"x"}]}']) {
      writeFileSync(registry, text);
      await expect(files.list()).rejects.toThrow(/registry\.json/);
      await expect(files.add(join(directory, "tiny.gguf"))).rejects.toThrow(/registry\.json/);
      expect(readFileSync(registry, "utf8")).toBe(text);
    }
  });

  test("by several at once loses none of them", async () => {
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) writeTinyGguf(join(directory, `${name}.gguf`));
    await Promise.all(
      names.map((name) =>
        new ModelFiles({ directory: join(directory, "models") }).add(join(directory, `${name}.gguf`)),
      ),
    );
    expect((await files.list()).map((file) => file.name)).toEqual(names);
  });
});

describe("a model that is pulled", () => {
  test("is checked, registered with its hash and source, and reports progress", async () => {
    script = [serve(bytes)];
    const seen: number[] = [];
    const file = await files.pull(`${base}/dir/tiny.gguf?download=true`, {
      sha256: digest.toUpperCase(),
      sizeBytes: bytes.length,
      onProgress: ({ receivedBytes, totalBytes }) => {
        seen.push(receivedBytes);
        expect(totalBytes).toBe(bytes.length);
      },
    });
    expect(file).toMatchObject({ name: "tiny", sha256: digest, source: `${base}/dir/tiny.gguf`, state: "ready" });
    expect(readFileSync(file.path)).toEqual(bytes);
    expect(seen.at(-1)).toBe(bytes.length);
    expect(existsSync(partPath())).toBe(false);
    expect(existsSync(`${partPath()}.json`)).toBe(false);
    await expect(files.pull(`${base}/tiny.gguf`)).rejects.toThrow(/there is a model of that name/);
    await files.remove("tiny");
    expect(existsSync(file.path)).toBe(false);
  });

  test("goes on after a cut connection with the bytes it lacks", async () => {
    script = [serve(bytes, { cutAfter: 20_000 }), serve(bytes)];
    await pullUntilCut();
    expect(statSync(partPath()).size).toBe(20_000);
    const file = await files.pull(`${base}/tiny.gguf`, { sha256: digest });
    expect(requests[1]?.headers).toMatchObject({ range: "bytes=20000-", "if-range": '"one"' });
    expect(readFileSync(file.path)).toEqual(bytes);
  });

  test("starts anew when the file on the server changed meanwhile", async () => {
    const other = Buffer.from(tinyGguf({ seed: 9 }));
    script = [serve(bytes, { cutAfter: 20_000 }), serve(other, { etag: '"two"' })];
    await pullUntilCut();
    expect(readFileSync((await files.pull(`${base}/tiny.gguf`)).path)).toEqual(other);
  });

  test("starts anew when a server continues another file in spite of If-Range", async () => {
    const other = Buffer.from(tinyGguf({ seed: 9 }));
    const careless = (request: IncomingMessage, response: ServerResponse): void => {
      delete request.headers["if-range"];
      serve(other, { etag: '"two"' })(request, response);
    };
    script = [serve(bytes, { cutAfter: 20_000 }), careless];
    await pullUntilCut();
    expect(readFileSync((await files.pull(`${base}/tiny.gguf`)).path)).toEqual(other);
    expect(requests).toHaveLength(3);
  });

  test("starts anew with a server that ignores ranges", async () => {
    script = [plain(bytes, 20_000), plain(bytes)];
    await pullUntilCut({ sha256: digest });
    const file = await files.pull(`${base}/tiny.gguf`, { sha256: digest });
    expect(requests[1]?.headers.range).toBeDefined();
    expect(readFileSync(file.path)).toEqual(bytes);
  });

  test("is finished when only the last step was missing", async () => {
    script = [serve(bytes, { cutAfter: 20_000 }), serve(bytes)];
    await pullUntilCut();
    writeFileSync(partPath(), bytes);
    expect((await files.pull(`${base}/tiny.gguf`, { sha256: digest })).sha256).toBe(digest);
    expect(requests).toHaveLength(2);
  });

  test("with the wrong hash is thrown away", async () => {
    script = [serve(bytes)];
    await expect(files.pull(`${base}/tiny.gguf`, { sha256: "0".repeat(64) })).rejects.toThrow(
      `expected SHA-256 ${"0".repeat(64)}, got ${digest}`,
    );
    expect(existsSync(partPath())).toBe(false);
    expect(await files.list()).toEqual([]);
  });

  test("of another size than expected is refused before it is received", async () => {
    script = [serve(bytes)];
    await expect(files.pull(`${base}/tiny.gguf`, { sizeBytes: 5 })).rejects.toThrow(
      `expected 5 bytes, the server has ${bytes.length}`,
    );
  });

  test("that is complete but truncated at its source is refused by its header", async () => {
    script = [serve(bytes.subarray(0, bytes.length - 200))];
    await expect(files.pull(`${base}/tiny.gguf`)).rejects.toThrow(/truncated/);
    expect(existsSync(partPath())).toBe(false);
  });

  test("that is a web page is refused", async () => {
    script = [serve(Buffer.from("<!doctype html><title>Please log in</title>"))];
    await expect(files.pull(`${base}/tiny.gguf`)).rejects.toThrow(/not a GGUF file/);
  });

  test("follows redirects", async () => {
    script = [(_request, response) => response.writeHead(302, { location: `${base}/cdn/blob` }).end(), serve(bytes)];
    expect((await files.pull(`${base}/tiny.gguf`)).name).toBe("tiny");
  });

  test.each([
    [404, /no such file \(HTTP 404\)/],
    [403, /may need a login/],
    [429, /slow down/],
    [503, /the server failed \(HTTP 503\)/],
  ])("is refused on HTTP %i in words", async (status, message) => {
    script = [(_request, response) => response.writeHead(status).end("no")];
    await expect(files.pull(`${base}/tiny.gguf?token=hidden`)).rejects.toThrow(message);
    await expect(files.pull(`${base}/tiny.gguf?token=hidden`)).rejects.not.toThrow(/hidden/);
  });

  test("is left where it is by an abort, which rejects with its reason, and goes on later", async () => {
    const stalled = (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, { etag: '"one"', "content-length": bytes.length });
      response.write(bytes.subarray(0, 20_000)); // and never more
    };
    script = [stalled, serve(bytes)];
    const controller = new AbortController();
    const reason = new Error("the train enters a tunnel");
    const pulling = files.pull(`${base}/tiny.gguf`, {
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => receivedBytes >= 20_000 && controller.abort(reason),
    });
    await expect(pulling).rejects.toBe(reason);
    expect(statSync(partPath()).size).toBe(20_000);
    const file = await files.pull(`${base}/tiny.gguf`);
    expect(requests[1]?.headers.range).toBe("bytes=20000-");
    expect(readFileSync(file.path)).toEqual(bytes);
  });

  test("twice at once is refused the second time", async () => {
    script = [(_request, response) => void setTimeout(() => serve(bytes)(_request, response), 200)];
    const first = files.pull(`${base}/tiny.gguf`);
    await expect(files.pull(`${base}/tiny.gguf`)).rejects.toThrow(/is pulling it/);
    expect((await first).state).toBe("ready");
  });

  test("from a server that is not there says why", async () => {
    await expect(files.pull("http://127.0.0.1:9/tiny.gguf")).rejects.toThrow(/Cannot download http:\/\/127\.0\.0\.1:9/);
  });

  test("needs an http(s) address without a password, and a hash that is one", async () => {
    await expect(files.pull("file:///etc/tiny.gguf")).rejects.toThrow(/expected http or https/);
    await expect(files.pull("tiny")).rejects.toThrow(/hf:OWNER/);
    await expect(files.pull("https://me:word@example.org/tiny.gguf")).rejects.toThrow(/user name or password/);
    await expect(files.pull(`${base}/tiny.gguf`, { sha256: "abc" })).rejects.toThrow(TypeError);
    await expect(files.pull(`${base}/`)).rejects.toThrow(RangeError);
    expect(requests).toEqual([]);
  });
});
