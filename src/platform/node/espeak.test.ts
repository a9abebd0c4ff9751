import { expect, test } from "vitest";
import { seededRandom } from "../../core/random.js";
import { espeakVoices, hasEspeak, speakWithEspeak } from "./espeak.js";

const isInstalled = await hasEspeak();

test("voices differ, and are the same from the same seed", () => {
  const voices = espeakVoices(40, seededRandom(1));
  expect(new Set(voices.map((voice) => JSON.stringify(voice))).size).toBe(40);
  expect(espeakVoices(40, seededRandom(1))).toEqual(voices);
});

test.skipIf(!isInstalled)("a text becomes a WAV file, an option in it stays text", async () => {
  const [voice] = espeakVoices(1, seededRandom(1));
  const spoken = await speakWithEspeak("--version of hey nova", voice!);
  expect(String.fromCharCode(...spoken.subarray(0, 4))).toBe("RIFF");
  expect(spoken.length).toBeGreaterThan(20_000);
});
