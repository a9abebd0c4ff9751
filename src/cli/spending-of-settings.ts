import * as v from "valibot";
import type { ContextStore } from "../context/store.js";
import { systemClock } from "../core/clock.js";
import type { DayLimits } from "../resilience/spending-book.js";
import { SpendingLedger } from "../resilience/spending-ledger.js";
import type { Settings } from "./settings.js";

const SPENT_KEY = "spent";
const LIMITS_KEY = "project-budgets";

const limitsSchema = v.record(
  v.string(),
  v.object({ tokens: v.exactOptional(v.number()), money: v.exactOptional(v.number()) }),
);

/** Limits of single projects, by their id. */
export async function readProjectLimits(store: ContextStore): Promise<Readonly<Record<string, DayLimits>>> {
  const text = await store.getValue(LIMITS_KEY);
  return text === undefined ? {} : v.parse(limitsSchema, JSON.parse(text));
}

/** Sets or takes away (`undefined`) the limits of one project. */
export async function setProjectLimits(
  store: ContextStore,
  projectId: string,
  limits: DayLimits | undefined,
): Promise<void> {
  await store.updateValue(LIMITS_KEY, (old) => {
    const { [projectId]: _, ...others } = old === undefined ? {} : v.parse(limitsSchema, JSON.parse(old));
    return JSON.stringify(limits === undefined ? others : { ...others, [projectId]: limits });
  });
}

/** The ledger that the settings and the store describe. */
export async function openSpending(settings: Settings, store: ContextStore): Promise<SpendingLedger> {
  const [input, output] = [settings.number("remote.inputPrice"), settings.number("remote.outputPrice")];
  const price =
    input === undefined && output === undefined
      ? undefined
      : { inputPerMillion: input ?? 0, outputPerMillion: output ?? 0 };
  return SpendingLedger.open({
    text: {
      read: () => store.getValue(SPENT_KEY),
      update: (change) => store.updateValue(SPENT_KEY, change),
    },
    limits: {
      all: { tokens: settings.number("budget.tokensPerDay"), money: settings.number("budget.moneyPerDay") },
      projects: await readProjectLimits(store),
    },
    priceOf: () => price,
    clock: systemClock,
  });
}
