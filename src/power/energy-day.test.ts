import { expect, test } from "vitest";
import { seededRandom } from "../testing.js";
import { type DayPlan, simulateDay } from "./energy-day.js";
import { DEVICE_CLASSES, RADIOS } from "./energy-model.js";

const HOUR_MS = 3_600_000;

const plan: DayPlan = {
  queries: 60,
  listenMs: 24 * HOUR_MS,
  localShare: 0.7,
  skillShare: 0.5,
  costs: {
    skill: { route: "local", cpuUs: { rules: 50, "generate/device-skills": 100 }, sentBytes: 0, networkMs: 0 },
    local: { route: "local", cpuUs: { rules: 50 }, sentBytes: 0, networkMs: 0 },
    remote: { route: "remote", cpuUs: { rules: 60 }, sentBytes: 8000, networkMs: 4000, outputTokens: 300 },
  },
  listening: { quietUs: 300, speechUs: 3000 },
  speechShare: 0.1,
  localModelMs: 20_000,
  device: DEVICE_CLASSES.phone,
  radio: RADIOS.cellular,
  hereFactor: 1,
};

const live = (changes: Partial<DayPlan> = {}, seed = 1) =>
  simulateDay({ ...plan, ...changes }, { random: seededRandom(seed), startMs: Date.UTC(2027, 2, 1) });

test("a day adds up: states to 24 hours, questions to their shares, parts to the total", async () => {
  const { residencyMs, questions, stateMj, partsMj, totalMah } = await live();
  expect(residencyMs.sleep + residencyMs.listening + residencyMs.active).toBe(24 * HOUR_MS);
  expect(residencyMs.sleep).toBe(0);
  expect(questions).toMatchObject({ questions: 60, byRoute: { local: 42, remote: 18 } });
  // 60 questions of 3 s to speak and 8 s after; 18 take 4 s and 21 take 20 s; less where they meet.
  expect(residencyMs.active / 1000).toBeGreaterThan(0.9 * (60 * 11 + 18 * 4 + 21 * 20));
  expect(residencyMs.active / 1000).toBeLessThanOrEqual(60 * 11 + 18 * 4 + 21 * 20);
  const parts = Object.values(partsMj).reduce((sum, mj) => sum + mj, 0);
  expect(stateMj.sleep + stateMj.listening + stateMj.active).toBeCloseTo(parts, 6);
  expect((totalMah * 3.85 * 3600) / parts).toBeCloseTo(1, 9);
});

test("the same seed gives the same day", async () => {
  expect(await live()).toEqual(await live());
  expect((await live({}, 2)).segments).not.toEqual((await live()).segments);
});

test("listening costs by the hours, a radio by its kind, and a day without either next to nothing", async () => {
  const [full, half, none] = await Promise.all([live(), live({ listenMs: 12 * HOUR_MS }), live({ listenMs: 0 })]);
  const ratio = full.partsMj["wake stage"]! / half.partsMj["wake stage"]!;
  expect(ratio).toBeGreaterThan(1.8); // what is active costs the same in both
  expect(ratio).toBeLessThanOrEqual(2);
  expect(half.residencyMs.sleep).toBe(12 * HOUR_MS);
  expect(none.partsMj["wake stage"]).toBe(0);
  expect(none.residencyMs.listening).toBe(0);
  const wifi = await live({ radio: RADIOS.wifi });
  expect(wifi.totalMah).toBeLessThan(full.totalMah / 2);
  expect((await live({ listenMs: 0, queries: 0 })).totalMah).toBe(0);
});

test("what the model or the awake device costs is told apart", async () => {
  const { localModelMah, awakeMah, totalMah } = await live({ listening: { quietUs: 0, speechUs: 0 } });
  expect(localModelMah).toBeGreaterThan(0);
  expect(awakeMah).toBeCloseTo(24 * 28.6, 6);
  expect(totalMah).toBeLessThan(awakeMah);
});

test("more listening than a day is refused", async () => {
  await expect(live({ listenMs: 25 * HOUR_MS })).rejects.toThrow("up to 24 h");
});
