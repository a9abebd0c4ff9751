import type { Classifier } from "./classifier.js";
import type { Mlp } from "./mlp.js";
import { initialMlp } from "./mlp-initial.js";
import { type TrainingOptions, type TrainingResult, trainMlp } from "./training.js";
import { portableExp, portableLog } from "./training-math.js";
import type { FeatureRows, TrainingRows } from "./training-rows.js";

/** How a student learns from a teacher. */
export interface DistillationOptions extends Omit<TrainingOptions, "teacher"> {
  /** Widths of the student; when absent one hidden layer, all parameters together a tenth of the teacher's. */
  readonly sizes?: readonly number[];
  /** Softens the teacher's probabilities, p^(1/T) over their sum, so that what it holds for second best shows. 2 when absent. */
  readonly temperature?: number;
  /** How much the teacher's word counts against the rows' own targets, 0 to 1; 0.7 when absent. */
  readonly share?: number;
}

/**
 * Trains a smaller network on what a larger one says: the Kullback-Leibler divergence from the teacher's softened probabilities
 * and the cross-entropy of the rows' own targets (Hinton 2015). The rows are those the teacher saw, or any others.
 */
export async function distillMlp(
  teacher: Mlp,
  rows: TrainingRows,
  options: DistillationOptions,
): Promise<TrainingResult> {
  const { sizes = studentSizes(teacher), temperature = 2, share = 0.7, ...training } = options;
  const targets = softenedTargets(teacher, rows.features, temperature);
  return trainMlp(initialMlp(sizes, { seed: options.seed }), rows, {
    ...training,
    teacher: { targets, temperature, share },
  });
}

/** Widths of a student with a tenth of the teacher's parameters or fewer, as wide as that allows; softmax regression at least. */
function studentSizes({ inputs, outputs, layers }: Mlp): number[] {
  const parameters = layers.reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0);
  const width = Math.floor((parameters / 10 - outputs) / (inputs + 1 + outputs));
  return width < 1 ? [inputs, outputs] : [inputs, width, outputs];
}

function softenedTargets(teacher: Classifier, features: FeatureRows, temperature: number): Float32Array {
  const { outputs } = teacher;
  const targets = new Float32Array(features.count * outputs);
  for (let row = 0; row < features.count; row++) {
    const begin = features.starts[row]!;
    const end = features.starts[row + 1]!;
    const out = targets.subarray(row * outputs, (row + 1) * outputs);
    teacher.predictSparse(
      features.indices.subarray(begin, end),
      features.values.subarray(begin, end),
      end - begin,
      out,
    );
    let sum = 0;
    // Logarithms of probabilities are logits up to a constant, and a constant does not change a softmax.
    const softened = Array.from(out, (probability) => portableExp(-portableLog(1 / probability) / temperature));
    for (const value of softened) sum += value;
    for (let output = 0; output < outputs; output++) out[output] = softened[output]! / sum;
  }
  return targets;
}
