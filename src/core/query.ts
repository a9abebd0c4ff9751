import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";

/** Where a question is answered. `hybrid`: on the device first, then remotely when that answer is not good enough. */
export type Route = "local" | "remote" | "hybrid" | "blocked";

/** What the person cares for most; `private` never leaves the device. */
export type Preference = "quality" | "balanced" | "battery" | "private";

/** The project a question belongs to when none is named. */
export const DEFAULT_PROJECT = "default";

/** Settings of one call that an engine receives unchanged. */
export type CallSettings = Omit<
  LanguageModelV4CallOptions,
  "prompt" | "abortSignal" | "headers" | "providerOptions" | "includeRawChunks"
>;

/** One question, as a person or a program asked it. */
export interface Query {
  /** What is asked now. */
  readonly text: string;
  /** Name of the project whose history and notes it may use; created on first use. */
  readonly project?: string;
  readonly preference?: Preference;
  /** The person's explicit choice of side. It lifts no veto. */
  readonly forced?: "local" | "remote";
  readonly system?: string;
  /** A caller that keeps its own conversation hands it over whole; history is then not added. Ends with the question. */
  readonly conversation?: LanguageModelV4Prompt;
  readonly settings?: CallSettings;
  /** Only turns after this sequence number of the project are sent along; default all that fit. */
  readonly historyAfterSeq?: number;
  /** Whether the turn is kept in the project's history; default true. */
  readonly remember?: boolean;
  /** False: neither answered from the cache of answers nor kept there. */
  readonly cache?: false;
  /** False: not kept for later when it would have to wait for the network. */
  readonly queue?: false;
  /** 0 (any time will do) to 9 (at once); default 5. Below 3 a remote call may wait a moment for others to go with it. */
  readonly priority?: number;
  /** Nobody waits for the answer: a remote call may wait longer for others to go with it. */
  readonly background?: boolean;
}

const SIDES: readonly unknown[] = [undefined, "local", "remote"] satisfies readonly Query["forced"][];
const PREFERENCES: readonly unknown[] = [undefined, "quality", "balanced", "battery", "private"] satisfies readonly (
  | Preference
  | undefined
)[];

/**
 * Refuses a query that a program without types got wrong: a side or preference that is none must not pass for "no wish".
 * TypeError names the field.
 */
export function checkQuery(query: Query): void {
  if (typeof query !== "object" || query === null) throw new TypeError("Cannot answer: expected a query, an object");
  if (typeof query.text !== "string")
    throw new TypeError(`Cannot answer: text must be a string, got ${typeof query.text}`);
  if (!SIDES.includes(query.forced)) {
    throw new TypeError(`Cannot answer: forced must be local or remote, got ${JSON.stringify(query.forced)}`);
  }
  if (!PREFERENCES.includes(query.preference)) {
    throw new TypeError(
      `Cannot answer: preference must be quality, balanced, battery or private, got ${JSON.stringify(query.preference)}`,
    );
  }
  const { priority = 5 } = query;
  if (!Number.isInteger(priority) || priority < 0 || priority > 9) {
    throw new TypeError(`Cannot answer: priority must be a whole number from 0 to 9, got ${priority}`);
  }
  if (query.conversation !== undefined && !Array.isArray(query.conversation)) {
    throw new TypeError("Cannot answer: conversation must be an array of messages");
  }
}
