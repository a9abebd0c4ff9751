import { EngineError } from "../core/errors.js";

/** One server-sent event (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** `message` when the server named none. */
  readonly event: string;
  readonly data: string;
}

/**
 * Turns the bytes of a `text/event-stream` into events, wherever the chunks were cut. Unlike the specification it also
 * returns an event whose closing empty line is missing at the end: some servers close right after `data: [DONE]`. An event
 * sent again, with the same id and data, is returned once.
 * Throws EngineError when one event grows beyond `maxEventLength` characters. O(bytes).
 */
export class EventStreamParser {
  readonly #decoder: TextDecoder = new TextDecoder(); // drops a byte order mark, joins split characters
  readonly #maxEventLength: number;
  #line = "";
  #length = 0;
  #endedWithReturn = false;
  #event = "";
  #id: string | undefined;
  /** Data of the events so far that had an id; undefined when ids turned out not to tell events apart. */
  #seen: Map<string, string> | undefined = new Map();
  #data: string[] = [];

  constructor(options: { readonly maxEventLength?: number } = {}) {
    this.#maxEventLength = options.maxEventLength ?? 4 * 1024 * 1024;
  }

  /** The events that these bytes complete. */
  push(bytes: Uint8Array): ServerEvent[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left when the stream has ended. */
  end(): ServerEvent[] {
    const events = this.#read(this.#decoder.decode());
    if (this.#line !== "") this.#readLine(this.#line);
    this.#line = "";
    const last = this.#dispatch();
    if (last) events.push(last);
    return events;
  }

  #read(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    let start = 0;
    if (text !== "" && this.#endedWithReturn) {
      this.#endedWithReturn = false;
      if (text.startsWith("\n")) start = 1; // the second half of a CRLF that was cut in two
    }
    for (let index = start; index < text.length; index++) {
      const character = text[index];
      if (character !== "\n" && character !== "\r") continue;
      const line = this.#line + text.slice(start, index);
      this.#line = "";
      if (character === "\r") {
        if (index + 1 === text.length) this.#endedWithReturn = true;
        else if (text[index + 1] === "\n") index++;
      }
      start = index + 1;
      if (line !== "") this.#readLine(line);
      else {
        const event = this.#dispatch();
        if (event) events.push(event);
      }
    }
    this.#line += text.slice(start);
    this.#checkLength(this.#length + this.#line.length);
    return events;
  }

  #readLine(line: string): void {
    this.#length += line.length;
    this.#checkLength(this.#length);
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const raw = colon === -1 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id") this.#id = value;
    // `retry` and comments (an empty field name) mean nothing to a single answer
  }

  #dispatch(): ServerEvent | undefined {
    const event =
      this.#data.length === 0 ? undefined : { event: this.#event || "message", data: this.#data.join("\n") };
    const repeated = event !== undefined && this.#isRepeated(event.data);
    this.#data = [];
    this.#event = "";
    this.#id = undefined;
    this.#length = 0;
    return repeated ? undefined : event;
  }

  /** An id with other data than before is no id of an event (some servers name the whole answer by it): none counts then. */
  #isRepeated(data: string): boolean {
    if (this.#id === undefined || this.#seen === undefined) return false;
    const before = this.#seen.get(this.#id);
    if (before !== undefined && before !== data) {
      this.#seen = undefined;
      return false;
    }
    this.#seen.set(this.#id, data);
    return before === data;
  }

  #checkLength(length: number): void {
    if (length > this.#maxEventLength) {
      throw new EngineError(`Cannot read the event stream: an event is longer than ${this.#maxEventLength} characters`);
    }
  }
}
