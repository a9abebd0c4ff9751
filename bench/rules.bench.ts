import { defaultRules } from "../src/rules/default-rules.js";
import { ExpertSystem } from "../src/rules/expert-system.js";
import type { Report } from "./harness.js";

const LENGTH = 100_000;
const PROSE = "The quick brown fox jumps over the lazy dog and then it sleeps a while under a tree of ours. ";

/** Time of the rules on the worst texts we know, on prose, and of making them. */
export function run(report: Report): void {
  const keywords = [
    ...new Set(defaultRules.flatMap((rule) => rule.detections.flatMap((detection) => detection.keywords ?? []))),
  ];
  const madeMs = fastest(3, () => new ExpertSystem());
  const system = new ExpertSystem();
  const readMs = (unit: string, length = LENGTH): number => {
    const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    return fastest(3, () => system.evaluate([{ source: "question", text }]));
  };
  const units = [
    ...keywords.flatMap((keyword) => [keyword, `${keyword} `]),
    ...[
      "a",
      "1",
      "12 ",
      "(0",
      "1=",
      "key==",
      "password is ",
      "a@",
      "::",
      "%41",
      "QUJD",
      "abc1defg23\n",
      '"a" + ',
      "aB_1\\\n",
    ],
  ];
  let worst = 0;
  for (const unit of units) worst = Math.max(worst, readMs(unit));
  report.figure({
    name: "rules.hostile_worst_ms_per_100kB",
    value: worst,
    meaning: `slowest of ${units.length} texts of one repeated thing`,
    target: { atMost: 75 },
  });
  report.figure({
    name: "rules.every_keyword_ms_per_100kB",
    value: readMs(`${keywords.join(" ")} `),
    meaning: "100 KB that holds every keyword",
    target: { atMost: 50 },
  });
  report.figure({
    name: "rules.prose_ms_per_MB",
    value: readMs(PROSE, 1_000_000),
    meaning: "1 MB of prose",
    target: { atMost: 250 },
  });
  report.figure({
    name: "rules.doubling_ratio",
    value: readMs("password=", 2 * LENGTH) / readMs("password="),
    meaning: "time of twice a hostile text",
    target: { atMost: 2.5 },
  });
  report.figure({ name: "rules.construct_ms", value: madeMs, meaning: "making the system, code already warm" });
}

function fastest(runs: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
