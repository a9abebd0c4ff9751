import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** What the scripted server does with one request. */
export type ServerReply =
  | {
      readonly kind: "body";
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
      /** Closes the connection after this many characters, though more was promised. */
      readonly cutAfter?: number;
    }
  | {
      readonly kind: "events";
      /** Objects become `data: <json>`, strings stand as they are. */
      readonly events: readonly (object | string)[];
      /** `[DONE]` and a clean end, a clean end without it, a broken connection, or silence for ever. */
      readonly end?: "done" | "close" | "break" | "hang";
      readonly lineBreak?: "\n" | "\r\n" | "\r";
      /** Writes pieces of this many bytes, so that characters and lines are cut. */
      readonly pieceBytes?: number;
    }
  | { readonly kind: "silence" }
  | { readonly kind: "reset" };

/** A model server on loopback that follows a script and keeps every byte it is sent. */
export interface OpenAIServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly baseUrl: string;
  readonly requests: readonly ReceivedRequest[];
  /** Every byte that arrived, headers included. */
  receivedText(): string;
  close(): Promise<void>;
}

/** Starts it; a list of replies is used up in order, and the last one repeats. */
export async function startOpenAIServer(
  script: readonly ServerReply[] | ((request: ReceivedRequest, index: number) => ServerReply),
): Promise<OpenAIServer> {
  const requests: ReceivedRequest[] = [];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // node:http gives Buffers unless told otherwise
    const body = Buffer.concat(chunks).toString("utf8");
    const { method = "", url: path = "", headers } = request;
    const entry: ReceivedRequest = { method, path, headers, body, json: parse(body) };
    const index = requests.push(entry) - 1;
    const reply = typeof script === "function" ? script(entry, index) : script[Math.min(index, script.length - 1)]!;
    await play(reply, response);
  }
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no path
  const origin = `http://127.0.0.1:${port}`;
  return {
    port,
    origin,
    baseUrl: `${origin}/v1`,
    requests,
    receivedText: () => Buffer.concat(received).toString("utf8"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function play(reply: ServerReply, response: ServerResponse): Promise<void> {
  switch (reply.kind) {
    case "silence":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "body": {
      const { status = 200, headers = { "content-type": "application/json" }, body, cutAfter } = reply;
      if (cutAfter === undefined) {
        response.writeHead(status, headers).end(body);
        return;
      }
      response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
      response.write(body.slice(0, cutAfter));
      setTimeout(() => response.destroy(), 20);
      return;
    }
    case "events": {
      const { events, end = "done", lineBreak = "\n", pieceBytes } = reply;
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      const lines = events.map((event) => (typeof event === "string" ? event : `data: ${JSON.stringify(event)}`));
      if (end === "done") lines.push("data: [DONE]");
      const bytes = Buffer.from(lines.map((line) => line.replaceAll("\n", lineBreak) + lineBreak + lineBreak).join(""));
      const size = pieceBytes ?? bytes.length;
      for (let start = 0; start < bytes.length; start += size) {
        response.write(bytes.subarray(start, start + size));
        if (pieceBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
      }
      if (end === "break") setTimeout(() => response.destroy(), 20);
      else if (end !== "hang") response.end();
      return;
    }
    default:
      reply satisfies never;
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A JSON reply. */
export function jsonReply(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): ServerReply {
  return {
    kind: "body",
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** A whole chat completion with this message. */
export function completion(
  message: { content?: string | null; reasoning_content?: string; tool_calls?: unknown[] },
  rest: { finish_reason?: string; usage?: unknown } = {},
): object {
  const { finish_reason = "stop", usage } = rest;
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_800_000_000,
    model: "served-model",
    choices: [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason }],
    ...(usage === undefined ? {} : { usage }),
  };
}

/** One chunk of a streamed chat completion. */
export function chunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_800_000_000,
    model: "served-model",
    choices: [{ index: 0, delta, finish_reason }],
  };
}

/** The last chunk, which has usage and no choice. */
export function usageChunk(usage: object): object {
  return { ...chunk({}), choices: [], usage };
}

/** A stream that says these deltas and stops. */
export function textEvents(deltas: readonly string[]): object[] {
  return [...deltas.map((content) => chunk({ content })), chunk({}, "stop")];
}
