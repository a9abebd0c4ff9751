import type { Dialogue } from "./dialogue.js";
import type { ProjectTopics, TopicMemory } from "./topic-memory.js";
import { areaUnderCurve } from "./topic-scores.js";

/** A user's turn in a stream: whether it stays in its project or returns to another, and what was nearest. */
export interface SuggestionTrial {
  readonly kind: "stays" | "returns";
  /** Lead of the nearest other project. */
  readonly score: number;
  /** Of a return: the nearest other project is the right one. */
  readonly right: boolean;
}

/**
 * What the memory would say at each user's turn of streams. Each domain is a project of its own, whose turns it has heard so
 * far; no label reaches it but the project in which a turn was said.
 */
export function suggestionTrials(streams: readonly Dialogue[], memory: TopicMemory): readonly SuggestionTrial[] {
  const trials: SuggestionTrial[] = [];
  for (const { turns } of streams) {
    const projects = new Map<string, ProjectTopics>();
    let current = "";
    for (const { speaker, text, domain } of turns) {
      const known = projects.get(domain);
      const isKnown = known !== undefined && known.utterances >= 4 && (projects.get(current)?.utterances ?? 0) >= 4;
      const nearest = speaker === "user" && isKnown ? memory.compare(text, projects, current) : undefined;
      if (nearest !== undefined) {
        const kind = domain === current ? "stays" : "returns";
        trials.push({ kind, score: nearest.score, right: nearest.project === domain });
      }
      const project = known ?? memory.empty();
      projects.set(domain, project);
      memory.observe(project, { question: text, answer: "", seq: project.seq + 1 });
      current = domain;
    }
  }
  return trials;
}

/**
 * How good suggestions are, in percent: `right` when the nearest other project is the one returned to, `recall` of returns that are
 * suggested rightly, `precision` of suggestions, `falseAlarms` of turns that stay, `auc` of returning against staying.
 */
export function suggestionFigures(
  trials: readonly SuggestionTrial[],
  suggestFrom: number,
): Readonly<Record<string, number>> {
  const returns = trials.filter(({ kind }) => kind === "returns");
  const stays = trials.filter(({ kind }) => kind === "stays");
  const made = trials.filter(({ score }) => score >= suggestFrom);
  const hits = returns.filter(({ score, right }) => right && score >= suggestFrom).length;
  const share = (part: number, whole: number): number => (100 * part) / whole;
  return {
    right: share(returns.filter(({ right }) => right).length, returns.length),
    recall: share(hits, returns.length),
    precision: share(hits, made.length),
    falseAlarms: share(stays.filter(({ score }) => score >= suggestFrom).length, stays.length),
    auc:
      100 *
      areaUnderCurve({
        scores: trials.map(({ score }) => score),
        labels: trials.map(({ kind }) => (kind === "returns" ? 1 : 0)),
      }),
  };
}
