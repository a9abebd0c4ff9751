import { beginsWithOne, letterBits } from "./asking.js";
import type { Skill } from "./skill.js";

const WHO =
  /^(?:who are you|what are you|are you (?:an ai|a bot|a robot|human|real|chatgpt|gpt)|what(?:'s|’s| is) your name|introduce yourself|what model are you|which model (?:are you|is this))$/i;
const WHAT =
  /^(?:help|\/help|what can you do(?: for me| here| offline)?|what (?:are your (?:skills|capabilities)|do you do|can i ask(?: you)?)|how can you help(?: me)?|list (?:your )?skills|what skills do you have)$/i;

const WHO_LETTERS = letterBits("wai");
const WHAT_LETTERS = letterBits("hwl");

const SKILLS = [
  "- Arithmetic: `17.5 % of 2340`, `2^64`, `15 % tip on 48.20`, `average of 3, 5 and 10`, `prime factors of 360`, `255 in hex`",
  "- Units: `5 miles in km`, `72 F to C`, `how many ml in 2 cups`, `3 kg + 500 g`",
  "- Dates and times: `what day is 2027-03-01`, `how many days until Christmas`, `what time is it in Tokyo`",
  "- Text: `how many words in: …`, `count the letters r in strawberry`, `reverse hello`",
  "- Memory: `remember that …`, `what did I decide about …`, `list my notes`",
].join("\n");

/** Says what the device answers by itself, and that it is no language model. */
export const aboutSkill: Skill = ({ sentence, text }) => {
  if (text.length > 80) return undefined;
  const asked = sentence === "" ? text : sentence;
  if (beginsWithOne(asked, WHO_LETTERS) && WHO.test(asked))
    return {
      skill: "about",
      answer: () => ({
        text: "I am the device skills of Mobile AI Orchestrator: fixed programs on this device, no language model. Ask `what can you do` for a list.",
      }),
    };
  if ((asked.startsWith("/") || beginsWithOne(asked, WHAT_LETTERS)) && WHAT.test(asked))
    return { skill: "about", answer: () => ({ text: `Without a language model, this device answers:\n${SKILLS}` }) };
  return undefined;
};
