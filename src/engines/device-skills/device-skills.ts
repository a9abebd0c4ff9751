import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { type Clock, systemClock } from "../../core/clock.js";
import { CannotAnswerError } from "../../core/errors.js";
import { lastUserText, PROVIDER_KEY, streamOfResult, UNKNOWN_USAGE } from "../../core/language-model.js";
import type { Engine, ProjectMemory } from "../../core/ports.js";
import { DEFAULT_PROJECT } from "../../core/query.js";
import { aboutSkill } from "./about-skill.js";
import { arithmeticSkill } from "./arithmetic-skill.js";
import { readQuestion } from "./asking.js";
import { dateSkill } from "./date-skill.js";
import { memorySkill } from "./memory-skill.js";
import type { Answerable, Skill } from "./skill.js";
import { textSkill } from "./text-skill.js";
import { timeSkill } from "./time-skill.js";
import { timeZones } from "./time-zones.js";
import { unitSkill } from "./unit-skill.js";

/** What the device skills are given; each has a default. */
export interface DeviceSkillsOptions {
  /** Where recall searches; without it, recall says that no memory is open. */
  readonly memory?: ProjectMemory;
  readonly clock?: Clock;
  /** IANA name, `Europe/Berlin`; by default the running machine's own. */
  readonly timeZone?: string;
  /** BCP 47; decides how 03/04/2027 is read. Default `en-US`. */
  readonly locale?: string;
}

/**
 * The engine that needs no download: programs that answer a closed set of questions exactly, and no others.
 * `accepts` parses the question and says which skill answers; a question outside them rejects with CannotAnswerError.
 * Throws RangeError for a time zone that the runtime does not know.
 */
export function deviceSkillsEngine(options: DeviceSkillsOptions = {}): Engine {
  const { clock = systemClock, timeZone, locale = "en-US", memory } = options;
  const zones = timeZones();
  if (timeZone !== undefined) zones.at(0, timeZone); // an unknown zone is told now, not in the middle of an answer
  const skills: readonly Skill[] = [
    memorySkill(zones),
    textSkill,
    arithmeticSkill,
    unitSkill(),
    timeSkill(zones),
    dateSkill(zones),
    aboutSkill,
  ];

  const parse = (question: string): Answerable | undefined => {
    const asked = readQuestion(question);
    if (asked.text === "") return undefined;
    for (const skill of skills) {
      const answerable = skill(asked);
      if (answerable !== undefined) return answerable;
    }
    return undefined;
  };

  const generate = async (call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
    call.abortSignal?.throwIfAborted();
    const answerable = parse(lastUserText(call.prompt));
    if (answerable === undefined) throw new CannotAnswerError("Cannot answer: no device skill covers this question");
    const own = call.providerOptions?.[PROVIDER_KEY];
    const named = own?.["project"];
    const project = typeof named === "string" ? named : DEFAULT_PROJECT;
    const reply = await answerable.answer({ clock, timeZone, locale, memory, project });
    call.abortSignal?.throwIfAborted();
    const { skill } = answerable;
    const note = own?.["remember"] === false ? undefined : reply.note;
    const text = note === reply.note ? reply.text : "Nothing was noted: this was asked without being remembered.";
    return {
      content: [{ type: "text", text }],
      finishReason: { unified: "stop", raw: undefined },
      usage: UNKNOWN_USAGE,
      warnings: [],
      providerMetadata: { [PROVIDER_KEY]: { skill, ...(note === undefined ? {} : { note }) } },
    };
  };

  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "mobile-ai",
    modelId: "device-skills",
    supportedUrls: {},
    doGenerate: generate,
    doStream: async (call) => ({ stream: streamOfResult(await generate(call)) }),
  };

  return {
    id: "device-skills",
    place: "device",
    model,
    supports: { tools: false, structuredOutput: false, files: false },
    accepts: (question) => {
      const skill = parse(question)?.skill;
      return skill === undefined ? undefined : { skill };
    },
  };
}
