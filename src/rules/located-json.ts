/** A fault in a text, by line and column from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A JSON value, and where each of its parts begins. */
export interface LocatedJson {
  readonly value: unknown;
  /** Where the value at a path of keys and indexes begins; the nearest part around it when there is none. */
  locate(path: readonly (string | number)[]): { readonly line: number; readonly column: number };
}

/** The text is no JSON; `fault` says where. */
export class JsonFault extends Error {
  override readonly name: string = "JsonFault";
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

const MAX_DEPTH = 100;

/** Reads JSON (RFC 8259) and remembers places. Throws a JsonFault; of keys given twice it says so, since one would be lost. */
export function parseLocatedJson(text: string): LocatedJson {
  const places = new Map<string, number>();
  let at = 0;

  const fail = (message: string, where: number = at): never => {
    throw new JsonFault({ ...position(text, where), message });
  };
  const skip = (): void => {
    while (at < text.length && /[ \t\r\n]/.test(text[at]!)) at++;
  };
  const string = (): string => {
    const began = at;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
    const match = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (found === null) {
      const line = text.slice(began, text.indexOf("\n", began) < 0 ? undefined : text.indexOf("\n", began));
      const badEscape = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(line.slice(1).replace(/\\\\/g, "__"));
      if (badEscape !== null) return fail('a backslash in a string is written "\\\\"', began + 1 + badEscape.index);
      return fail("a string is not closed on its line", began);
    }
    at += found[0].length;
    return JSON.parse(found[0]) as string; // matched as a string above
  };
  const value = (path: string, depth: number): unknown => {
    skip();
    places.set(path, at);
    if (depth > MAX_DEPTH) return fail("it is nested too deeply");
    const sign = text[at];
    if (sign === undefined) return fail("the text ends too early");
    if (sign === '"') return string();
    if (sign === "{") {
      const object: Record<string, unknown> = {};
      at++;
      for (let first = true; ; first = false) {
        skip();
        if (text[at] === "}") {
          at++;
          return object;
        }
        if (!first) {
          if (text[at] !== ",") return fail('expected "," or "}"');
          at++;
          skip();
        }
        if (text[at] !== '"')
          return fail(text[at] === "}" ? 'a "," before "}" is too many' : "expected a key in double quotes");
        const began = at;
        const key = string();
        if (Object.hasOwn(object, key)) return fail(`the key "${key.slice(0, 60)}" stands twice`, began);
        skip();
        if (text[at] !== ":") return fail('expected ":"');
        at++;
        const inner = value(`${path}/${encode(key)}`, depth + 1);
        Object.defineProperty(object, key, { value: inner, enumerable: true, configurable: true, writable: true });
      }
    }
    if (sign === "[") {
      const array: unknown[] = [];
      at++;
      for (let first = true; ; first = false) {
        skip();
        if (text[at] === "]") {
          at++;
          return array;
        }
        if (!first) {
          if (text[at] !== ",") return fail('expected "," or "]"');
          at++;
          skip();
          if (text[at] === "]") return fail('a "," before "]" is too many');
        }
        array.push(value(`${path}/${array.length}`, depth + 1));
      }
    }
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])/.exec(
      text.slice(at, at + 40),
    );
    if (word === null) return fail(sign === "'" ? "expected double quotes" : `"${sign}" begins no value`);
    at += word[0].length;
    return JSON.parse(word[0]);
  };

  if (text.charCodeAt(0) === 0xfeff) at++;
  const root = value("", 0);
  skip();
  if (at < text.length) fail("there is more after the value");
  return {
    value: root,
    locate(path) {
      for (let length = path.length; length >= 0; length--) {
        const place = places.get(
          path
            .slice(0, length)
            .map((part) => `/${encode(String(part))}`)
            .join(""),
        );
        if (place !== undefined) return position(text, place);
      }
      return { line: 1, column: 1 };
    },
  };
}

function encode(key: string): string {
  return key.replace(/~/g, "~0").replace(/\//g, "~1");
}

/** Line and column, from 1, of an offset. */
export function position(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
