import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** What the server does to one request. Every kind that answers answers in the OpenAI wire. */
export type Fault =
  | { readonly kind: "answer"; readonly text: string }
  /** Nobody listens any more, from this request on. */
  | { readonly kind: "refuse" }
  /** RST before the first byte of the answer. */
  | { readonly kind: "reset" }
  /** RST after this many pieces of a stream, or in the middle of a whole answer. */
  | { readonly kind: "reset-within"; readonly pieces: number }
  | { readonly kind: "silence" }
  /** A byte at a time, for ever. */
  | { readonly kind: "drip"; readonly everyMs: number }
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: "truncated" }
  | { readonly kind: "malformed" }
  | { readonly kind: "wrong-type" }
  /** A stream whose events come twice, with others before their turn and behind the end. */
  | { readonly kind: "jumbled" }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  /** A small answer that grows to this size when it is unpacked. */
  | { readonly kind: "gzip-bomb"; readonly bytes: number }
  | { readonly kind: "oversize"; readonly bytes: number };

/** A model server on loopback that breaks on command and keeps every byte it is sent. */
export interface FaultServer {
  readonly origin: string;
  readonly baseUrl: string;
  /** Requests whose head arrived. */
  readonly requests: number;
  /** Every byte that arrived, heads and bodies. */
  receivedText(): string;
  /** What happens from now on: used up in order, the last one repeats. */
  play(...faults: readonly Fault[]): void;
  /** Connections that are open now swallow what comes and say nothing more, as after a device's sleep; new ones work. */
  goDeaf(): void;
  close(): Promise<void>;
}

/** Starts it. */
export async function startFaultServer(...script: readonly Fault[]): Promise<FaultServer> {
  let faults = [...script];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const deaf = new Set<Socket>();
  let requests = 0;
  const server = createServer((request, response) => {
    if (deaf.has(request.socket)) return;
    requests++;
    const fault = (faults.length > 1 ? faults.shift() : faults[0]) ?? { kind: "silence" };
    response.on("error", () => {}); // the other side may hang up first
    void readAll(request).then(
      (body) => inflict(fault, body, response, () => closeListener()),
      () => response.destroy(),
    );
  });
  const closeListener = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no path
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    get requests() {
      return requests;
    },
    receivedText: () => Buffer.concat(received).toString("utf8"),
    play(...next) {
      faults = [...next];
    },
    goDeaf() {
      for (const socket of sockets) deaf.add(socket);
    },
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks).toString("utf8");
}

const JSON_TYPE = { "content-type": "application/json" };
const STREAM_TYPE = { "content-type": "text/event-stream" };

function inflict(fault: Fault, body: string, response: ServerResponse, closeListener: () => void): void {
  const streams = /"stream":true/.test(body);
  const type = streams ? STREAM_TYPE : JSON_TYPE;
  switch (fault.kind) {
    case "answer":
      response.writeHead(200, type).end(streams ? events(fault.text, true) : whole(fault.text));
      return;
    case "refuse":
      closeListener();
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "reset-within": {
      const pieces = Array.from({ length: fault.pieces }, (_, index) => piece(`piece ${index} `)).join("");
      response.writeHead(200, { ...type, ...(streams ? {} : { "content-length": "5000" }) });
      response.write(streams ? pieces : whole("cut").slice(0, 20));
      setTimeout(() => response.socket?.resetAndDestroy(), 10);
      return;
    }
    case "silence":
      return;
    case "drip": {
      response.writeHead(200, type);
      const text = streams ? events("dripping", false) : whole("dripping");
      let index = 0;
      const timer = setInterval(() => response.write(text[index++ % text.length]!), fault.everyMs);
      response.on("close", () => clearInterval(timer));
      return;
    }
    case "status": {
      const headers = { ...JSON_TYPE, ...(fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter }) };
      // Servers like to quote what they did not like.
      response
        .writeHead(fault.status, headers)
        .end(JSON.stringify({ error: { message: `cannot serve ${body.slice(0, 2_000)}` } }));
      return;
    }
    case "truncated":
      response.writeHead(200, type).end(streams ? piece("begun").slice(0, -6) : whole("cut off").slice(0, -9));
      return;
    case "malformed":
      response.writeHead(200, type).end(streams ? "data: {not json\n\n" : "{not json");
      return;
    case "jumbled":
      response.writeHead(200, type).end(streams ? jumbled("from the first") : whole("from the first"));
      return;
    case "wrong-type":
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html><body>Log in to the hotel network</body></html>");
      return;
    case "redirect":
      response.writeHead(fault.status, { location: fault.location }).end();
      return;
    case "gzip-bomb":
      response
        .writeHead(200, { ...type, "content-encoding": "gzip" })
        .end(gzipSync(Buffer.alloc(fault.bytes, " "), { level: 9 }));
      return;
    case "oversize": {
      response.writeHead(200, type);
      const chunk = Buffer.alloc(64 * 1024, streams ? ": filling\n" : " ");
      let left = fault.bytes;
      const more = (): void => {
        for (; left > 0; left -= chunk.length) {
          if (!response.write(chunk)) {
            left -= chunk.length;
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
      return;
    }
    default:
      fault satisfies never;
  }
}

function whole(text: string): string {
  const choice = { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" };
  return JSON.stringify({ id: "1", model: "m", choices: [choice] });
}

function piece(content: string): string {
  return `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content } }] })}\n\n`;
}

/** With ids, as servers that can resume send them: what was sent twice has the same one. */
function jumbled(text: string): string {
  const delta = (content: string): string => piece(content).slice(0, -1);
  const [first, second] = [text.slice(0, 4), text.slice(4)];
  const usage = `data: ${JSON.stringify({ id: "1", choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })}\n\n`;
  const one = `id: 1\n${delta(first)}\n`;
  const two = `id: 2\n${delta(second)}\n`;
  const end = `id: 3\ndata: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
  return `${usage}${one}${one}${two}${one}${two}${end}${end}data: [DONE]\n\n${two}data: [DONE]\n\n`;
}

function events(text: string, done: boolean): string {
  const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
  return piece(text) + end + (done ? "data: [DONE]\n\n" : "");
}
