import type { Clock } from "../../core/clock.js";
import type { ProjectMemory } from "../../core/ports.js";
import type { Asked } from "./asking.js";

/** What a skill may use while it answers. */
export interface SkillContext {
  readonly clock: Clock;
  /** An IANA zone; undefined follows the running machine. */
  readonly timeZone: string | undefined;
  /** BCP 47; decides how 03/04/2027 is read. */
  readonly locale: string;
  readonly memory: ProjectMemory | undefined;
  readonly project: string;
}

/** What a skill says. */
export interface SkillReply {
  readonly text: string;
  /** A note that whoever called the engine is asked to keep. */
  readonly note?: string;
}

/** A question that a skill has parsed, so that the answer is only a matter of reckoning. */
export interface Answerable {
  readonly skill: string;
  /** Throws CannotAnswerError when the answer hangs on something that turned out absent. */
  readonly answer: (context: SkillContext) => SkillReply | Promise<SkillReply>;
}

/** Parses a question, or leaves it alone; pure, without a look at clock or memory. */
export type Skill = (asked: Asked) => Answerable | undefined;
