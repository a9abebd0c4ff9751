import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";
import { seededRandom } from "../core/random.js";

const WORDS: Readonly<Record<string, readonly string[]>> = {
  Gardens: ["tomatoes", "roses", "compost", "water", "soil", "plant"],
  Trains: ["ticket", "platform", "station", "train", "seat", "departure"],
  Cooking: ["oven", "flour", "recipe", "butter", "bake", "sugar"],
};

/** Dialogues of two subjects, one after the other. */
function writeData(directory: string): void {
  const random = seededRandom(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const domains = Object.keys(WORDS);
  for (const [part, count] of [
    ["train", 30],
    ["val", 10],
  ] as const) {
    const dialogues = Array.from({ length: count }, (_, place) => {
      const [first, second] = [pick(domains), pick(domains)];
      const turns = Array.from({ length: 12 }, (_, turn) => {
        const domain = turn < 6 ? first : second;
        const text = `${pick(WORDS[domain]!)} and ${pick(WORDS[domain]!)} ${turn % 3 === 0 ? "please" : "of course, as you like it"}`;
        return [turn % 2 === 0 ? "U" : "S", text, domain, "service", "intent"];
      });
      return { id: `${part}:${place}`, turns };
    });
    const streams = Array.from({ length: 4 }, (_, place) => ({
      id: `s${place}`,
      segments: dialogues.slice(place, place + 6).map(({ id, turns }) => [turns[0]![2], id, 0, 6]),
    }));
    const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    writeFileSync(join(directory, `${part}.jsonl`), lines(dialogues));
    writeFileSync(join(directory, `${part}_streams.jsonl`), lines(streams));
  }
}

describe("mobile-ai memory", () => {
  test("eval prints a row for each memory, and figures by name with --json", async () => {
    const home = new TestHome();
    writeData(home.directory);
    const table = await home.run(["memory", "eval", home.directory, "--features", "current,ema"]);
    expect(table.stdout).toMatch(/^MEMORY +SIZE +cur/);
    expect(table.stdout).toMatch(/^current +384/m);
    const words = ["memory", "eval", join(home.directory, "val.jsonl"), "--json", "--features", "ema,reservoir"];
    const { code, stdout } = await home.run([...words, "--train", join(home.directory, "train.jsonl")]);
    expect(code).toBe(0);
    const { figures } = JSON.parse(stdout) as { figures: Record<string, number> };
    for (const name of ["cur", "vague", "lag4", "lag8", "switchAuc", "prev"])
      expect(figures[`reservoir/${name}`]).toBeGreaterThan(0);
    expect(figures["ema/cur"]).toBeGreaterThan(80);
  });

  test("eval reads streams, and says how well projects are told apart", async () => {
    const home = new TestHome();
    writeData(home.directory);
    const words = ["memory", "eval", home.directory, "--streams", "--json", "--features", "mean", "--dialogues", "3"];
    const { stdout } = await home.run(words);
    const { figures } = JSON.parse(stdout) as { figures: Record<string, number> };
    expect(figures["mean/setAP"]).toBeGreaterThan(50);
    expect(figures["suggest/falseAlarms"]).toBeDefined();
  });

  test("train writes the same weights for the same dialogues", async () => {
    const home = new TestHome();
    writeData(home.directory);
    const [one, two] = [join(home.directory, "one.bin"), join(home.directory, "two.bin")];
    const { stdout } = await home.run(["memory", "train", home.directory, "-o", one, "--json"]);
    await home.run(["memory", "train", home.directory, "-o", two]);
    expect(JSON.parse(stdout)).toMatchObject({ bytes: readFileSync(one).length });
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  }, 60_000);

  test("says in one line what is wrong with the data", async () => {
    const home = new TestHome();
    writeData(home.directory);
    writeFileSync(join(home.directory, "bad.jsonl"), '{"id":"a","turns":[["X","hello","Gardens"]]}\n');
    const bad = await home.run(["memory", "eval", join(home.directory, "bad.jsonl")]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/bad\.jsonl:1: "turns\.0/);
    const missing = await home.run(["memory", "eval", join(home.directory, "none")]);
    expect(missing.stderr).toMatch(/no such file/);
    const unknown = await home.run(["memory", "eval", home.directory, "--features", "magic"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/Unknown features "magic"/);
  });
});

describe("mobile-ai ask", () => {
  test("says when a question sounds like another project", async () => {
    const home = new TestHome();
    const notes = {
      trip: [
        "the flight to New York leaves on Monday morning, nonstop",
        "the economy plane ticket cost 200 dollars with that airline",
        "a return flight from Seattle, two passengers",
        "check in for the flight two hours before departure",
      ],
      dinner: [
        "the Italian restaurant in San Jose has a table for four",
        "reserve a table at the restaurant at seven in the evening",
        "that restaurant serves vegetarian food, moderate in price",
        "the phone number of the Mexican restaurant is on the fridge",
      ],
    };
    for (const [project, texts] of Object.entries(notes))
      for (const text of texts) await home.run(["ask", "-q", "-p", project, `remember: ${text}`]);
    const question = "what did I say about the restaurant with a table for four?";
    const asked = await home.run(["ask", "--no-remember", "-p", "trip", question]);
    expect(asked.stderr).toContain("This sounds like project dinner: --project dinner");
    const json = await home.run(["ask", "--no-remember", "-p", "trip", "--json", question]);
    expect(JSON.parse(json.stdout)).toMatchObject({ project: "trip", suggestedProject: "dinner" });
    const right = await home.run(["ask", "-p", "dinner", "--json", question]);
    expect(JSON.parse(right.stdout)).not.toHaveProperty("suggestedProject");
    expect((await home.run(["ask", "-q", "-p", "trip", question])).stderr).toBe("");
  });
});
