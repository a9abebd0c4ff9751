import { seededRandom } from "../core/random.js";
import { espeakVoices, speakWithEspeak } from "../platform/node/espeak.js";
import type { Recording } from "../wake/manifest.js";
import { readAudio } from "../wake/read-audio.js";
import type { Sound } from "../wake/training-set.js";
import { counting } from "./counting.js";
import type { Terminal } from "./terminal.js";

/** Said by the same voices as no phrase at all, lest a network learn that a machine's voice is the phrase. */
const SENTENCES = [
  "the quick brown fox jumps over the lazy dog",
  "could you pass me the salt and the pepper please",
  "it will rain in the afternoon and clear up towards the evening",
  "she sells sea shells by the shore every summer",
  "my brother commutes to another company by train",
  "nobody knows when the letter will arrive",
  "turn the corner and walk past the church",
  "eleven hundred and forty two people came to see the play",
  "we had better wait until the water has boiled",
  "how much would a new jacket cost over there",
];

/** The phrase and other sentences by made-up speakers: positives of kind `kw`, the rest `speech`. */
export async function synthesizedSounds(phrase: string, speakers: number, terminal: Terminal): Promise<Sound[]> {
  const voices = espeakVoices(speakers, seededRandom(20261123));
  const words = phrase.split(/\s+/);
  const show = counting(terminal, "made-up speakers");
  const sounds: Sound[] = [];
  for (const [index, voice] of voices.entries()) {
    const say = async (kind: "kw" | "speech", text: string): Promise<void> => {
      const { samples } = readAudio(await speakWithEspeak(text, voice, { signal: terminal.signal }));
      const recording: Recording = {
        kind,
        word: kind === "kw" ? phrase : "",
        speaker: `espeak${index}`,
        source: "espeak-ng",
        licence: "",
        file: `${voice.voice}-${voice.pitch}-${voice.speed}/${text}`,
      };
      sounds.push({ recording, samples });
    };
    await say("kw", phrase);
    await say("speech", SENTENCES[index % SENTENCES.length]!); // not empty
    if (words.length > 1) await say("speech", words[index % words.length]!);
    show(index + 1, speakers);
  }
  return sounds;
}
