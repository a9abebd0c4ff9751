import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import { defaultRules } from "./default-rules.js";
import { ExpertSystem, type ExpertSystemOptions } from "./expert-system.js";
import { parseRuleFile } from "./rule-file.js";

/** What came of looking at a rule file again. */
export type RuleReload =
  | { readonly kind: "unchanged" }
  | { readonly kind: "loaded"; readonly rules: number; readonly disabled: number }
  /** The rules stay what they were. `message` names every fault with line and column. */
  | { readonly kind: "refused"; readonly message: string };

export interface RuleFileSource {
  /** Reads the file's text; a rejection is a refusal. */
  readonly read: () => Promise<string>;
  /** As it stands in messages: the file's path. */
  readonly name: string;
}

/** Options of the system whose rules come from a file; `disabled` is added to the file's own. */
export type RuleFileOptions = Omit<ExpertSystemOptions, "rules">;

/** An expert system with the house's rules and those of a file's text. Throws a RuleFileError. */
export function systemWithRuleFile(text: string, name: string, options: RuleFileOptions = {}): ExpertSystem {
  const file = parseRuleFile(text, name);
  return new ExpertSystem({
    ...options,
    rules: [...file.rules, ...defaultRules],
    disabled: [...new Set([...(options.disabled ?? []), ...file.disabled])],
  });
}

/**
 * Keeps the rules of a running system up to date with a file: whoever holds the system sees the new rules at its next
 * question. A bad file changes nothing.
 */
export class ReloadingRules {
  readonly system: ExpertSystem;
  readonly #source: RuleFileSource;
  readonly #options: RuleFileOptions;
  #text: string;

  /** Throws a RuleFileError when the file is bad at the start. */
  static async open(source: RuleFileSource, options: RuleFileOptions = {}): Promise<ReloadingRules> {
    const text = await source.read();
    return new ReloadingRules(source, options, text);
  }

  private constructor(source: RuleFileSource, options: RuleFileOptions, text: string) {
    this.#source = source;
    this.#options = options;
    this.#text = text;
    this.system = systemWithRuleFile(text, source.name, options);
  }

  /** Reads the file again. Never rejects. */
  async reload(): Promise<RuleReload> {
    let text: string;
    try {
      text = await this.#source.read();
    } catch (error) {
      return { kind: "refused", message: `Cannot read ${this.#source.name}: ${messageOf(error)}` };
    }
    if (text === this.#text) return { kind: "unchanged" };
    this.#text = text;
    try {
      const file = parseRuleFile(text, this.#source.name);
      this.system.replaceWith(systemWithRuleFile(text, this.#source.name, this.#options));
      return { kind: "loaded", rules: file.rules.length, disabled: file.disabled.length };
    } catch (error) {
      return { kind: "refused", message: messageOf(error) };
    }
  }

  /** Reads the file again every `everyMs` until the signal aborts; then it resolves. Tells of everything but "unchanged". */
  async watch(options: {
    readonly clock: Clock;
    readonly everyMs?: number;
    readonly signal: AbortSignal;
    readonly onReload: (reload: RuleReload) => void;
  }): Promise<void> {
    const { clock, everyMs = 1000, signal, onReload } = options;
    while (!signal.aborted) {
      try {
        await clock.sleep(everyMs, { signal });
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      const reload = await this.reload();
      if (reload.kind !== "unchanged" && !signal.aborted) onReload(reload);
    }
  }
}
