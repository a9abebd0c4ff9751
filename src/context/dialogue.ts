/** One utterance of a labelled dialogue. */
export interface DialogueTurn {
  readonly speaker: "user" | "system";
  readonly text: string;
  /** What it is about: the label. */
  readonly domain: string;
}

/** A conversation, turn by turn, as data to measure a memory on. */
export interface Dialogue {
  readonly id: string;
  readonly turns: readonly DialogueTurn[];
}

/** What a memory is asked at one turn. A class of -1 is not asked: unknown, or nothing of the kind was said. */
export interface TurnTargets {
  /** The class of each question, in the order of `LABEL_QUESTIONS`. */
  readonly labels: Int16Array;
  /** Of a system turn: 1 when the user's next turn changes the subject, 0 when not; -1 for any other. */
  readonly switches: number;
  /** Of a user's turn that is not the first: 1 when it changes the subject, 0 when not; -1 for any other. */
  readonly changed: number;
  /** Which classes occurred in the last 64 turns. */
  readonly recent: Uint8Array;
  /** A user's turn of at most four words. */
  readonly vague: boolean;
}

/** Questions whose answer is a class: now, so many turns back, and before the last change of subject. */
export const LABEL_QUESTIONS: readonly ["cur", "lag4", "lag8", "lag16", "prev"] = [
  "cur",
  "lag4",
  "lag8",
  "lag16",
  "prev",
];
const LAGS = [0, 4, 8, 16];
const RECENT_TURNS = 64;
const VAGUE_WORDS = 4;

/** The classes of dialogues, sorted by name. */
export function domainsOf(dialogues: readonly Dialogue[]): readonly string[] {
  return [...new Set(dialogues.flatMap(({ turns }) => turns.map(({ domain }) => domain)))].sort();
}

/** The targets of each turn. A domain that is not among `domains` stays as context and is not asked for. */
export function targetsOf({ turns }: Dialogue, domains: readonly string[]): TurnTargets[] {
  const classes = turns.map(({ domain }) => domains.indexOf(domain));
  let previous = -1;
  return turns.map((turn, place) => {
    if (place > 0 && turn.domain !== turns[place - 1]!.domain) previous = classes[place - 1]!;
    const recent = new Uint8Array(domains.length);
    for (let back = Math.max(0, place - RECENT_TURNS + 1); back <= place; back++) {
      if (classes[back]! >= 0) recent[classes[back]!] = 1;
    }
    const next = turns[place + 1];
    const isKnown = place > 0 && classes[place]! >= 0 && classes[place - 1]! >= 0;
    const isAsked = turn.speaker === "system" && next !== undefined && classes[place]! >= 0 && classes[place + 1]! >= 0;
    return {
      labels: Int16Array.from([...LAGS.map((lag) => classes[place - lag] ?? -1), previous]),
      switches: isAsked ? (next.domain === turn.domain ? 0 : 1) : -1,
      changed: turn.speaker === "user" && isKnown ? (turn.domain === turns[place - 1]!.domain ? 0 : 1) : -1,
      recent,
      vague: turn.speaker === "user" && turn.text.trim().split(/\s+/).length <= VAGUE_WORDS,
    };
  });
}
