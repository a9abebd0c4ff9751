/** Below it gzip saves less than a packet. */
const MIN_BYTES = 1024;

/** One body as it is sent. */
export interface EncodedBody {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly bytes: number;
  readonly encoding: "gzip" | undefined;
}

/**
 * Which hosts take gzipped requests. A host is asked only when the person said that it does, or when it said so itself: by
 * `Accept-Encoding` in a response (RFC 7694, section 3). One that answers 415, or 400 where the plain body then goes
 * through, is not asked again.
 */
export class RequestEncoding {
  readonly #accepts: Set<string>;
  readonly #refused = new Set<string>();

  /** Origins that are known to take gzip. */
  constructor(acceptsGzip: Iterable<string> = []) {
    this.#accepts = new Set(acceptsGzip);
  }

  async encode(text: string, origin: string): Promise<EncodedBody> {
    const plain = new TextEncoder().encode(text);
    const wanted = this.#accepts.has(origin) && !this.#refused.has(origin);
    if (!wanted || plain.byteLength < MIN_BYTES || typeof CompressionStream === "undefined") {
      return { body: text, bytes: plain.byteLength, encoding: undefined };
    }
    const body = await gzip(plain);
    return { body, bytes: body.byteLength, encoding: "gzip" };
  }

  /** Whether the same request should be sent again, plain: the host may not know the encoding. */
  refusedBy(response: Response, origin: string): boolean {
    if (response.status !== 415 && response.status !== 400) return false;
    this.#refused.add(origin);
    return true;
  }

  /** Learns from what a response says of requests. */
  heard(response: Response, origin: string): void {
    const accepted = response.headers.get("accept-encoding");
    if (accepted !== null && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*,|\s*$))/.test(accepted)) this.#accepts.add(origin);
  }

  /** The plain body was refused as well: it was not the encoding. */
  plainFailedToo(origin: string): void {
    this.#refused.delete(origin);
  }
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
