import type { ChainedEntry } from "../../audit/hash-chain.js";
import { departures } from "../../audit/report.js";
import { CommandError, type Parsed, UsageError } from "../command.js";
import { openSession, type Session } from "../session.js";
import { bytes, print, safe, type Terminal } from "../terminal.js";

/** `mobile-ai audit verify`: exit code 1 when the chain is broken. */
export async function verifyAudit(parsed: Parsed, terminal: Terminal): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    const verified = await session.audit.verify();
    const { entries, ...rest } = verified;
    if (parsed.flag("json")) print(terminal, JSON.stringify({ ...rest, entries: entries.length }, null, 2));
    else if (verified.kind === "intact") {
      const { number, hash } = verified.head;
      print(
        terminal,
        `Intact: ${number} entries${number === 0 ? "" : `, from ${dayOf(entries[0])} to ${dayOf(entries.at(-1))}`}`,
      );
      print(terminal, `Head: ${hash} (keep a copy elsewhere: with it you notice entries cut off at the end)`);
    } else
      print(
        terminal,
        `Broken at line ${verified.line}: ${verified.problem}. The ${entries.length} entries before it are intact.`,
      );
    return verified.kind === "intact" ? 0 : 1;
  } finally {
    await session.close();
  }
}

/** `mobile-ai audit report`: what left, from a chain that was verified first. */
export async function reportAudit(parsed: Parsed, terminal: Terminal): Promise<number> {
  const fromMs = dayStartMs(parsed, "from");
  const toStartMs = dayStartMs(parsed, "to");
  const session = await openSession(parsed, terminal);
  try {
    const verified = await session.audit.verify();
    if (verified.kind === "broken") {
      throw new CommandError(
        `Cannot report: the audit log is broken at line ${verified.line} (${verified.problem}). See mobile-ai audit verify`,
      );
    }
    const project = parsed.text("project");
    const projectId = project === undefined ? undefined : await projectIdOf(session, project);
    const report = departures(verified.entries, {
      ...(projectId === undefined ? {} : { projectId }),
      ...(fromMs === undefined ? {} : { fromMs }),
      ...(toStartMs === undefined ? {} : { toMs: nextDayMs(toStartMs) }),
    });
    if (parsed.flag("json")) print(terminal, JSON.stringify({ ...report, head: verified.head }, null, 2));
    else {
      const of = project === undefined ? "" : ` of project ${safe(project)}`;
      print(
        terminal,
        `${report.questions} questions${of}, ${report.requests} requests, ${bytes(report.bytes)} left this device`,
      );
      if (report.left.length > 0) print(terminal, `Something left for: ${report.left.join(", ")}`);
      if (report.unknown.length > 0) print(terminal, `The end was never written of: ${report.unknown.join(", ")}`);
      print(
        terminal,
        report.nothingLeft ? "Nothing left, by an intact log." : "Not proven: see above, and mobile-ai explain ID",
      );
    }
    return report.nothingLeft ? 0 : 1;
  } finally {
    await session.close();
  }
}

/** A project's id; a deleted project is named by its id, which every entry holds. */
async function projectIdOf(session: Session, name: string): Promise<string> {
  const found = await session.context.find(name);
  if (found !== undefined) return found.id;
  const known = (await session.audit.verify()).entries.some(({ entry }) => entry.projectId === name);
  if (!known) throw new CommandError(`There is no project "${safe(name)}", and no entry of a project with that id`);
  return name;
}

function dayOf(chained: ChainedEntry | undefined): string {
  return new Date(chained?.entry.atMs ?? 0).toISOString().slice(0, 10);
}

/** The start of a day on the person's own clock. */
function dayStartMs(parsed: Parsed, name: string): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  if (day === undefined || date.getMonth() !== Number(month) - 1) {
    throw new UsageError(`Cannot read --${name}: expected a day such as 2027-03-01, got "${text}"`);
  }
  return date.getTime();
}

function nextDayMs(startMs: number): number {
  const date = new Date(startMs);
  date.setDate(date.getDate() + 1);
  return date.getTime();
}
