import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { type Clock, systemClock } from "../core/clock.js";
import { EgressRefusedError } from "../core/errors.js";
import { modelAround, PROVIDER_KEY } from "../core/language-model.js";
import { Batcher } from "../resilience/batcher.js";

/** When a batch is begun: at so many calls, or so long after the first. */
export interface BatchBounds {
  readonly maxBatchSize: number;
  readonly maxWaitMs: number;
}

export interface EngineBatchOptions {
  /** Calls that may wait a moment; default 5 calls or 100 ms. */
  readonly soon?: BatchBounds | undefined;
  /** Calls nobody waits for; default 10 calls or 5 s. */
  readonly background?: BatchBounds | undefined;
  /** While it says true every call may wait a moment: the device only listens, and each radio window costs. */
  readonly isListening?: (() => boolean) | undefined;
  /**
   * Where the remote answers several calls in one request: one entry for each call, in order. Default: the calls go out
   * side by side, in one radio window, over connections that are kept open.
   */
  readonly generateMany?:
    | ((
        calls: readonly LanguageModelV4CallOptions[],
        signal: AbortSignal,
      ) => Promise<readonly PromiseSettledResult<LanguageModelV4GenerateResult>[]>)
    | undefined;
  readonly clock?: Clock | undefined;
}

type Answer = LanguageModelV4GenerateResult;
type Started = LanguageModelV4StreamResult;

/**
 * A model whose calls that may wait (`providerOptions.mao.mayWait`: `soon` or `background`) go out together. Each caller
 * gets its own answer or its own error; any other call goes at once.
 */
export function withBatching(model: LanguageModelV4, options: EngineBatchOptions = {}): LanguageModelV4 {
  const {
    soon = { maxBatchSize: 5, maxWaitMs: 100 },
    background = { maxBatchSize: 10, maxWaitMs: 5000 },
    isListening = () => false,
    generateMany,
    clock = systemClock,
  } = options;
  const lanes = {
    soon: new Batcher<Item, Answer | Started>({ ...soon, clock, run }),
    background: new Batcher<Item, Answer | Started>({ ...background, clock, run }),
  };
  const laneOf = (call: LanguageModelV4CallOptions): Batcher<Item, Answer | Started> | undefined => {
    const mayWait = call.providerOptions?.[PROVIDER_KEY]?.["mayWait"];
    if (mayWait === "soon" || mayWait === "background") return lanes[mayWait];
    return isListening() ? lanes.soon : undefined;
  };

  async function run(items: readonly Item[], signal: AbortSignal): Promise<PromiseSettledResult<Answer | Started>[]> {
    const whole = generateMany === undefined ? [] : items.filter(({ kind }) => kind === "whole");
    // One call alone needs no batch endpoint.
    const together =
      generateMany === undefined || whole.length < 2
        ? undefined
        : generateMany(
            whole.map(({ call }) => call),
            signal,
          ).catch((error: unknown) => {
            if (error instanceof EgressRefusedError) return undefined; // by a rule that is for one of them: each alone then
            throw error;
          });
    return Promise.all(
      items.map(async (item) => {
        try {
          if (together === undefined || item.kind === "stream")
            return { status: "fulfilled", value: await item.start() };
          const answers = await together;
          if (answers === undefined) return { status: "fulfilled", value: await item.start() };
          return answers[whole.indexOf(item)] ?? missing();
        } catch (reason) {
          return { status: "rejected", reason };
        }
      }),
    );
  }

  const wait = {
    signal: (call: LanguageModelV4CallOptions) => (call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
  };
  return modelAround(model, {
    async doGenerate(call) {
      const lane = laneOf(call);
      if (lane === undefined) return model.doGenerate(call);
      const item: Item = { kind: "whole", call, start: async () => model.doGenerate(call) };
      return (await lane.add(item, wait.signal(call))) as Answer; // a "whole" item starts or is given one
    },
    async doStream(call) {
      const lane = laneOf(call);
      if (lane === undefined) return model.doStream(call);
      const item: Item = { kind: "stream", call, start: async () => model.doStream(call) };
      return (await lane.add(item, wait.signal(call))) as Started; // a "stream" item starts one
    },
  });
}

interface Item {
  readonly kind: "whole" | "stream";
  readonly call: LanguageModelV4CallOptions;
  readonly start: () => Promise<Answer | Started>;
}

function missing(): PromiseSettledResult<never> {
  return { status: "rejected", reason: new RangeError("Cannot share out a batch: the remote gave too few answers") };
}
