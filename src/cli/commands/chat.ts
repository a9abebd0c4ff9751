import { createInterface } from "node:readline";
import { ProjectNameError } from "../../context/project.js";
import type { Outcome } from "../../core/outcome.js";
import { EXIT, type Parsed } from "../command.js";
import { openSession, type Session } from "../session.js";
import { colors, print, safe, type Terminal } from "../terminal.js";
import { closingLine, explanation, sideOf } from "./answering.js";

const HELP = `/project [NAME]  show or switch the project
/explain         explain the last answer; /explain on|off for all
/history [N]     the last turns of this project
/clear           start a new conversation: earlier turns stay remembered but are no longer sent along
/help            this list
/exit            leave (also Ctrl-D; Ctrl-C stops an answer, a second one leaves)`;

/** `mobile-ai chat`: lines in, answers out, until the input ends. Works on a terminal and in a pipe. */
export async function chat(parsed: Parsed, terminal: Terminal): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    return await new Chat(session, parsed, terminal, await session.project(parsed.text("project"))).run();
  } finally {
    await session.close();
  }
}

class Chat {
  readonly #session: Session;
  readonly #terminal: Terminal;
  readonly #side: ReturnType<typeof sideOf>;
  #project: string;
  #explainAll: boolean;
  #freshSince: number | undefined;
  #last: Outcome | undefined;
  #answering: AbortController | undefined;
  #warned = false;

  constructor(session: Session, parsed: Parsed, terminal: Terminal, project: string) {
    this.#session = session;
    this.#terminal = terminal;
    this.#side = sideOf(parsed);
    this.#project = project;
    this.#explainAll = parsed.flag("explain");
  }

  async run(): Promise<number> {
    const { stdin, stdout } = this.#terminal;
    const interactive = stdin.isTTY === true && stdout.isTTY === true;
    const reader = createInterface({
      input: stdin,
      ...(interactive ? { output: stdout, historySize: 100 } : {}),
      terminal: interactive,
    });
    let left: number | undefined;
    const leave = (code: number): void => {
      left = code;
      reader.close();
    };
    const onInterrupt = (): void => {
      if (this.#answering !== undefined) {
        this.#answering.abort(new DOMException("Interrupted", "AbortError"));
        this.#warned = true;
      } else if (this.#warned) leave(EXIT.interrupted);
      else {
        this.#warned = true;
        print(this.#terminal, "\n(Ctrl-C again to leave)");
        if (interactive) reader.prompt();
      }
    };
    reader.on("SIGINT", onInterrupt); // on a terminal readline reads the key itself
    const restore = this.#terminal.onInterrupt(onInterrupt);
    const onEnd = (): void => leave(EXIT.interrupted);
    this.#terminal.signal.addEventListener("abort", onEnd, { once: true });
    try {
      if (interactive) {
        print(this.#terminal, `Project ${safe(this.#project)}. /help lists what can be typed.`);
        this.#setPrompt(reader);
        reader.prompt();
      }
      for await (const line of reader) {
        if ((await this.#line(line)) === "leave") break;
        if (left !== undefined) break;
        if (interactive) {
          this.#setPrompt(reader);
          reader.prompt();
        }
      }
      return left ?? 0;
    } finally {
      restore();
      this.#terminal.signal.removeEventListener("abort", onEnd);
      reader.close();
    }
  }

  #setPrompt(reader: ReturnType<typeof createInterface>): void {
    reader.setPrompt(colors(this.#terminal).bold(`${safe(this.#project)}> `));
  }

  async #line(line: string): Promise<"leave" | "go on"> {
    const text = line.trim();
    if (text === "") return "go on";
    if (!text.startsWith("/")) {
      await this.#ask(text);
      return "go on";
    }
    const [command, ...words] = text.split(/\s+/);
    const argument = words.join(" ");
    switch (command) {
      case "/exit":
      case "/quit":
        return "leave";
      case "/help":
        print(this.#terminal, HELP);
        break;
      case "/project":
        await this.#switch(argument);
        break;
      case "/explain":
        this.#explain(argument);
        break;
      case "/history":
        await this.#history(argument);
        break;
      case "/clear":
        this.#freshSince = await this.#session.newestSeq(this.#project);
        this.#last = undefined;
        print(this.#terminal, "A new conversation. Earlier turns stay in the history.");
        break;
      default:
        print(this.#terminal, `Unknown command ${safe(command ?? "")}. /help lists them.`);
    }
    return "go on";
  }

  async #switch(name: string): Promise<void> {
    if (name !== "") {
      try {
        this.#project = (await this.#session.context.open(name)).name;
      } catch (error) {
        if (!(error instanceof ProjectNameError)) throw error;
        print(this.#terminal, error.message);
        return;
      }
      this.#freshSince = undefined;
    }
    print(this.#terminal, `Project ${safe(this.#project)}`);
  }

  #explain(argument: string): void {
    if (argument === "on" || argument === "off") {
      this.#explainAll = argument === "on";
      print(this.#terminal, `Explanations are ${argument}`);
    } else if (this.#last === undefined) print(this.#terminal, "There is no answer to explain yet.");
    else print(this.#terminal, explanation(this.#last, [], this.#last));
  }

  async #history(argument: string): Promise<void> {
    const limit = Math.max(1, Math.min(100, Number.parseInt(argument || "5", 10) || 5));
    const turns = await this.#session.context.history(this.#project, { limit });
    for (const turn of [...turns].reverse()) {
      print(this.#terminal, `> ${safe(turn.question)}`);
      if (turn.answer !== "") print(this.#terminal, safe(turn.answer));
    }
    if (turns.length === 0) print(this.#terminal, "Nothing is remembered in this project yet.");
  }

  async #ask(text: string): Promise<void> {
    const terminal = this.#terminal;
    const answering = new AbortController();
    this.#answering = answering;
    this.#warned = false;
    let atLineStart = true;
    try {
      const query = {
        text,
        project: this.#project,
        ...this.#side,
        ...(this.#freshSince === undefined ? {} : { historyAfterSeq: this.#freshSince }),
      };
      const orchestrator = await this.#session.orchestrator(query);
      const outcome = await orchestrator.answer(query, {
        signal: AbortSignal.any([answering.signal, terminal.signal]),
        onPart: (part) => {
          if (part.type !== "text-delta" || part.delta === "") return;
          terminal.stdout.write(terminal.stdout.isTTY ? safe(part.delta) : part.delta);
          atLineStart = part.delta.endsWith("\n");
        },
      });
      this.#last = outcome;
      if (!atLineStart) print(terminal, "\n");
      print(terminal, closingLine(outcome, terminal));
      if (this.#explainAll) print(terminal, explanation(outcome, [], outcome));
    } catch (error) {
      terminal.signal.throwIfAborted();
      if (!answering.signal.aborted) throw error;
      print(terminal, `${atLineStart ? "" : "\n"}(stopped)`);
    } finally {
      this.#answering = undefined;
    }
  }
}
