import type { Query } from "../../core/query.js";
import { EXIT, type Parsed } from "../command.js";
import { openSession } from "../session.js";
import { print, type Terminal } from "../terminal.js";
import { explanation, mainReason, readQuestion, sideOf } from "./answering.js";

/** `mobile-ai route`: the decision alone. */
export async function route(parsed: Parsed, terminal: Terminal): Promise<number> {
  const side = sideOf(parsed);
  const session = await openSession(parsed, terminal, { decides: true });
  try {
    const text = await readQuestion(parsed, terminal);
    const query: Query = { text, project: await session.project(parsed.text("project")), ...side };
    const plan = await (await session.orchestrator(query)).plan(query);
    if (parsed.flag("json")) {
      print(
        terminal,
        JSON.stringify(
          { ...plan.decision, reason: mainReason(plan.decision), verdict: plan.verdict, engines: plan.engines },
          null,
          2,
        ),
      );
    } else {
      print(terminal, `${plan.decision.route}: ${mainReason(plan.decision)}`);
      print(terminal, explanation(plan, plan.engines));
    }
    return plan.decision.route === "blocked" ? EXIT.blocked : 0;
  } finally {
    await session.close();
  }
}
