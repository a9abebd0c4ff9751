import { macsOf } from "../nets/separable-convolution.js";
import type { Curve } from "../wake/error-curve.js";
import type { VerifierModel } from "../wake/verifier-network.js";

const RATES = [0.33, 0.5, 1, 2, 5, 10];

/** What a person should know of a network before using it, in Markdown. */
export function modelCard(
  { phrase, spec, members, threshold, normalization, about }: VerifierModel,
  { bytes, curve }: { readonly bytes: number; readonly curve: Curve | undefined },
): string {
  const text = (name: string): string => String(about[name] ?? "");
  const figures =
    curve === undefined
      ? "Trained on every recording there is: no speaker was kept out, so none of its figures is known from these data."
      : `On speakers kept out of the training (made-up versions of their recordings, a look each 100 ms):\n\n| false alarms an hour | missed |\n|---|---|\n${RATES.map((rate) => `| ${rate} | ${(100 * curve.at(rate).missRate).toFixed(1)} % |`).join("\n")}`;
  return `# Wake verifier for "${phrase}"

Says whether "${phrase}" was spoken in the last ${spec.input.t / 100} seconds of sound; runs only when the first stage has fired.

| | |
|---|---|
| made by | \`${text("command")}\` |
| seed, steps | ${text("seed")}, ${text("steps")} |
| recordings of the phrase | ${text("recordings")} by ${text("speakers")} speakers |
| licences of the data | ${text("licences") || "your own recordings"} |
| network | ${members.length} x separable convolution, ${(macsOf(spec) / 1e6).toFixed(1)} million multiplications a look each, weights of 8 bits, ${bytes} bytes |
| frames | 40 mel bands each 10 ms, ${normalization} |
| threshold | ${threshold.toFixed(3)} |

${figures}

It knows the speakers, microphones and accents of its data. It is no lock: a recording of the phrase, and words near it, can wake it.
`;
}
