import { EgressRefusedError, EngineError } from "../core/errors.js";
import { collectStrings } from "../core/language-model.js";
import type { ScannedText, Verdict } from "../core/verdict.js";
import { untilAborted } from "./abort.js";
import { isBinaryPayload } from "./binary-payload.js";
import { asRecord, asText } from "./json-shape.js";
import { isLoopback } from "./loopback.js";
import { RequestEncoding } from "./request-encoding.js";

/** What decides whether texts may leave the device; the expert system is one. */
export interface RequestScanner {
  /** Where `project` is not given, rules for some projects only speak up too. */
  evaluate(texts: readonly ScannedText[], options?: { readonly project?: string | undefined }): Verdict;
}

/** The part of `fetch` that engines use. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request on its way out: where and how much, never what. */
export interface EgressRecord {
  readonly engine?: string;
  readonly place: "device" | "network";
  /** Scheme, host and port; absent where a provider object does its own requests. */
  readonly origin?: string;
  /** Bytes of the body as it was sent, gzipped or not; for a provider object, of the texts in it. */
  readonly bytes: number;
  /** The calls that it carries, where they have names. */
  readonly calls?: readonly string[];
  /** 1 for the request itself, one more for each redirect followed, and for one sent plain after a gzipped one. */
  readonly attempt: number;
}

/** One request to a model's server. */
export interface EgressRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Serialised as the body. */
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Id of the engine, for the record. */
  readonly engine?: string;
  /** For rules that are for some projects only; it is not sent. */
  readonly project?: string | undefined;
  /** Names of the calls that it carries, for the record; they are not sent. */
  readonly calls?: readonly string[] | undefined;
  /** `device`: the server is on this machine and forwards nothing, so nothing is scanned; loopback addresses only. */
  readonly place?: "device" | "network";
}

/** The one place through which bytes leave. */
export interface Egress {
  /**
   * Sends what the rules let leave and resolves to the response, whatever its status. Throws EgressRefusedError when the
   * rules object (nothing was sent), EngineError when the server cannot be reached or redirects elsewhere, and
   * `signal.reason` on abort.
   */
  send(request: EgressRequest): Promise<Response>;
}

export interface EgressOptions {
  /** Default: the runtime's own, first touched when something is sent (undici costs 9 MB). */
  readonly fetch?: Fetch | undefined;
  readonly scanner: RequestScanner;
  readonly record?: ((record: EgressRecord) => void) | undefined;
  /** Origins that take gzipped requests (`https://host:port`); others are found out by what they say. Default none. */
  readonly acceptsGzip?: readonly string[] | undefined;
}

const MAX_REDIRECTS = 3;

/** The egress over `fetch`: scans at send time, records the size, and follows redirects to the same origin only. */
export function createEgress({ fetch, scanner, record, acceptsGzip }: EgressOptions): Egress {
  const encoding = new RequestEncoding(acceptsGzip);
  const transmit: Fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
  return {
    async send({ url: address, method, headers, json, signal, engine, project, calls, place = "network" }) {
      let url = parseAddress(address);
      if (place === "device" && !isLoopback(url)) {
        throw new TypeError(
          `Cannot send to ${url.origin} unscanned: it is not on this device, wanted a loopback address`,
        );
      }
      const body = json === undefined ? undefined : JSON.stringify(json);
      const checked = checkHeaders(
        body === undefined ? { ...headers } : { "content-type": "application/json", ...headers },
      );
      let plainAfter: number | undefined; // status of the gzipped request that this one is sent plain for
      let redirects = 0;
      for (let attempt = 1; ; attempt++) {
        signal?.throwIfAborted();
        if (place === "network") mustLeave(scanner, bodyTexts(body), { destination: url.origin, project });
        const sent = body === undefined ? undefined : await encoding.encode(body, url.origin);
        const bytes = sent?.bytes ?? 0;
        record?.({
          ...(engine === undefined ? {} : { engine }),
          ...(calls === undefined ? {} : { calls }),
          ...{ place, origin: url.origin, bytes, attempt },
        });
        const init: RequestInit = { method, headers: checked, redirect: "manual" };
        if (sent !== undefined) init.body = sent.body;
        if (sent?.encoding !== undefined) init.headers = { ...checked, "content-encoding": sent.encoding };
        if (signal !== undefined) init.signal = signal;
        const response = await reach(transmit, url, init, signal);
        encoding.heard(response, url.origin);
        if (sent?.encoding !== undefined && encoding.refusedBy(response, url.origin)) {
          response.body?.cancel().catch(() => {}); // says that it does not know gzip: nobody reads it
          plainAfter = response.status;
          continue;
        }
        if (plainAfter === 400 && response.status === 400) encoding.plainFailedToo(url.origin);
        const target = redirectTarget(response, url, method);
        if (target === undefined) return response;
        response.body?.cancel().catch(() => {}); // the page that says "moved": nobody reads it
        if (++redirects > MAX_REDIRECTS) {
          throw new EngineError(`Cannot send to ${url.origin}: redirected more than ${MAX_REDIRECTS} times`);
        }
        url = target;
      }
    },
  };
}

/** What left through one view of an egress. */
export interface EgressTotals {
  /** Requests to the network, refused ones not counted. */
  readonly requests: number;
  /** Bytes of their bodies. */
  readonly bytes: number;
}

/** Calls whose own totals are kept: many more than overlap. */
const MAX_CALLS = 1000;

/**
 * Counts what leaves the device; hand its `record` to an egress or a guard, and read the totals for an outcome: of everything,
 * or of one of the newest calls, which questions that overlap need.
 */
export function openEgress(next?: (record: EgressRecord) => void): {
  readonly record: (record: EgressRecord) => void;
  readonly totals: (call?: string) => EgressTotals;
} {
  let all: EgressTotals = { requests: 0, bytes: 0 };
  const ofCalls = new Map<string, EgressTotals>();
  const plus = ({ requests, bytes }: EgressTotals, more: number): EgressTotals => {
    return { requests: requests + 1, bytes: bytes + more };
  };
  return {
    record(entry) {
      if (entry.place === "network") {
        all = plus(all, entry.bytes);
        for (const call of entry.calls ?? []) {
          ofCalls.set(call, plus(ofCalls.get(call) ?? { requests: 0, bytes: 0 }, entry.bytes));
          const [oldest] = ofCalls.keys();
          if (ofCalls.size > MAX_CALLS) ofCalls.delete(oldest!); // a map keeps the order
        }
      }
      next?.(entry);
    },
    totals: (call) => (call === undefined ? all : (ofCalls.get(call) ?? { requests: 0, bytes: 0 })),
  };
}

/** Throws EgressRefusedError unless the rules let these texts leave as they are; `redact` means not as they are. */
export function mustLeave(
  scanner: RequestScanner,
  texts: readonly ScannedText[],
  { destination, project }: { readonly destination: string; readonly project: string | undefined },
): void {
  const verdict = scanner.evaluate(texts, { project });
  if (verdict.kind === "allow") return;
  const hits = verdict.hits.filter((hit) => hit.action === verdict.kind);
  const rules = [...new Set(hits.map((hit) => hit.ruleId))].join(", ");
  throw new EgressRefusedError(
    `Cannot send to ${destination}: ${rules} (${verdict.kind}): ${hits[0]?.reason ?? "the rules object"}`,
    { hits: verdict.hits },
  );
}

const MAX_NESTED_JSON = 3;

/** Every string of the serialised body, and of JSON inside strings (tool arguments), so that escapes hide nothing. */
function bodyTexts(body: string | undefined): ScannedText[] {
  if (body === undefined) return [];
  let fresh: ScannedText[] = [];
  // What was serialised, not what was handed over: toJSON and getters have had their say by now.
  const sent: unknown = JSON.parse(body);
  const settings = asRecord(sent);
  if (settings === undefined) collectStrings(sent, "request", fresh);
  for (const [key, value] of Object.entries(settings ?? {})) {
    // A number at the top is a setting (a seed of 16 digits is no card number); further down it is somebody's data.
    collectStrings(typeof value === "number" ? key : { [key]: value }, "request", fresh);
  }
  const texts: ScannedText[] = [];
  for (let depth = 0; fresh.length > 0 && depth <= MAX_NESTED_JSON; depth++) {
    const inner: ScannedText[] = [];
    for (const entry of fresh) {
      if (isBinaryPayload(entry.text)) continue;
      texts.push(entry);
      if (/^\s*[[{"]/.test(entry.text)) collectNested(entry.text, inner);
    }
    fresh = inner;
  }
  return texts;
}

function collectNested(text: string, texts: ScannedText[]): void {
  try {
    collectStrings(JSON.parse(text), "request", texts);
  } catch {
    // only looked like JSON; the text itself is scanned already
  }
}

function parseAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new TypeError("Cannot send: the address is not a URL"); // the address may hold a key, so it is not repeated
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`Cannot send: expected http or https, got ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      `Cannot send to ${url.origin}: the address holds a user name or password; give a header instead`,
    );
  }
  return url;
}

/** Tries each header first: the runtime's own complaint would repeat the value, which may be a key. */
function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new TypeError("Cannot send: a header has a name that HTTP does not allow");
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TypeError(`Cannot send: header ${name} holds a character that HTTP does not allow`);
    }
    checked[name.toLowerCase()] = value;
  }
  return checked;
}

async function reach(transmit: Fetch, url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await untilAborted(transmit(url.href, init), signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const reason = failureOf(error);
    const unreachable = UNREACHABLE.has(reason);
    throw new EngineError(`Cannot reach ${url.origin}: ${reason}`, { retryable: true, unreachable, cause: error });
  }
}

/** Failures before a connection came about; after a reset the question may have been heard. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Node says "fetch failed" and hides the reason one level below. */
function failureOf(error: unknown): string {
  const cause = error instanceof Error ? asRecord(error.cause) : undefined;
  return asText(cause?.["code"]) ?? "the connection failed";
}

/** Where a redirect leads, undefined when the response is none. A private prompt must not follow it to another origin. */
function redirectTarget(response: Response, from: URL, method: "GET" | "POST"): URL | undefined {
  if (response.type === "opaqueredirect") {
    throw new EngineError(`Cannot send to ${from.origin}: it redirects, and this runtime does not say where to`);
  }
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = response.headers.get("location");
  const target = location === null ? undefined : parseLocation(location, from);
  if (target === undefined) {
    throw new EngineError(`Cannot send to ${from.origin}: it redirects without saying where to`, {
      retryable: false,
      status: response.status,
    });
  }
  if (target.origin !== from.origin || target.username !== "" || target.password !== "") {
    throw new EngineError(
      `Cannot send to ${from.origin}: it redirects to ${target.origin}, and a request follows to no other origin`,
      {
        retryable: false,
        status: response.status,
      },
    );
  }
  if (response.status === 303 && method === "POST") {
    throw new EngineError(`Cannot send to ${from.origin}: it answers with a reference to another page (303)`, {
      retryable: false,
      status: 303,
    });
  }
  return target;
}

function parseLocation(location: string, from: URL): URL | undefined {
  try {
    return new URL(location, from);
  } catch {
    return undefined;
  }
}
