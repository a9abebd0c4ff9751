import { expect, test } from "vitest";
import { errorCurve } from "./error-curve.js";
import { errorCurveSvg } from "./error-curve-svg.js";

test("a curve is drawn with its name, and nothing in a name is markup", () => {
  const recording = { kind: "speech", word: "", speaker: "-", source: "", licence: "", file: "" } as const;
  const curve = errorCurve([{ hours: 1, candidates: [{ second: 1, score: 0.5, recording }], positives: [0.4, 0.9] }]);
  const svg = errorCurveSvg("A & B", [{ name: '<script>"', curve }]);
  expect(svg).toContain("<title>A &#38; B</title>");
  expect(svg).toContain("&#60;script&#62;&#34;");
  expect(svg).not.toContain("<script");
  // 50 % missed with no alarm, none with one alarm an hour
  expect(svg).toContain('d="M60.0 30.0H60.0L60.0 123.7H203.3L203.3 350.0H490"');
});
