import { expect, test } from "vitest";
import { seededRandom } from "../core/random.js";
import { type ConvolutionParameters, planBlocks } from "../nets/separable-convolution.js";
import { encodeWeights, WeightsError } from "../nets/weights-file.js";
import { createVerifier, decodeVerifier, encodeVerifier, type VerifierModel } from "./verifier-network.js";
import { VERIFIER_SPEC } from "./verifier-training.js";

function model(): VerifierModel {
  const random = seededRandom(4);
  const filled = (length: number, width: number): Float32Array =>
    Float32Array.from({ length }, () => width * (2 * random.next() - 1));
  const plans = planBlocks(VERIFIER_SPEC);
  const parameters: ConvolutionParameters = {
    blocks: plans.map((plan) => ({
      depthwise: filled(plan.kind === "separable" ? plan.kt * plan.kf * plan.channels : 0, 0.5),
      mix: filled(plan.mixed * plan.channelsOut, 0.3),
      scale: filled(plan.channelsOut, 1),
      shift: filled(plan.channelsOut, 0.2),
    })),
    head: filled(2 * plans.at(-1)!.channelsOut + 1, 0.1),
  };
  return {
    phrase: "computer",
    normalization: "pcen",
    spec: VERIFIER_SPEC,
    members: [parameters, parameters],
    threshold: 0.9,
    about: { seed: 4 },
  };
}

test("a verifier is stored in a byte for each weight and scores as before", () => {
  const file = encodeVerifier(model());
  expect(file.length).toBeLessThan(100 * 1024);
  const read = decodeVerifier(file);
  expect(read).toMatchObject({
    phrase: "computer",
    normalization: "pcen",
    threshold: 0.9,
    spec: VERIFIER_SPEC,
    about: { seed: 4 },
  });
  const random = seededRandom(9);
  const [before, after] = [createVerifier(model()), createVerifier(read)];
  for (let round = 0; round < 5; round++) {
    const window = Float32Array.from({ length: 6000 }, () => random.next());
    expect(Math.abs(before.run(window) - after.run(window))).toBeLessThan(0.03);
  }
  expect(encodeVerifier(read)).toHaveLength(file.length);
});

test("another kind, another version and a damaged file are refused", () => {
  expect(() => decodeVerifier(encodeWeights({ kind: "mlp", meta: {}, tables: {} }))).toThrow(
    'expected weights of kind "wake-verifier"',
  );
  expect(() => decodeVerifier(encodeWeights({ kind: "wake-verifier", meta: { version: 2 }, tables: {} }))).toThrow(
    "expected version 1, got 2",
  );
  expect(() => decodeVerifier(encodeWeights({ kind: "wake-verifier", meta: { version: 1 }, tables: {} }))).toThrow(
    WeightsError,
  );
  const file = encodeVerifier(model());
  file[file.length >> 1]! ^= 1;
  expect(() => decodeVerifier(file)).toThrow(WeightsError);
  expect(() => decodeVerifier(file.subarray(0, 900))).toThrow("cut off");
});
