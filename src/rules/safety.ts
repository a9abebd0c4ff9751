import { isLetter } from "./characters.js";
import type { Rule, Span } from "./rule.js";

const WANTS =
  /\b(?:how (?:to|do|can|could|would|should)|instructions?|steps?|guide|tutorial|recipe|teach me|show me how|tell me how|help me|give me|write|provide|explain how|describe how|list|plan|best way|easiest way|i want to|i need to|where (?:can|do) i)\b/i;
const ELSEWHERE =
  /\b(?:histor\w+|novel|fiction\w*|movie|film|game|story|character|prevent\w*|protect\w*|detect\w*|defen[cds]\w*|treat(?:ment|y|ies|ed)?|antidote|vaccin\w*|ban(?:ned)?|policy|why (?:is|are|did|was|were)|what (?:is|are|was|were|happened)|how did|who (?:was|invented)|process|python|linux|server|sql|report(?:ing)?|law|illegal|symptoms?|decontaminat\w*|disarm\w*|dispos\w*|figurative\w*|minecraft)\b/i;

/**
 * A dangerous object near a verb that makes it, in a request for it, and no word that puts it into history, fiction,
 * prevention or computing. Each part alone is innocent, so each is asked for.
 */
function request(
  objects: readonly string[],
  verbs: RegExp,
  options: { readonly exempt?: RegExp; readonly object?: RegExp } = {},
): Rule["detections"][number] {
  const { exempt = ELSEWHERE, object } = options;
  return {
    on: "keyword",
    keywords: objects,
    find(text: string, start: number, end: number): Span | undefined {
      if (isLetter(text.charCodeAt(start - 1))) return undefined;
      const from = Math.max(0, start - 140);
      const before = text.slice(from, start);
      const sentence = before.slice(
        Math.max(before.lastIndexOf(". "), before.lastIndexOf("\n"), before.lastIndexOf("? ")) + 1,
      );
      const around = sentence + text.slice(start, end + 80).split(/[.\n?!]/, 1)[0]!;
      if (!verbs.test(around) || !WANTS.test(around) || exempt.test(around)) return undefined;
      return object === undefined || object.test(around) ? { start, end } : undefined;
    },
  };
}

const MAKE =
  /\b(?:make|making|build|building|create|creating|synthesi[sz]e|synthesi[sz]ing|produce|producing|manufactur\w+|assemble|cultur\w+|cultivat\w+|weaponi[sz]e\w*|enrich\w*|extract\w*|disperse|spread|release|aerosoli[sz]e|construct\w*|acquire|obtain|engineer)\b/i;

/** Requests no engine should see, few and clear; and requests that only deserve a word. */
export const safetyRules: readonly Rule[] = [
  {
    id: "SAFETY_001",
    description: "a request for a weapon of mass harm",
    severity: "critical",
    action: "block",
    kind: "WEAPON",
    detections: [
      request(
        [
          "nerve agent",
          "nerve gas",
          "sarin",
          "novichok",
          "vx gas",
          "mustard gas",
          "anthrax",
          "ricin",
          "botulinum toxin",
          "smallpox",
          "biological weapon",
          "bioweapon",
          "chemical weapon",
          "dirty bomb",
          "nuclear weapon",
          "nuclear bomb",
          "radiological weapon",
          "tabun",
          "soman",
          "weaponized virus",
          "deadly pathogen",
          "chlorine gas",
        ],
        MAKE,
      ),
    ],
  },
  {
    id: "SAFETY_002",
    description: "a request that sexualises children",
    severity: "critical",
    action: "block",
    kind: "CHILD_ABUSE",
    detections: [
      request(
        [
          "child porn",
          "child pornography",
          "csam",
          "child sexual abuse material",
          "pedophilic",
          "underage porn",
          "underage sex",
          "preteen",
          "kiddie porn",
          "lolicon",
          "sex with a child",
          "sex with children",
          "sex with a minor",
          "nude children",
          "naked children",
          "sexual content involving a child",
          "groom a child",
          "grooming a child",
          "molest a child",
        ],
        /\b(?:write|generate|create|make|give|find|show|draw|produce|send|download|access|distribut\w+|get|how to|groom\w*|molest\w*|describe)\b/i,
        {
          object: /porn|sex|nude|naked|erotic|csam|loli|groom|molest/i,
          exempt:
            /\b(?:prevent\w*|report\w*|detect\w*|protect\w*|law|laws|illegal|stop|combat|fight|signs|survivor|moderation|classif\w+|what is|why)\b/i,
        },
      ),
    ],
  },
  {
    id: "SAFETY_003",
    description:
      "a wish to harm oneself; please talk to someone you trust or to a local crisis line (in the US and Canada: 988)",
    severity: "critical",
    action: "block",
    kind: "SELF_HARM",
    detections: [
      request(
        [
          "kill myself",
          "end my life",
          "end my own life",
          "commit suicide",
          "hang myself",
          "cut myself",
          "overdose on",
          "self-harm",
          "suicide method",
          "painless suicide",
          "way to die",
        ],
        /\b(?:how|way|ways|method\w*|instructions?|steps?|guide|tutorial|much|many|write|give|best)\b/i,
        {
          object: /\b(?:i|my|myself|me|without pain\w*|painless\w*|methods?|instructions?|tutorial|guide)\b/i,
          exempt:
            /\b(?:prevent\w*|help (?:a|my|someone|him|her|them)|friend|laughing|novel|story|character|film|statistics|why (?:do|did)|stop(?:ping)?|avoid|not (?:to )?(?:kill|end|cut)|survivor|accident\w*|shaving|cooking|fringe|bangs|hair\w*|cut myself (?:a|an|some|the|off)|slack|slice|piece)\b/i,
        },
      ),
    ],
  },
  {
    id: "SAFETY_010",
    description: "a request that may harm somebody",
    severity: "high",
    action: "warn",
    kind: "HARM",
    detections: [
      request(
        [
          "bomb",
          "explosive",
          "ransomware",
          "malware",
          "keylogger",
          "computer virus",
          "phishing",
          "meth",
          "methamphetamine",
          "fentanyl",
          "counterfeit",
          "fake id",
          "hitman",
          "hit man",
          "ghost gun",
          "3d-printed gun",
          "pipe bomb",
          "molotov",
          "stolen credit card",
          "credit card skimmer",
          "identity theft",
          "child labor",
          "human trafficking",
          "money laundering",
          "date rape",
          "botnet",
          "ddos",
          "deepfake",
          "defamatory",
          "hate speech",
          "disinformation",
          "fake news",
        ],
        /\b(?:make|making|build|create|creating|write|develop|produce|design|synthesi[sz]e|cook|launch|spread|buy|hire|steal|commit|evade|launder|hide|get away)\w*\b/i,
      ),
    ],
  },
  {
    id: "SAFETY_011",
    description: "an attempt to override the instructions of a model",
    severity: "medium",
    action: "warn",
    kind: "INJECTION",
    detections: [
      {
        on: "keyword",
        keywords: [
          "ignore all previous instruction",
          "ignore previous instruction",
          "ignore the previous instruction",
          "ignore all prior instruction",
          "ignore your instruction",
          "ignore all instruction",
          "disregard previous",
          "disregard all previous",
          "disregard your",
          "do anything now",
          "developer mode enabled",
          "reveal your system prompt",
          "print your system prompt",
          "show me your system prompt",
          "repeat your system prompt",
          "repeat the words above",
          "you are now dan",
          "jailbroken",
          "without any restrictions",
          "no ethical guidelines",
          "ignore the above",
          "forget your instructions",
          "forget all previous",
        ],
        find: (_text, start, end) => ({ start, end }),
      },
    ],
  },
];
