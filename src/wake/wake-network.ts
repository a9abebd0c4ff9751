import { spikingFileParts, spikingNetworkOf } from "../nets/spiking-file.js";
import type { SpikingNetworkDescription, SpikingWork } from "../nets/spiking-network.js";
import { QuantizedSpikingNetwork } from "../nets/spiking-quantized.js";
import { decodeWeights, encodeWeights, type Json, WeightsError } from "../nets/weights-file.js";
import type { FirstStage } from "./detector.js";
import { BANDS, type Normalization } from "./front-end.js";
import { SpikeEncoder, type SpikeEncoding } from "./spike-encoding.js";

/** A trained first stage and what must be known of it. */
export interface WakeNetworkModel {
  readonly phrase: string;
  readonly normalization: Normalization;
  readonly encoding: SpikeEncoding;
  readonly network: SpikingNetworkDescription;
  /** Score above which the verifier is asked, 0 to 1. */
  readonly threshold: number;
  /** Seed, data, licence, command: whatever a person should know. */
  readonly about: { readonly [name: string]: Json };
}

/** Version of what the tables mean; a network of another one is refused. */
const VERSION = 1;
const KIND = "wake-first-stage";

/** The file of a first stage: 8 bits a weight, about 40 KB for 24,000 synapses. */
export function encodeWakeNetwork(model: WakeNetworkModel): Uint8Array<ArrayBuffer> {
  const { phrase, normalization, encoding, threshold, about } = model;
  const { meta, tables } = spikingFileParts(model.network);
  return encodeWeights({
    kind: KIND,
    meta: { version: VERSION, phrase, normalization, encoding, threshold, about, ...meta },
    tables,
  });
}

/** Reads the file of a first stage. WeightsError when it is none, damaged, or of another version. */
export function decodeWakeNetwork(file: Uint8Array): WakeNetworkModel {
  const weights = decodeWeights(file, { kind: KIND });
  const { version, phrase, normalization, encoding, threshold, about } = weights.meta;
  if (version !== VERSION)
    throw new WeightsError(`Cannot load the first stage: expected version ${VERSION}, got ${version}`);
  if (
    typeof phrase !== "string" ||
    (normalization !== "pcen" && normalization !== "ema") ||
    (encoding !== "direct" && encoding !== "delta" && encoding !== "rate") ||
    typeof threshold !== "number"
  )
    throw new WeightsError(
      "Cannot load the first stage: expected a phrase, normalization, encoding and threshold in its header",
    );
  const network = spikingNetworkOf(weights);
  const outputs = network.layers[network.layers.length - 1]!.neurons.units; // it has a layer, or it were refused
  if (network.inputs !== BANDS || outputs !== 1)
    throw new WeightsError(
      `Cannot load the first stage: expected ${BANDS} inputs and 1 output, got ${network.inputs} and ${outputs}`,
    );
  const isObject = typeof about === "object" && about !== null && !Array.isArray(about);
  // An object of JSON, as has just been seen.
  const told = isObject ? (about as { readonly [name: string]: Json }) : {};
  return { phrase, normalization, encoding, network, threshold, about: told };
}

/** The always-on first stage: frame by frame, in int16, by events. Allocates nothing after construction. */
export class WakeNetwork implements FirstStage {
  readonly #network: QuantizedSpikingNetwork;
  readonly #encoder: SpikeEncoder;
  readonly #events = new Float32Array(BANDS);

  constructor({ network, encoding, normalization }: Pick<WakeNetworkModel, "network" | "encoding" | "normalization">) {
    this.#network = new QuantizedSpikingNetwork(withSmallScores(network), { inputKind: "currents" });
    this.#encoder = new SpikeEncoder(encoding, normalization);
  }

  /** Takes one frame (40); how likely the phrase has just ended, 0 to 1, in the mix of the training. */
  step(frame: Float32Array): number {
    return 1 / (1 + Math.exp(-this.logit(frame)));
  }

  /** The same before the logistic function, -13 to 13. */
  logit(frame: Float32Array): number {
    const { kernel } = this.#network;
    this.#encoder.encode(this.#events, frame);
    for (let band = 0; band < BANDS; band++) kernel.input[band] = Math.round(32_767 * this.#events[band]!);
    kernel.run(1);
    return kernel.membrane[0]! / (4096 * SCORE_SCALE);
  }

  /** Work since the start or the last `reset`. */
  get work(): SpikingWork {
    return this.#network.work;
  }

  /** Forgets all sound. */
  reset(): void {
    this.#network.kernel.reset();
    this.#encoder.reset();
  }
}

/**
 * Membranes end at 8, and sure scores lie beyond: cut off there, all of them were the same, and no threshold could tell the phrase
 * from what is nearly it ("jarvis", speakers kept out: 81 % missed at one false alarm an hour, about 17 % with room for its scores).
 */
const SCORE_SCALE = 0.6;

/** The network with its output's weights and bias scaled down. */
function withSmallScores({ inputs, layers }: SpikingNetworkDescription): SpikingNetworkDescription {
  const { synapses, neurons } = layers[layers.length - 1]!; // it has a layer, or it were refused
  const scaled = (values: Float32Array): Float32Array => values.map((value) => SCORE_SCALE * value);
  const output = {
    synapses: { ...synapses, weights: scaled(synapses.weights) },
    neurons: { ...neurons, bias: scaled(neurons.bias) },
  };
  return { inputs, layers: [...layers.slice(0, -1), output] };
}
