import type { SpikingNetworkDescription, SpikingWork } from "../nets/spiking-network.js";
import { QuantizedSpikingNetwork } from "../nets/spiking-quantized.js";
import { BANDS, type Normalization } from "./front-end.js";
import { SpikeEncoder, type SpikeEncoding } from "./spike-encoding.js";

/** A trained first stage: the network and how frames become its input. */
export interface WakeModel {
  readonly description: SpikingNetworkDescription;
  readonly encoding: SpikeEncoding;
  readonly normalization: Normalization;
}

/** The always-on first stage: frame by frame, in int16, by events. Allocates nothing after construction. */
export class WakeNetwork {
  readonly normalization: Normalization;
  readonly #network: QuantizedSpikingNetwork;
  readonly #encoder: SpikeEncoder;
  readonly #events = new Float32Array(BANDS);

  constructor({ description, encoding, normalization }: WakeModel) {
    if (description.inputs !== BANDS)
      throw new RangeError(`Cannot listen: expected a network of ${BANDS} inputs, got ${description.inputs}`);
    this.normalization = normalization;
    this.#network = new QuantizedSpikingNetwork(description, { inputKind: "currents" });
    this.#encoder = new SpikeEncoder(encoding, normalization);
  }

  /** Score after one frame (40): above 0 "the word has just ended" is likelier than not, in the mix of the training. */
  score(frame: Float32Array): number {
    const { kernel } = this.#network;
    this.#encoder.encode(this.#events, frame);
    for (let band = 0; band < BANDS; band++) kernel.input[band] = Math.round(32_767 * this.#events[band]!);
    kernel.run(1);
    return kernel.membrane[0]! / 4096;
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
