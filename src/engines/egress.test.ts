import { afterEach, describe, expect, test } from "vitest";
import { jsonReply, type OpenAIServer, type ServerReply, startOpenAIServer } from "../../test/support/openai-server.js";
import { tinyScanner } from "../../test/support/scanners.js";
import { EgressRefusedError, EngineError } from "../core/errors.js";
import { createEgress, type EgressRecord, openEgress } from "./egress.js";

const servers: OpenAIServer[] = [];
async function serve(...replies: ServerReply[]): Promise<OpenAIServer> {
  const server = await startOpenAIServer(replies);
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const redirect = (status: number, location: string): ServerReply => ({
  kind: "body",
  status,
  headers: { location },
  body: "",
});

describe("the egress", () => {
  test("sends what the rules allow, and records origin and size only", async () => {
    const server = await serve(jsonReply({ ok: true }));
    const records: EgressRecord[] = [];
    const account = openEgress((record) => records.push(record));
    const egress = createEgress({ scanner: tinyScanner(), record: account.record });
    const response = await egress.send({
      url: `${server.baseUrl}/chat?key=abc`,
      method: "POST",
      json: { text: "grüezi" },
      engine: "remote",
    });
    expect(response.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/v1/chat?key=abc", body: '{"text":"grüezi"}' });
    expect(records).toEqual([{ engine: "remote", place: "network", origin: server.origin, bytes: 18, attempt: 1 }]);
    expect(account.totals()).toEqual({ requests: 1, bytes: 18 });
  });

  test.each([
    ["a value", { a: [{ b: "mail jo@example.org" }] }],
    ["a key", { a: { "jo@example.org": 1 } }],
    ["JSON inside a string", { arguments: JSON.stringify({ to: "jo@example.org" }) }],
    ["JSON inside a string that escapes it", { arguments: '{"to":"jo\\u0040example.org"}' }],
    ["JSON inside JSON inside a string", { a: JSON.stringify({ b: JSON.stringify({ c: "TOPSECRET" }) }) }],
    ["a long number", { messages: [{ card: 4111111111111111 }] }],
    ["what toJSON makes of it", { a: { toJSON: () => "TOPSECRET" } }],
    ["an address", { url: new URL("https://example.com/?to=jo@example.org") }],
  ])("sends nothing when the rules object to %s", async (_name, json) => {
    const server = await serve(jsonReply({}));
    const egress = createEgress({ scanner: tinyScanner() });
    const error = await egress.send({ url: server.baseUrl, method: "POST", json }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EgressRefusedError);
    expect(String(error)).not.toMatch(/example\.org|TOPSECRET|4111111111111111/);
    expect(server.receivedText()).toBe("");
  });

  test("takes a seed for a setting and a picture for a picture", async () => {
    const scanner = tinyScanner();
    const server = await serve(jsonReply({}));
    const image = `data:image/png;base64,iVBORw0KGgo${"A".repeat(1000)}`;
    await createEgress({ scanner }).send({
      url: server.baseUrl,
      method: "POST",
      json: { seed: 4111111111111111, messages: [{ image, hidden: `data:image/png;base64,${"x ".repeat(400)}` }] },
    });
    const texts = scanner.calls.flat().map(({ text }) => text);
    expect(texts).not.toContain(image);
    expect(texts).toContain(`data:image/png;base64,${"x ".repeat(400)}`);
    expect(texts).not.toContain("4111111111111111");
  });

  test("leaves a device's own server unscanned, and only that", async () => {
    const server = await serve(jsonReply({}));
    const account = openEgress();
    const egress = createEgress({ scanner: tinyScanner(), record: account.record });
    await egress.send({ url: server.baseUrl, method: "POST", json: "TOPSECRET", place: "device" });
    expect(server.requests[0]?.body).toBe('"TOPSECRET"');
    expect(account.totals()).toEqual({ requests: 0, bytes: 0 });
    const elsewhere = egress.send({
      url: "https://api.example.com/",
      method: "POST",
      json: "TOPSECRET",
      place: "device",
    });
    await expect(elsewhere).rejects.toThrow(TypeError);
  });

  test.each([301, 302, 307, 308])("follows a redirect (%i) within the origin, and scans again", async (status) => {
    const scanner = tinyScanner();
    const server = await serve(redirect(status, "/elsewhere"), jsonReply({}));
    const account = openEgress();
    const egress = createEgress({ scanner, record: account.record });
    const response = await egress.send({ url: server.baseUrl, method: "POST", json: { a: "b" } });
    expect(response.status).toBe(200);
    expect(server.requests.map(({ path, body }) => `${path} ${body}`)).toEqual([
      '/v1 {"a":"b"}',
      '/elsewhere {"a":"b"}',
    ]);
    expect(scanner.calls).toHaveLength(2);
    expect(account.totals().requests).toBe(2);
  });

  test.each(["device", "network"] as const)("never follows a redirect to another origin (%s)", async (place) => {
    const other = await serve(jsonReply({}));
    const server = await serve(redirect(307, `${other.origin}/steal`));
    const egress = createEgress({ scanner: tinyScanner() });
    const sending = egress.send({ url: server.baseUrl, method: "POST", json: { a: "private" }, place });
    await expect(sending).rejects.toThrow(/redirects to http:\/\/127\.0\.0\.1:\d+, and a request follows to no other/);
    expect(other.receivedText()).toBe("");
  });

  test("gives up on a circle of redirects", async () => {
    const server = await serve(redirect(308, "/v1"));
    const egress = createEgress({ scanner: tinyScanner() });
    await expect(egress.send({ url: server.baseUrl, method: "GET" })).rejects.toThrow(/more than 3 times/);
    expect(server.requests).toHaveLength(4);
  });

  test("says which server cannot be reached, and that it may be later", async () => {
    const server = await serve(jsonReply({}));
    await server.close();
    const egress = createEgress({ scanner: tinyScanner() });
    const error = await egress
      .send({ url: `${server.baseUrl}?key=abc`, method: "GET" })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ retryable: true, message: `Cannot reach ${server.origin}: ECONNREFUSED` });
  });

  test("never repeats a header's value or an address", async () => {
    const egress = createEgress({ scanner: tinyScanner() });
    const key = `k-${"9".repeat(20)}`;
    const url = "http://127.0.0.1:1/";
    for (const request of [
      { url, headers: { authorization: `Bearer ${key}\n` } },
      { url, headers: { [`${key} `]: "x" } },
      { url: `http:// ${key}` },
      { url: `http://user:${key}@127.0.0.1/` },
    ]) {
      const error = await egress.send({ method: "GET", ...request }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).not.toContain(key);
    }
  });

  test("ends at once with the signal's own reason, also when fetch does not listen", async () => {
    const controller = new AbortController();
    const egress = createEgress({ scanner: tinyScanner(), fetch: () => new Promise(() => {}) });
    const sending = egress.send({ url: "https://api.example.com/", method: "GET", signal: controller.signal });
    const reason = { why: "the person changed their mind" };
    controller.abort(reason);
    await expect(sending).rejects.toBe(reason);
    const late = egress.send({ url: "https://api.example.com/", method: "GET", signal: controller.signal });
    await expect(late).rejects.toBe(reason);
  });
});
