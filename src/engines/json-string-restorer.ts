/** What restores placeholders in text that comes in pieces. */
export interface TextRestorer {
  push(delta: string): string;
  flush(): string;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Restores placeholders inside the strings of JSON text that comes in pieces cut anywhere, and escapes what it puts there,
 * so that a restored quote or line break keeps the JSON valid. Placeholders that the model wrote with escapes (a
 * backslash, `u`, four digits) are found too. Text outside strings passes unchanged. O(length).
 */
export class JsonStringRestorer implements TextRestorer {
  readonly #newRestorer: () => TextRestorer;
  #inside: TextRestorer | undefined;
  /** An escape under way, from its backslash on. */
  #escape = "";

  constructor(newRestorer: () => TextRestorer) {
    this.#newRestorer = newRestorer;
  }

  push(delta: string): string {
    let output = "";
    let text = "";
    const say = (): void => {
      if (this.#inside && text !== "") output += escaped(this.#inside.push(text));
      text = "";
    };
    for (let index = 0; index < delta.length; index++) {
      const character = delta[index]!;
      if (this.#inside === undefined) {
        output += character;
        if (character === '"') this.#inside = this.#newRestorer();
      } else if (this.#escape !== "") {
        this.#escape += character;
        const decoded = decodedEscape(this.#escape);
        if (decoded === undefined) continue;
        text += decoded;
        this.#escape = "";
      } else if (character === "\\") this.#escape = character;
      // A line break ends what was no JSON string after all, so that prose around JSON is not held back.
      else if (character === '"' || character === "\n") {
        say();
        output += escaped(this.#inside.flush()) + character;
        this.#inside = undefined;
      } else text += character;
    }
    say();
    return output;
  }

  flush(): string {
    const rest = this.#inside === undefined ? "" : escaped(this.#inside.flush()) + this.#escape;
    this.#inside = undefined;
    this.#escape = "";
    return rest;
  }
}

/** The character a sequence stands for, undefined while it is incomplete. One that JSON does not know stands for itself. */
function decodedEscape(sequence: string): string | undefined {
  const kind = sequence[1]!;
  if (kind !== "u") return SHORT_ESCAPES[kind] ?? kind;
  if (sequence.length < 6) return undefined;
  const digits = sequence.slice(2);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : `u${digits}`;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
