import { systemClock } from "../../core/clock.js";
import { dayOf } from "../../resilience/spending-book.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { openSession, type Session } from "../session.js";
import { readProjectLimits, setProjectLimits } from "../spending-of-settings.js";
import { print, safe, type Terminal, table } from "../terminal.js";

/** `mobile-ai budget show`: what the remote took today, and what it may take. */
export async function budgetShow(parsed: Parsed, terminal: Terminal): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    const { spending, settings, store } = session;
    const names = new Map((await session.context.projects()).map(({ id, name }) => [id, name]));
    const limits = await readProjectLimits(store);
    const day = dayOf(systemClock);
    const ids = [...new Set([...spending.projectsOn(day), ...Object.keys(limits)])].filter((id) => names.has(id));
    const rows = [
      {
        project: undefined,
        spent: spending.total(),
        limits: { tokens: settings.number("budget.tokensPerDay"), money: settings.number("budget.moneyPerDay") },
      },
      ...ids.map((id) => ({
        project: names.get(id)!, // filtered above
        spent: spending.total({ projectId: id }),
        limits: limits[id] ?? {},
      })),
    ].map(({ project, spent, limits: { tokens, money } }) => ({
      ...(project === undefined ? {} : { project }),
      tokens: spent.inputTokens + spent.outputTokens,
      ...(tokens === undefined ? {} : { maxTokens: tokens }),
      money: spent.microMoney / 1e6,
      ...(money === undefined ? {} : { maxMoney: money }),
      uncountedAnswers: spent.uncounted,
    }));
    const [all, ...projects] = rows;
    if (parsed.flag("json")) print(terminal, JSON.stringify({ day, all, projects }, null, 2));
    else {
      const of = (value: string, most: string | undefined): string =>
        most === undefined ? `${value} (no limit)` : `${value} of ${most}`;
      print(
        terminal,
        table([
          [day, "tokens", "money"],
          ...rows.map(({ project, tokens, maxTokens, money, maxMoney }) => [
            project === undefined ? "all projects" : safe(project),
            of(String(tokens), maxTokens === undefined ? undefined : String(maxTokens)),
            of(money.toFixed(4), maxMoney === undefined ? undefined : maxMoney.toFixed(2)),
          ]),
        ]),
      );
      const uncounted = all?.uncountedAnswers ?? 0;
      if (uncounted > 0) print(terminal, `${uncounted} answers came without a count of their tokens`);
    }
    return 0;
  } finally {
    await session.close();
  }
}

/** `mobile-ai budget set`: limits one project's day; without an option its limit is taken away. */
export async function budgetSet(parsed: Parsed, terminal: Terminal): Promise<number> {
  const tokens = parsed.count("tokens");
  const money = moneyOf(parsed);
  const session = await openSession(parsed, terminal);
  try {
    const { id, name } = await projectOf(session, parsed);
    const limits =
      tokens === undefined && money === undefined
        ? undefined
        : { ...(tokens === undefined ? {} : { tokens }), ...(money === undefined ? {} : { money }) };
    await setProjectLimits(session.store, id, limits);
    if (parsed.flag("json")) print(terminal, JSON.stringify({ project: name, ...limits }, null, 2));
    else {
      const parts = [
        ...(tokens === undefined ? [] : [`${tokens} tokens`]),
        ...(money === undefined ? [] : [`${money} in money`]),
      ];
      const said = limits === undefined ? "no limit of its own" : `${parts.join(" and ")} a day`;
      print(terminal, `${safe(name)}: ${said}`);
    }
    return 0;
  } finally {
    await session.close();
  }
}

async function projectOf(session: Session, parsed: Parsed): Promise<{ readonly id: string; readonly name: string }> {
  const name = await session.project(parsed.text("project"));
  const project = await session.context.find(name);
  if (project === undefined) throw new CommandError(`There is no project "${safe(name)}". See mobile-ai project list`);
  return project;
}

function moneyOf(parsed: Parsed): number | undefined {
  const text = parsed.text("money");
  if (text === undefined) return undefined;
  const money = Number(text);
  if (text.trim() === "" || !(money >= 0) || !Number.isFinite(money)) {
    throw new UsageError(`Cannot read --money: expected a number of at least 0, got "${safe(text)}"`);
  }
  return money;
}
