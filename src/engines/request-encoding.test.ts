import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { ExpertSystem } from "../rules/expert-system.js";
import { createEgress, type EgressRecord } from "./egress.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers as `reply` says and keeps what arrived, unpacked. */
async function server(reply: (headers: IncomingHttpHeaders) => { status: number; headers?: Record<string, string> }) {
  const received: { readonly encoding: string | undefined; readonly text: string; readonly bytes: number }[] = [];
  const listening = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const body = Buffer.concat(chunks);
    const encoding = request.headers["content-encoding"];
    received.push({ encoding, text: (encoding === "gzip" ? gunzipSync(body) : body).toString(), bytes: body.length });
    const { status, headers } = reply(request.headers);
    response.writeHead(status, headers).end("{}");
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  closers.push(() => listening.close());
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return { origin, received };
}

const json = { text: "a long question ".repeat(200) };
const send = (origin: string, records: EgressRecord[], acceptsGzip: string[]) => {
  const egress = createEgress({ scanner: new ExpertSystem(), record: (entry) => records.push(entry), acceptsGzip });
  return (body: unknown = json) => egress.send({ url: `${origin}/v1/chat`, method: "POST", json: body });
};

describe("a gzipped request", () => {
  test("goes to a host that takes it, is counted as it was sent, and a short one stays plain", async () => {
    const { origin, received } = await server(() => ({ status: 200 }));
    const records: EgressRecord[] = [];
    const post = send(origin, records, [origin]);
    expect((await post()).status).toBe(200);
    await post({ text: "short" });
    expect(received.map(({ encoding, text }) => [encoding, JSON.parse(text)])).toEqual([
      ["gzip", json],
      [undefined, { text: "short" }],
    ]);
    expect(records[0]!.bytes).toBe(received[0]!.bytes);
    expect(received[0]!.bytes).toBeLessThan(JSON.stringify(json).length / 5);
  });

  test("is not tried on a host of which nothing is known, until the host says that it takes it", async () => {
    const { origin, received } = await server(() => ({ status: 200, headers: { "accept-encoding": "br, gzip" } }));
    const post = send(origin, [], []);
    await post();
    await post();
    expect(received.map(({ encoding }) => encoding)).toEqual([undefined, "gzip"]);
    const not = await server(() => ({ status: 200, headers: { "accept-encoding": "gzip;q=0" } }));
    const plain = send(not.origin, [], []);
    await plain();
    await plain();
    expect(not.received.map(({ encoding }) => encoding)).toEqual([undefined, undefined]);
  });

  test.each([415, 400])("that is answered with %i is sent plain at once, and never gzipped again", async (status) => {
    const { origin, received } = await server((headers) => ({ status: headers["content-encoding"] ? status : 200 }));
    const records: EgressRecord[] = [];
    const post = send(origin, records, [origin]);
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(200);
    expect(received.map(({ encoding }) => encoding)).toEqual(["gzip", undefined, undefined]);
    expect(records.map(({ attempt }) => attempt)).toEqual([1, 2, 1]);
  });

  test("that was refused for another reason stays possible", async () => {
    let status = 400;
    const { origin, received } = await server(() => ({ status }));
    const post = send(origin, [], [origin]);
    expect((await post()).status).toBe(400);
    status = 200;
    await post();
    expect(received.map(({ encoding }) => encoding)).toEqual(["gzip", undefined, "gzip"]);
  });
});
