import * as v from "valibot";
import { messageOf } from "../core/errors.js";
import type { Project } from "./project.js";
import { projectName } from "./project.js";
import type { ImportedTurn } from "./store.js";
import type { Turn } from "./turn.js";

const FORMAT = "mobile-ai-project";
const VERSION = 1;

/** One project as a plain JSON value, to carry to another store. Ids are not in it: a restored project has its own. */
export interface ProjectSnapshot {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly project: { readonly name: string; readonly private: boolean; readonly createdAtMs: number };
  /** Oldest first. */
  readonly turns: readonly ImportedTurn[];
  /** `crc32` of the content, eight hexadecimal digits: finds accidental damage, not intent. */
  readonly checksum: string;
}

/** Takes the snapshot of a project with all its turns, oldest first. */
export function makeSnapshot(project: Project, turns: readonly Turn[]): ProjectSnapshot {
  const content = {
    project: { name: project.name, private: project.private, createdAtMs: project.createdAtMs },
    turns: turns.map(({ kind, question, answer, route, engine, privacy, ruleIds, createdAtMs }) => {
      return { kind, question, answer, route, engine, privacy, ruleIds: [...ruleIds], createdAtMs };
    }),
  };
  return { format: FORMAT, version: VERSION, ...content, checksum: checksumOf(content) };
}

const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const snapshotSchema = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  project: v.strictObject({ name: v.string(), private: v.boolean(), createdAtMs: timeMs }),
  turns: v.array(
    v.strictObject({
      kind: v.picklist(["turn", "note"]),
      question: v.string(),
      answer: v.string(),
      route: v.picklist(["local", "remote", "hybrid", "blocked"]),
      engine: v.string(),
      privacy: v.picklist(["open", "device-only"]),
      ruleIds: v.array(v.pipe(v.string(), v.regex(/^[^\n]+$/))),
      createdAtMs: timeMs,
    }),
  ),
  checksum: v.string(),
});

/** Checks that a value from outside is a snapshot this version wrote. TypeError says what is wrong with it, and where. */
export function readSnapshot(value: unknown): ProjectSnapshot {
  if (typeof value !== "object" || value === null) throw refusal("it is not an object");
  const { format, version } = value as { readonly format?: unknown; readonly version?: unknown }; // any object may be asked
  if (format !== FORMAT) throw refusal(`expected the format "${FORMAT}"`);
  if (version !== VERSION) {
    throw refusal(
      `it has version ${(JSON.stringify(version) ?? "none").slice(0, 20)}, this program reads ${VERSION}. Update mobile-ai-orchestrator`,
    );
  }
  refuseKeys(value, "");
  const parsed = v.safeParse(snapshotSchema, value);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw refusal(`${v.getDotPath(issue) ?? "snapshot"}: ${issue.message}`);
  }
  const snapshot = parsed.output;
  try {
    projectName(snapshot.project.name);
  } catch (error) {
    throw refusal(`project.name: ${messageOf(error)}`, error);
  }
  if (snapshot.checksum !== checksumOf(snapshot)) throw refusal("its content does not match its checksum");
  return snapshot;
}

const POLLUTING_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A snapshot is three levels deep; what is deeper is refused before anything walks it. */
function refuseKeys(value: object, path: string, depth = 0): void {
  if (depth > 3) throw refusal(`${path}: it is nested too deep`);
  for (const key of Object.keys(value)) {
    if (POLLUTING_KEYS.has(key)) throw refusal(`${path}${key}: this key is not allowed`);
    const inner = (value as Readonly<Record<string, unknown>>)[key]; // its own keys are asked
    if (typeof inner === "object" && inner !== null) refuseKeys(inner, `${path}${key}.`, depth + 1);
  }
}

/** Over JSON with the fields in one fixed order; JSON writes half surrogates as escapes, so nothing is lost. */
function checksumOf({ project, turns }: Pick<ProjectSnapshot, "project" | "turns">): string {
  let crc = crc32(JSON.stringify([VERSION, project.name, project.private, project.createdAtMs, turns.length]));
  for (const { kind, question, answer, route, engine, privacy, ruleIds, createdAtMs } of turns) {
    crc = crc32(JSON.stringify([kind, question, answer, route, engine, privacy, ruleIds, createdAtMs]), crc);
  }
  return crc.toString(16).padStart(8, "0");
}

/**
 * CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320) over the UTF-16 code units, low byte first. Half a byte at a
 * time: a table of 16 words.
 */
export function crc32(text: string, previous = 0): number {
  let crc = ~previous;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    crc = CRC_TABLE[(crc ^ unit) & 15]! ^ (crc >>> 4);
    crc = CRC_TABLE[(crc ^ (unit >>> 4)) & 15]! ^ (crc >>> 4);
    crc = CRC_TABLE[(crc ^ (unit >>> 8)) & 15]! ^ (crc >>> 4);
    crc = CRC_TABLE[(crc ^ (unit >>> 12)) & 15]! ^ (crc >>> 4);
  }
  return ~crc >>> 0;
}

const CRC_TABLE: Int32Array = Int32Array.from({ length: 16 }, (_, nibble) => {
  let crc = nibble;
  for (let bit = 0; bit < 4; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

function refusal(reason: string, cause?: unknown): TypeError {
  return new TypeError(`Cannot restore the snapshot: ${reason}`, cause === undefined ? undefined : { cause });
}
