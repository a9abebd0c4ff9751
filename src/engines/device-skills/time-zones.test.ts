import { expect, test, vi } from "vitest";
import { deviceSkillsEngine } from "./device-skills.js";
import { findPlace } from "./places.js";
import { timeZones } from "./time-zones.js";

const zones = timeZones();

test("every place of the table has a zone this runtime knows", () => {
  for (const name of ["London", "Tokyo", "new york", "UTC", "São Paulo", "Kyiv", "the UK"]) {
    const place = findPlace(name)!;
    expect(zones.at(0, place.zone).date.year).toBeGreaterThan(1968);
  }
  expect(findPlace("Paris, Texas")).toBeUndefined();
  expect(findPlace("constructor")).toBeUndefined();
});

test("shows the wall clock of a zone a quarter of an hour off", () => {
  const instant = Date.UTC(2026, 10, 23, 14, 30);
  expect(zones.at(instant, "Asia/Kathmandu")).toEqual({
    date: { year: 2026, month: 11, day: 23 },
    hour: 20,
    minute: 15,
    second: 0,
  });
  expect(zones.offsetMinutes(instant, "Asia/Kathmandu")).toBe(345);
});

test("finds no instant in the skipped hour of spring and two in the repeated one of autumn", () => {
  const at = (month: number, day: number, hour: number, minute: number) => ({
    date: { year: 2027, month, day },
    hour,
    minute,
    second: 0,
  });
  expect(zones.instants(at(3, 28, 2, 30), "Europe/Berlin")).toEqual([]);
  expect(zones.instants(at(10, 31, 2, 30), "Europe/Berlin")).toEqual([
    Date.UTC(2027, 9, 31, 0, 30),
    Date.UTC(2027, 9, 31, 1, 30),
  ]);
  expect(zones.instants(at(6, 1, 12, 0), "America/New_York")).toEqual([Date.UTC(2027, 5, 1, 16)]);
});

test("without Intl, as on a lite Hermes, tells the machine's own time and leaves other places alone", async () => {
  vi.stubGlobal("Intl", undefined);
  try {
    const engine = deviceSkillsEngine();
    expect(engine.accepts?.("what time is it in Tokyo")).toBeUndefined();
    const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "what time is it" }] }];
    const { content } = await engine.model.doGenerate({ prompt });
    expect(content).toMatchObject([{ text: expect.stringMatching(/^It is \d\d:\d\d \(this device's time\)\.$/) }]);
  } finally {
    vi.unstubAllGlobals();
  }
});
