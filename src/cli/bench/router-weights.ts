import { seededRandom } from "../../core/random.js";
import { Mlp } from "../../nets/mlp.js";
import { initialMlp } from "../../nets/mlp-initial.js";
import { TABLE_INPUTS } from "../../routing/hashed-table.js";
import { INDICATORS } from "../../routing/indicators.js";
import { BLOCK, ROUTER_INPUTS, TABLE_OUTPUTS } from "../../routing/router-features.js";
import { RouterModel } from "../../routing/router-model.js";

/**
 * A router of the shape that is trained, with made-up numbers: what it says means nothing, what it costs is the same. Its layers have
 * no weights at hashed words, as a linear one that was trained has none: those speak through the table.
 */
export function madeUpRouterModel(): RouterModel {
  const random = seededRandom(1);
  return new RouterModel({
    scaling: {
      table: {
        outputs: TABLE_OUTPUTS,
        entries: Int8Array.from({ length: TABLE_INPUTS * TABLE_OUTPUTS }, () => Math.floor(255 * random.next()) - 127),
        scales: new Float32Array(TABLE_OUTPUTS).fill(0.001),
      },
      means: new Float32Array(INDICATORS + TABLE_OUTPUTS).fill(0.5),
      spreads: new Float32Array(INDICATORS + TABLE_OUTPUTS).fill(1),
    },
    side: withoutHashes(3),
    localOk: withoutHashes(2),
    temperature: { side: 1.5, localOk: 1.5 },
    localOkMap: { xs: Float32Array.of(0, 1), ys: Float32Array.of(0, 1) },
    thresholds: { local: 0.2, direct: 0.6, alpha: 0.1, escalate: 0.3 },
    hash: "made up for a benchmark",
  });
}

function withoutHashes(classes: number): Mlp {
  const layers = initialMlp([ROUTER_INPUTS, classes], { seed: classes }).layers.map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight, place) => (place % layer.inputs < BLOCK.indicators ? 0 : weight)),
  }));
  return new Mlp(layers);
}
