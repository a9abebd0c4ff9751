import { describe, expect, test } from "vitest";
import { CannotAnswerError } from "../../core/errors.js";
import type { MemoryHit, ProjectMemory } from "../../core/ports.js";
import { deviceSkillsEngine } from "./device-skills.js";

const NOV_23 = Date.UTC(2026, 10, 23, 12);
const ENTRIES: readonly MemoryHit[] = [
  { turnId: "0abc1", kind: "note", question: "my dog is called Rex", answer: "", createdAtMs: NOV_23, score: 0 },
  {
    turnId: "0abc2",
    kind: "turn",
    question: "We decided to use SQLite as the database",
    answer: "Good: it is one file.",
    createdAtMs: NOV_23 - 86_400_000,
    score: 0,
  },
  {
    turnId: "0abc3",
    kind: "turn",
    question: "What did I decide about the database?",
    answer: "…",
    createdAtMs: NOV_23,
    score: 0,
  },
];

/** Any entry that holds a word of the search; order of entry. */
const memory: ProjectMemory = {
  search: async (project, text) =>
    project !== "alpha"
      ? []
      : ENTRIES.filter(({ question }) => text.split(" ").some((word) => question.toLowerCase().includes(word))),
  latest: async (project) => (project === "alpha" ? ENTRIES : []),
};

const engine = deviceSkillsEngine({ memory, timeZone: "UTC" });

async function ask(question: string, project = "alpha"): Promise<string> {
  const { content } = await generate(question, project);
  return content[0]?.type === "text" ? content[0].text : "";
}

function generate(question: string, project = "alpha") {
  return engine.model.doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: question }] }],
    providerOptions: { mao: { project } },
  });
}

describe("remember", () => {
  const NOTES: readonly (readonly [order: string, note: string])[] = [
    ["Remember that my dog is called Rex", "my dog is called Rex"],
    ["please remember my birthday is 4 May", "my birthday is 4 May"],
    ["note: buy milk", "buy milk"],
    ["Note that the launch moved to June.", "the launch moved to June."],
    ["don't forget to call mum", "Don't forget to call mum"],
    ["can you remember that I like tea?", "I like tea"],
    ["make a note that the door code changed", "the door code changed"],
    ["remember this for later: the blue one", "the blue one"],
    ["remember the wifi network is called Attic", "the wifi network is called Attic"],
  ];
  test.each(NOTES)("%s", async (order, note) => {
    expect(engine.accepts?.(order)).toEqual({ skill: "remember" });
    const result = await generate(order);
    expect(result.providerMetadata).toEqual({ mao: { skill: "remember", note } });
    expect(result.content).toEqual([{ type: "text", text: `Noted in project alpha: "${note}"` }]);
  });
});

describe("recall", () => {
  test("quotes the turn it comes from with its date and id, and not an earlier recall of the same", async () => {
    expect(await ask("What did we decide about the database?")).toBe(
      'On 22 November 2026 you said: "We decided to use SQLite as the database" (turn 0abc2). The answer was: "Good: it is one file."',
    );
  });

  test("takes a note for a question about the person's own things", async () => {
    expect(engine.accepts?.("what's my dog called?")).toEqual({ skill: "recall" });
    expect(await ask("what's my dog called?")).toBe(
      'On 23 November 2026 you noted: "my dog is called Rex" (note 0abc1)',
    );
  });

  test("says honestly that it has nothing, when asked for a memory", async () => {
    expect(await ask("what did I say about the garden?")).toBe("I have nothing about the garden in project alpha.");
    expect(await ask("what did I decide about the database?", "beta")).toBe(
      "I have nothing about the database in project beta.",
    );
  });

  test("leaves a question about the person's things to another engine when no note holds all of it", async () => {
    await expect(ask("what is my blood type?")).rejects.toThrow(CannotAnswerError);
    await expect(ask("what is my dog's blood type?")).rejects.toThrow(CannotAnswerError);
  });

  test("lists the notes and the last talk", async () => {
    expect(await ask("list my notes")).toBe('23 November 2026: "my dog is called Rex" (note 0abc1)');
    expect(await ask("what did we talk about last?")).toContain("turn 0abc3");
    expect(await ask("list my notes", "beta")).toBe("There are no notes in project beta.");
  });

  test("cannot list with a memory that only searches", async () => {
    const searching = deviceSkillsEngine({ memory: { search: memory.search }, timeZone: "UTC" });
    const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "list my notes" }] }];
    await expect(searching.model.doGenerate({ prompt })).rejects.toThrow(CannotAnswerError);
  });

  test("says that no memory is open when there is none", async () => {
    const bare = deviceSkillsEngine({ timeZone: "UTC" });
    const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "what did I say about tea?" }] }];
    expect((await bare.model.doGenerate({ prompt })).content).toEqual([
      { type: "text", text: "No memory is open here, so nothing can be recalled." },
    ]);
  });
});
