import { type Readout, Reservoir } from "../nets/reservoir.js";
import { createTextEncoder, dialogueBlocks, type SparseVector, type TextFeatureEncoder } from "../nets/text-encoder.js";
import { topicOutputs } from "./topic-scores.js";
import { type ReadTopicWeights, TOPIC_QUESTIONS } from "./topic-weights.js";
import { TURN_INPUTS, TURN_UNITS, topicReservoirOptions } from "./turn-features.js";

/** What a project was about: numbers made from its turns, which go when one of its turns is forgotten. */
export interface ProjectTopics {
  /** (1024): the echo of what was said, utterance by utterance. */
  readonly state: Float32Array;
  /** (topics): how much its utterances were about each topic, summed. */
  readonly topics: Float32Array;
  /** (384): sums of the values of utterances that are not in `topics` yet, which are so many. */
  readonly latest: Float32Array;
  latestUtterances: number;
  /** (384): in how many of its utterances each dimension was not zero. */
  readonly bins: Float32Array;
  utterances: number;
  /** Sequence number of the newest turn that is in it. */
  seq: number;
  /** Of the project when it was up to date with it. */
  revision: number;
}

/** What a conversation is about, in the topics that the weights know. */
export interface TopicView {
  /** How much it looks as if the question just said changed the subject: about 0 when not, towards 1 when so. */
  readonly changeScore: number;
  /** The likeliest topic by question: now, 4, 8 and 16 utterances ago, before the last change. */
  readonly likeliest: Readonly<Record<"now" | "back4" | "back8" | "back16" | "before", string>>;
  /** The topics of the last 64 utterances, likeliest first, with their scores. */
  readonly recent: readonly { readonly topic: string; readonly score: number }[];
}

/** Of a long text the beginning says what it is about. */
const MAX_CHARACTERS = 1000;
/** Fewer utterances say too little of a project to compare a text with it. */
const LEAST_UTTERANCES = 4;
/** Weight of the words of one's own projects beside the topics that were learned. */
const WORD_WEIGHT = 0.05;
const SMOOTHING = 0.5;
const VERSION = 1;
const HEAD_BYTES = 40;

/**
 * The memory of what was talked about: an echo state network that every utterance moves, one state for each project, with a
 * trained readout; and, learned from a person's own projects without any label, which of them a text belongs to.
 */
export class TopicMemory {
  readonly #weights: ReadTopicWeights;
  readonly #encoder: TextFeatureEncoder = createTextEncoder({ blocks: dialogueBlocks });
  readonly #reservoir: Reservoir;
  readonly #scores: Float64Array;
  /** (inputs, topics): the weights of the words, so that one input's stand together. */
  readonly #wordWeights: Float32Array;
  /** Whose state the reservoir holds. */
  #inReservoir: ProjectTopics | undefined;
  /** Whose state it holds with a question ahead that was not taken in yet. */
  #aheadOf: ProjectTopics | undefined;
  #aheadQuestion = "";
  #hasReadout = false;

  constructor(weights: ReadTopicWeights) {
    this.#weights = weights;
    this.#reservoir = new Reservoir({ ...topicReservoirOptions, outputs: topicOutputs(weights.domains.length) });
    const topics = weights.domains.length;
    this.#scores = new Float64Array(topics);
    this.#wordWeights = new Float32Array(TURN_INPUTS * topics);
    for (let input = 0; input < TURN_INPUTS; input++)
      for (let topic = 0; topic < topics; topic++)
        this.#wordWeights[input * topics + topic] = weights.words.weights[topic * TURN_INPUTS + input]!;
  }

  /** A score from which a project is suggested. */
  get suggestFrom(): number {
    return this.#weights.suggestFrom;
  }

  /** A project of which nothing was said yet. */
  empty(): ProjectTopics {
    return {
      state: new Float32Array(TURN_UNITS),
      topics: new Float32Array(this.#weights.domains.length),
      latest: new Float32Array(TURN_INPUTS),
      latestUtterances: 0,
      bins: new Float32Array(TURN_INPUTS),
      utterances: 0,
      seq: 0,
      revision: 0,
    };
  }

  /** Takes in a turn: its question, then its answer where there is one. Some 5 us; allocates only for long texts. */
  observe(
    project: ProjectTopics,
    turn: { readonly question: string; readonly answer: string; readonly seq: number },
  ): void {
    if (this.#aheadOf === project && this.#aheadQuestion === turn.question) {
      this.#aheadOf = undefined;
      this.#inReservoir = project;
      this.#count(project, this.#encode(turn.question));
    } else {
      this.#enter(project);
      this.#hear(project, turn.question);
    }
    this.#hear(project, turn.answer);
    this.#reservoir.copyStateTo(project.state);
    project.seq = turn.seq;
  }

  /** What the readout says of a project; undefined while nothing was said. */
  view(project: ProjectTopics): TopicView | undefined {
    if (project.utterances === 0) return undefined;
    if (!this.#hasReadout) this.#reservoir.setReadout(this.#weights.readout);
    this.#hasReadout = true;
    this.#enter(project);
    const output = this.#reservoir.output();
    const { domains } = this.#weights;
    const likeliest = (question: (typeof TOPIC_QUESTIONS)[number]): string => {
      const start = TOPIC_QUESTIONS.indexOf(question) * domains.length;
      let best = 0;
      for (let topic = 1; topic < domains.length; topic++)
        if (output[start + topic]! > output[start + best]!) best = topic;
      return domains[best]!;
    };
    const recentAt = TOPIC_QUESTIONS.indexOf("recent") * domains.length;
    const changeScore = output[TOPIC_QUESTIONS.length * domains.length]!;
    return {
      changeScore,
      likeliest: {
        now: likeliest("now"),
        back4: likeliest("back4"),
        back8: likeliest("back8"),
        back16: likeliest("back16"),
        before: likeliest("before"),
      },
      recent: domains
        .map((topic, place) => ({ topic, score: output[recentAt + place]! }))
        .sort((a, b) => b.score - a.score),
    };
  }

  /**
   * Whether a question that was not taken in yet goes on about what was talked about; undefined while nothing was said. Leaves the
   * project as it is.
   */
  staysOnTopic(project: ProjectTopics, question: string): boolean | undefined {
    if (project.utterances === 0) return undefined;
    this.#enter(project);
    const vector = this.#encode(question);
    this.#reservoir.stepSparse(vector.indices, vector.values, vector.count);
    this.#inReservoir = undefined; // what it holds now is no project's
    if (question !== "") {
      this.#aheadOf = project; // the turn that it becomes need not step again
      this.#aheadQuestion = question;
    }
    return changeScore(this.#weights.change, this.#reservoir.state, vector) < this.#weights.changedFrom;
  }

  /**
   * Which of a person's other projects a text belongs to rather than to the current one; undefined when none does clearly, or
   * too little was said in them. `score` is above the threshold of the weights. O(projects).
   */
  suggest(
    text: string,
    projects: ReadonlyMap<string, ProjectTopics>,
    current: string,
  ): { readonly project: string; readonly score: number } | undefined {
    const best = this.compare(text, projects, current);
    return best !== undefined && best.score >= this.suggestFrom ? best : undefined;
  }

  /** The nearest other project with its lead over the current one, however small. */
  compare(
    text: string,
    projects: ReadonlyMap<string, ProjectTopics>,
    current: string,
  ): { readonly project: string; readonly score: number } | undefined {
    for (const project of projects.values()) this.#settled(project);
    const known = [...projects].filter(([, project]) => project.utterances >= LEAST_UTTERANCES);
    if (known.length < 2) return undefined;
    const vector = this.#encode(text);
    if (vector.count === 0) return undefined;
    this.#topicsOf(vector);
    const background = backgroundOf([...projects.values()], this.#weights.domains.length);
    let best: { project: string; score: number } | undefined;
    let ofCurrent = 0;
    for (const [name, project] of known) {
      const score = this.#nearness(project, background, vector);
      if (name === current) ofCurrent = score;
      else if (best === undefined || score > best.score) best = { project: name, score };
    }
    return best === undefined ? undefined : { project: best.project, score: best.score - ofCurrent };
  }

  /** As bytes for a store: 6 KB, exact (`f32`), or the echo in a quarter of its bytes (`int8`). */
  save(
    project: ProjectTopics,
    { precision = "f32" }: { readonly precision?: "f32" | "int8" } = {},
  ): Uint8Array<ArrayBuffer> {
    this.#enter(this.#settled(project));
    const echo = this.#reservoir.save({ precision });
    const bytes = new Uint8Array(HEAD_BYTES + 4 * project.topics.length + 4 * TURN_INPUTS + echo.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, VERSION, true);
    view.setUint32(4, project.utterances, true);
    view.setFloat64(8, project.seq, true);
    view.setFloat64(16, project.revision, true);
    for (let index = 0; index < 16; index++) bytes[24 + index] = this.#weights.hash.charCodeAt(index);
    let at = HEAD_BYTES;
    for (const values of [project.topics, project.bins])
      for (const value of values) {
        view.setFloat32(at, value, true);
        at += 4;
      }
    bytes.set(echo, at);
    return bytes;
  }

  /** What `save` wrote; undefined when it is damaged, or was made with other weights: then it is made again from the turns. */
  load(bytes: Uint8Array): ProjectTopics | undefined {
    const project = this.empty();
    const echoAt = HEAD_BYTES + 4 * project.topics.length + 4 * TURN_INPUTS;
    if (bytes.length <= echoAt) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== VERSION) return undefined;
    for (let index = 0; index < 16; index++)
      if (bytes[24 + index] !== this.#weights.hash.charCodeAt(index)) return undefined;
    project.utterances = view.getUint32(4, true);
    project.seq = view.getFloat64(8, true);
    project.revision = view.getFloat64(16, true);
    let at = HEAD_BYTES;
    for (const values of [project.topics, project.bins])
      for (let index = 0; index < values.length; index++) {
        values[index] = view.getFloat32(at, true);
        at += 4;
      }
    this.#inReservoir = undefined;
    this.#aheadOf = undefined;
    try {
      this.#reservoir.load(bytes.subarray(echoAt));
    } catch {
      return undefined; // a damaged echo: its checksum is another
    }
    this.#reservoir.copyStateTo(project.state);
    return project;
  }

  #enter(project: ProjectTopics): void {
    if (this.#inReservoir === project) return;
    this.#reservoir.setState(project.state);
    this.#inReservoir = project;
    this.#aheadOf = undefined;
  }

  #hear(project: ProjectTopics, text: string): void {
    if (text === "") return;
    const vector = this.#encode(text);
    this.#reservoir.stepSparse(vector.indices, vector.values, vector.count);
    this.#count(project, vector);
  }

  /** Adds an utterance to what is counted of a project. */
  #count(project: ProjectTopics, vector: SparseVector): void {
    const { indices, values, count } = vector;
    const { latest, bins } = project;
    for (let entry = 0; entry < count; entry++) {
      const index = indices[entry]!;
      latest[index]! += values[entry]!;
      bins[index]!++;
    }
    project.latestUtterances++;
    project.utterances++;
  }

  /** With its topics up to date: they are sums of what is linear in the values, so many utterances cost as one. */
  #settled(project: ProjectTopics): ProjectTopics {
    const { topics, latest, latestUtterances } = project;
    if (latestUtterances === 0) return project;
    const { bias } = this.#weights.words;
    for (let topic = 0; topic < topics.length; topic++) topics[topic]! += bias[topic]! * latestUtterances;
    for (let input = 0; input < TURN_INPUTS; input++) {
      const value = latest[input]!;
      if (value === 0) continue;
      const first = input * topics.length;
      for (let topic = 0; topic < topics.length; topic++) topics[topic]! += this.#wordWeights[first + topic]! * value;
    }
    latest.fill(0);
    project.latestUtterances = 0;
    return project;
  }

  #encode(text: string): SparseVector {
    return this.#encoder.encode(text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text);
  }

  /** How much a text is about each topic, into `#scores`. */
  #topicsOf({ indices, values, count }: SparseVector): void {
    const scores = this.#scores;
    const weights = this.#wordWeights;
    const { bias } = this.#weights.words;
    for (let topic = 0; topic < scores.length; topic++) scores[topic] = bias[topic]!;
    for (let entry = 0; entry < count; entry++) {
      const value = values[entry]!;
      const first = indices[entry]! * scores.length;
      for (let topic = 0; topic < scores.length; topic++) scores[topic]! += weights[first + topic]! * value;
    }
  }

  /**
   * How near a text is: the part of its topics (less their mean over all projects) along those of the project, and the logarithm of
   * how much likelier its dimensions are in the project than in all of them, smoothed (naive Bayes). 0 where nothing is known.
   */
  #nearness(project: ProjectTopics, all: Background, { indices, count }: SparseVector): number {
    let product = 0;
    let square = 0;
    for (let topic = 0; topic < this.#scores.length; topic++) {
      const own = project.topics[topic]! / project.utterances - all.topics[topic]!;
      product += own * (this.#scores[topic]! - all.topics[topic]!);
      square += own * own;
    }
    let total = 0;
    for (let index = 0; index < TURN_INPUTS; index++) total += project.bins[index]!;
    let logRatio = 0;
    const strength = SMOOTHING * TURN_INPUTS;
    for (let entry = 0; entry < count; entry++) {
      const index = indices[entry]!;
      const expected = (all.bins[index]! + 0.5) / (all.total + TURN_INPUTS / 2);
      logRatio += Math.log((project.bins[index]! / expected + strength) / (total + strength));
    }
    return product / (Math.sqrt(square) + 1e-9) + WORD_WEIGHT * logRatio;
  }
}

/** How much a question looks like a change of subject: a readout (1, 1024 + 384) of the state after it and of its vector. */
export function changeScore(
  { weights, bias }: Readout,
  state: Float32Array,
  { indices, values, count }: SparseVector,
): number {
  let score = bias[0]!;
  for (let unit = 0; unit < TURN_UNITS; unit++) score += weights[unit]! * state[unit]!;
  for (let entry = 0; entry < count; entry++) score += weights[TURN_UNITS + indices[entry]!]! * values[entry]!;
  return score;
}

interface Background {
  readonly topics: Float64Array;
  readonly bins: Float64Array;
  readonly total: number;
}

/** The mean over all utterances of all projects. */
function backgroundOf(projects: readonly ProjectTopics[], domains: number): Background {
  const topics = new Float64Array(domains);
  const bins = new Float64Array(TURN_INPUTS);
  let utterances = 0;
  let total = 0;
  for (const project of projects) {
    utterances += project.utterances;
    for (let topic = 0; topic < domains; topic++) topics[topic]! += project.topics[topic]!;
    for (let index = 0; index < TURN_INPUTS; index++) {
      bins[index]! += project.bins[index]!;
      total += project.bins[index]!;
    }
  }
  for (let topic = 0; topic < domains; topic++) topics[topic]! /= utterances;
  return { topics, bins, total };
}
