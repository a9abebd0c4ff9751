import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConvolutionParameters } from "../../nets/separable-convolution.js";
import { hasEspeak } from "../../platform/node/espeak.js";
import { applicationPaths } from "../../platform/node/paths.js";
import { type FeatureSet, joinSets } from "../../wake/feature-set.js";
import { partOf } from "../../wake/manifest.js";
import { negativeSet, positiveSet, type Sound } from "../../wake/training-set.js";
import { encodeVerifier, type VerifierModel } from "../../wake/verifier-network.js";
import { verifierCurve } from "../../wake/verifier-selection.js";
import { trainVerifier, VERIFIER_SPEC } from "../../wake/verifier-training.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { counting } from "../counting.js";
import { reasonOf } from "../files.js";
import { print, remark, safe, type Terminal } from "../terminal.js";
import { cachedSet } from "../wake-cache.js";
import { readCheckpoint, writeCheckpoint } from "../wake-checkpoint.js";
import { openRecordings, openWakeData } from "../wake-data.js";
import { FIRST_STAGE_STEPS, trainFirstStage } from "../wake-first-stage.js";
import { modelCard } from "../wake-model-card.js";
import { loadNetworks, ownNetworks, SHIPPED_NETWORKS, slug } from "../wake-networks.js";
import { synthesizedSounds } from "../wake-synthesis.js";

const DATA_SEED = { negatives: 1, positives: 2 };
const NEGATIVE_VARIANTS = 8;
const STEPS = 2000;
const RATES = [0.5, 1, 5, 10];

/** `mobile-ai wake train`: a verifier for a phrase out of recordings of it; `--base` adapts a trained one. */
export async function trainWake(parsed: Parsed, terminal: Terminal): Promise<number> {
  const phrase = parsed.text("phrase");
  if (phrase === undefined || slug(phrase) === "")
    throw new UsageError("Cannot train: which phrase? Give --phrase NAME");
  const sources = await gather(parsed, phrase, terminal);
  const { steps, seeds, everything } = {
    steps: parsed.count("steps") ?? STEPS,
    seeds: parsed.count("members") ?? 1,
    everything: parsed.flag("everything"),
  };
  const seed = parsed.count("seed") ?? 1;
  const base = await baseOf(parsed);
  const cache = join(applicationPaths(terminal.environment, process.platform, homedir()).cacheDirectory, "wake");
  const variants = parsed.count("variants") ?? Math.max(20, Math.min(100, Math.round(5000 / sources.positives.length)));
  const parts = await setsOf({ ...sources, phrase, variants, cache }, terminal);
  const hasDev = parts.dev.positives.segments.some(({ kind }) => kind === "kw");
  const trained = everything || !hasDev ? [parts.train, parts.dev] : [parts.train];
  const positives = joinSets(trained.map((part) => part.positives));
  const negatives = joinSets(trained.map((part) => part.negatives));
  if (parsed.flag("first")) {
    const dev = hasDev && !everything ? { dev: parts.dev } : {};
    const directory = parsed.text("output") ?? ownNetworks(terminal.environment);
    return trainFirstStage(
      {
        ...{ phrase, positives, negatives, ...dev, seed, cache, key: `${sources.key} ${variants} ${everything}` },
        steps: parsed.count("steps") ?? FIRST_STAGE_STEPS,
        path: join(directory, `${slug(phrase)}.first`),
        about: {
          command: commandOf(parsed, phrase),
          recordings: sources.positives.length,
          speakers: speakersOf(sources.positives),
          licences: licencesOf(sources),
        },
      },
      terminal,
    );
  }
  const members: ConvolutionParameters[] = [];
  for (let member = 0; member < seeds; member++) {
    const key = createHash("sha256")
      .update(
        JSON.stringify([sources.key, variants, phrase, steps, seed + member, everything, parsed.text("base") ?? ""]),
      )
      .digest("hex")
      .slice(0, 16);
    members.push(
      await trainMember(
        {
          phrase,
          positives,
          negatives,
          dev: hasDev && !everything ? parts.dev : undefined,
          steps,
          seed: seed + member,
          base,
          checkpoint: join(cache, `${key}.checkpoint`),
        },
        terminal,
      ),
    );
  }
  const curve =
    hasDev && !everything
      ? verifierCurve(VERIFIER_SPEC, members, parts.dev.positives, parts.dev.negatives, phrase)
      : undefined;
  const threshold = curve === undefined ? 0.9 : Math.min(0.99, Math.max(0.3, curve.at(0.5).threshold));
  const directory = parsed.text("output") ?? ownNetworks(terminal.environment);
  const command = commandOf(parsed, phrase);
  const model: VerifierModel = {
    phrase,
    normalization: "pcen",
    spec: VERIFIER_SPEC,
    members,
    threshold,
    about: {
      command,
      seed,
      steps,
      recordings: sources.positives.length,
      speakers: speakersOf(sources.positives),
      licences: licencesOf(sources),
      base: parsed.text("base") ?? "",
    },
  };
  const path = join(directory, `${slug(phrase)}.verifier`);
  const bytes = encodeVerifier(model);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
    await writeFile(join(directory, `${slug(phrase)}.md`), modelCard(model, { bytes: bytes.length, curve }));
  } catch (error) {
    throw new CommandError(`Cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
  if (curve === undefined)
    remark(terminal, "No speaker was kept out of the training, so nothing is known of how well it does on others");
  else
    for (const rate of RATES)
      print(
        terminal,
        `missed at ${rate} false alarms an hour, other speakers: ${(100 * curve.at(rate).missRate).toFixed(1)} %`,
      );
  print(terminal, `${safe(path)}: ${bytes.length} bytes`);
  return 0;
}

interface Sources {
  /** In the order of the manifest, those of the phrase too. */
  readonly all: readonly Sound[];
  readonly positives: readonly Sound[];
  readonly others: readonly Sound[];
  readonly noises: readonly Sound[];
  /** Changes when a recording does. */
  readonly key: string;
}

async function gather(parsed: Parsed, phrase: string, terminal: Terminal): Promise<Sources> {
  const [data, positives, negatives, noise] = ["data", "positives", "negatives", "noise"].map((name) =>
    parsed.text(name),
  );
  if (data === undefined && positives === undefined)
    throw new UsageError(
      "Cannot train: where are the recordings? Give --positives DIR (and --negatives DIR, --noise DIR), or --data DIR",
    );
  const sounds: Sound[] = [];
  if (data !== undefined) {
    const set = await openWakeData(data);
    sounds.push(...(await set.loadAll(set.recordings)));
  }
  for (const [directory, kind, word] of [
    [positives, "kw", phrase],
    [negatives, "speech", ""],
    [noise, "noise", ""],
  ] as const) {
    if (directory === undefined) continue;
    const set = await openRecordings(directory, kind, word);
    sounds.push(...(await set.loadAll(set.recordings)));
  }
  const isPhrase = ({ recording }: Sound): boolean => recording.kind === "kw" && recording.word === phrase;
  const own = sounds.filter(isPhrase).length;
  const speakers = parsed.count("speakers") ?? 0;
  if (speakers > 0) {
    if (!(await hasEspeak()))
      throw new CommandError(
        "Cannot make up speakers: espeak-ng is not installed (apt install espeak-ng), or leave --speakers out",
      );
    remark(
      terminal,
      `${speakers} made-up speakers join ${own} recordings; synthesised speech alone makes a poor network`,
    );
    sounds.push(...(await synthesizedSounds(phrase, speakers, terminal)));
  }
  const found = sounds.filter(isPhrase);
  if (found.length === 0) throw new CommandError(`Cannot train: no recording of "${phrase}" is among ${sounds.length}`);
  const others = sounds.filter((sound) => !isPhrase(sound));
  if (!others.some(({ recording }) => recording.kind !== "noise"))
    throw new CommandError(
      "Cannot train: no other speech is there. Give --negatives DIR with recordings that do not hold the phrase: without them anything would wake it",
    );
  const key = createHash("sha256");
  for (const { recording, samples } of sounds)
    key.update(`${recording.kind} ${recording.word} ${recording.file} ${samples.length}\n`);
  return {
    all: sounds,
    positives: found,
    others,
    noises: others.filter(({ recording }) => recording.kind === "noise"),
    key: key.digest("hex").slice(0, 16),
  };
}

interface Part {
  readonly positives: FeatureSet;
  readonly negatives: FeatureSet;
}

/** Made-up versions of all recordings, speakers for training and for choosing apart; cached, for they take minutes. */
async function setsOf(
  sources: Sources & { readonly phrase: string; readonly variants: number; readonly cache: string },
  terminal: Terminal,
): Promise<Record<"train" | "dev", Part>> {
  const { phrase, variants, cache } = sources;
  const negativeVariants = Math.min(NEGATIVE_VARIANTS, variants);
  const part = async (name: "train" | "dev"): Promise<Part> => {
    const of = (sounds: readonly Sound[]): Sound[] => sounds.filter(({ recording }) => partOf(recording) === name);
    const noises = of(sources.noises);
    // the phrase stays among the negatives, as other phrases' negatives want it: windows that hold it are left out in training
    const negatives = await cachedSet(join(cache, `${sources.key}-${name}-negatives-${negativeVariants}.frames`), () =>
      negativeSet(of(sources.all), noises, {
        seed: DATA_SEED.negatives,
        variants: negativeVariants,
        onProgress: counting(terminal, `versions of negatives (${name})`),
      }),
    );
    const positives = await cachedSet(join(cache, `${sources.key}-${name}-${slug(phrase)}-${variants}.frames`), () =>
      positiveSet(
        of(sources.positives),
        noises,
        of(sources.others).filter(({ recording }) => recording.kind === "speech"),
        {
          seed: DATA_SEED.positives,
          variants,
          onProgress: counting(terminal, `versions of "${phrase}" (${name})`),
        },
      ),
    );
    return { positives, negatives };
  };
  return { train: await part("train"), dev: await part("dev") };
}

interface Member {
  readonly phrase: string;
  readonly positives: FeatureSet;
  readonly negatives: FeatureSet;
  /** Made of other speakers: the best of several looks at them is kept. */
  readonly dev: Part | undefined;
  readonly steps: number;
  readonly seed: number;
  readonly base: ConvolutionParameters | undefined;
  readonly checkpoint: string;
}

const CHECKPOINT_EVERY = 200;
/** Shares of the steps after which the network is tried on other speakers, besides the end. */
const CHOICES = [0.6, 0.8];
/** By the miss rate at so many false alarms an hour, a look each 200 ms. */
const CHOICE_RATE = 2;
const CHOICE_STRIDE = 20;

/** One network; a run that was interrupted goes on from its last checkpoint. */
async function trainMember(
  { phrase, positives, negatives, dev, steps, seed, base, checkpoint }: Member,
  terminal: Terminal,
): Promise<ConvolutionParameters> {
  const resume = await readCheckpoint(checkpoint);
  if (resume !== undefined) remark(terminal, `Going on at step ${resume.steps} of ${steps}`);
  const show = counting(terminal, `steps, seed ${seed}`);
  let writing = Promise.resolve();
  let best:
    | { readonly parameters: ConvolutionParameters; readonly missRate: number; readonly step: number }
    | undefined;
  const consider = (
    parameters: ConvolutionParameters,
    step: number,
    { positives: words, negatives: others }: Part,
  ): void => {
    const { missRate } = verifierCurve(VERIFIER_SPEC, [parameters], words, others, phrase, {
      stride: CHOICE_STRIDE,
    }).at(CHOICE_RATE);
    if (best === undefined || missRate <= best.missRate) best = { parameters, missRate, step };
  };
  try {
    const last = await trainVerifier(positives, negatives, {
      word: phrase,
      seed,
      steps,
      ...(base === undefined ? {} : { base, learningRate: 1e-3 }),
      ...(resume === undefined ? {} : { resume }),
      signal: terminal.signal,
      onStep({ step, loss, snapshot, network }) {
        show(step, steps, `loss ${loss.toFixed(4)}`);
        if (dev !== undefined && CHOICES.some((share) => step === Math.round(share * steps)))
          consider(network(), step, dev);
        if (step % CHECKPOINT_EVERY !== 0 && !terminal.signal.aborted) return;
        const state = snapshot();
        writing = writing.then(() => writeCheckpoint(checkpoint, state));
      },
    });
    if (dev === undefined) return last;
    consider(last, steps, dev);
    if (best !== undefined && best.step < steps)
      remark(terminal, `The network of step ${best.step} is kept: later ones missed more`);
    return best?.parameters ?? last;
  } finally {
    await writing;
  }
}

async function baseOf(parsed: Parsed): Promise<ConvolutionParameters | undefined> {
  const name = parsed.text("base");
  if (name === undefined) return undefined;
  const [network] = await loadNetworks([parsed.text("networks") ?? SHIPPED_NETWORKS], [name]);
  return network?.verifier.members[0];
}

function speakersOf(sounds: readonly Sound[]): number {
  return new Set(sounds.map(({ recording }) => recording.speaker)).size;
}

function licencesOf({ positives, others }: Sources): string {
  return [
    ...new Set([...positives, ...others].map(({ recording }) => recording.licence).filter((licence) => licence !== "")),
  ]
    .sort()
    .join(", ");
}

function commandOf(parsed: Parsed, phrase: string): string {
  const words = [
    "data",
    "positives",
    "negatives",
    "noise",
    "base",
    "seed",
    "steps",
    "variants",
    "speakers",
    "members",
  ].flatMap((name) => {
    const value = parsed.text(name);
    return value === undefined ? [] : [`--${name} ${value}`];
  });
  return [
    "mobile-ai wake train",
    `--phrase "${phrase}"`,
    ...words,
    ...(parsed.flag("first") ? ["--first"] : []),
    ...(parsed.flag("everything") ? ["--everything"] : []),
  ].join(" ");
}
