import { simulateBandit } from "../../routing/bandit-simulation.js";
import { RouterModel } from "../../routing/router-model.js";
import type { RouterRow } from "../../routing/router-rows.js";
import { trainRouter } from "../../routing/router-training.js";
import { type Parsed, UsageError } from "../command.js";
import { byDataset, readWeights, seedOf, shareOf } from "../router-options.js";
import { readRouterRows } from "../router-rows-file.js";
import { print, type Terminal, table } from "../terminal.js";

/** `mobile-ai router simulate DATA...`: rewards of a learner with bandit feedback beside those of routers that do not learn. */
export async function simulateRouter(parsed: Parsed, terminal: Terminal): Promise<number> {
  const data = await readRouterRows(parsed.words);
  const [trainPaths, weightsFile, limit] = [parsed.texts("train"), parsed.text("weights"), parsed.count("limit")];
  const price = shareOf(parsed, "price", 0.25);
  const seed = seedOf(parsed);
  if (trainPaths.length > 0 === (weightsFile !== undefined))
    throw new UsageError("Missing --train FILES or --weights FILE: the router that does not learn");
  const weights =
    weightsFile !== undefined
      ? await readWeights(weightsFile)
      : {
          ...(
            await trainRouter((await readRouterRows(trainPaths)).rows, {
              seed,
              head: "linear",
              signal: terminal.signal,
            })
          ).weights,
          hash: "",
        };
  const rows =
    limit === undefined ? data.rows : [...byDataset(data.rows).values()].flatMap((own) => spread(own, limit));
  const rewards = simulateBandit(rows, new RouterModel(weights), { remotePrice: price, seed });
  if (parsed.flag("json")) {
    const figures = Object.fromEntries(Object.entries(rewards).map(([name, value]) => [`bandit/${name}`, value]));
    print(terminal, JSON.stringify({ rows: rows.length, price, figures }, null, 2));
  } else
    print(
      terminal,
      table([
        ["", "REWARD"],
        ["always local", rewards.alwaysLocal.toFixed(3)],
        ["always remote", rewards.alwaysRemote.toFixed(3)],
        ["the router as it came", rewards.fixed.toFixed(3)],
        ["LinUCB from nothing", rewards.linUcb.toFixed(3)],
        ["the router, corrected", rewards.adapted.toFixed(3)],
        ["told both rewards", rewards.fullInformation.toFixed(3)],
        ["oracle", rewards.oracle.toFixed(3)],
      ]),
    );
  return 0;
}

/** Rows evenly spread over a set. */
function spread(rows: readonly RouterRow[], count: number): readonly RouterRow[] {
  if (rows.length <= count) return rows;
  return Array.from({ length: count }, (_, place) => rows[Math.floor((place * rows.length) / count)]!);
}
