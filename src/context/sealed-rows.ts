import type { Cipher } from "../core/cipher.js";
import type { SqlRow } from "../core/sql.js";
import type { Project } from "./project.js";
import { type RowCodec, refuse } from "./row-codec.js";
import { bytesOf, readItem, readProject, readTurn, type TurnTextFields } from "./sql-rows.js";
import type { ItemKind, StoredItem } from "./store.js";
import { encodeText } from "./stored-text.js";
import type { Turn } from "./turn.js";

/** Begins the key of every value that is sealed. */
export const SEALED_VALUE = "sealed/";

/**
 * Texts sealed by a cipher. A seal is bound to its row: id, project, place, time and privacy marks, so rows cannot be
 * swapped and no mark can be taken off. Names and search terms stand as MACs. In clear stay times, sizes, routes, marks,
 * and how often a (nameless) term occurs.
 */
export function sealedRows(cipher: Cipher): RowCodec {
  const seal = (value: unknown, context: string): Promise<Uint8Array> =>
    // JSON escapes half surrogates, which UTF-8 cannot hold.
    cipher.seal(new TextEncoder().encode(JSON.stringify(value)), context);
  const open = async (sealed: Uint8Array, context: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await cipher.open(sealed, context)));
  const mac = async (text: string, context: string): Promise<string> => (await cipher.mac([text], context))[0]!; // one for each
  return {
    async turnTexts(turn) {
      const { question, answer, engine, ruleIds } = turn;
      const texts: TurnTextFields = { question, answer, engine, ruleIds };
      return { question: "", answer: "", engine: "", ruleIds: "", sealed: await seal(texts, turnContext(turn)) };
    },
    async readTurn(row) {
      const sealed = sealedOf(row);
      const facts = readTurn(row, { question: "", answer: "", engine: "", ruleIds: [] });
      // The seal is unbroken, so these are the fields that turnTexts wrote.
      return { ...facts, ...((await open(sealed, turnContext(facts))) as TurnTextFields) };
    },
    async projectTexts(project) {
      return {
        name: await mac(project.name, "project name"),
        sealed: await seal(project.name, projectContext(project)),
      };
    },
    async readProject(row) {
      const sealed = sealedOf(row);
      const facts = readProject(row, "");
      const name = (await open(sealed, projectContext(facts.project))) as string; // as projectTexts wrote it
      return { ...facts, project: { ...facts.project, name } };
    },
    storedName: (name) => mac(name, "project name"),
    storedTerms: (project, terms) => cipher.mac(terms, `term ${project}`),
    entryOf: (key) => SEALED_VALUE + encodeText(key),
    async storedValue(key, value) {
      return hexOf(await seal(value, contextOf("value", key)));
    },
    async readValue(key, stored) {
      return (await open(ofHex(stored), contextOf("value", key))) as string; // as storedValue wrote it
    },
    storedKey: (kind, key) => mac(key, `item ${kind}`),
    async itemTexts(kind, item) {
      const texts = { key: item.key, text: item.text };
      return { key: await mac(item.key, `item ${kind}`), text: "", sealed: await seal(texts, itemContext(kind, item)) };
    },
    async readItem(kind, row) {
      const facts = readItem(row, { key: "", text: "" });
      // The seal is unbroken, so these are the fields that itemTexts wrote.
      const texts = (await open(sealedOf(row), itemContext(kind, facts))) as Pick<StoredItem, "key" | "text">;
      return { ...facts, ...texts };
    },
    storedState: (projectId, state) => cipher.seal(state, contextOf("state", projectId)),
    readState: (projectId, stored) => cipher.open(stored, contextOf("state", projectId)),
  };
}

function sealedOf(row: SqlRow): Uint8Array {
  refuse(row["sealed"] === null);
  return bytesOf(row, "sealed");
}

function turnContext({ projectId, id, seq, kind, route, privacy, createdAtMs }: Turn): string {
  return contextOf("turn", projectId, id, seq, kind, route, privacy, createdAtMs);
}

function projectContext(project: Pick<Project, "id" | "private" | "createdAtMs">): string {
  return contextOf("project", project.id, project.private, project.createdAtMs);
}

function itemContext(kind: ItemKind, item: Pick<StoredItem, "projectId" | "createdAtMs">): string {
  return contextOf("item", kind, item.projectId, item.createdAtMs);
}

function contextOf(...parts: readonly (string | number | boolean)[]): string {
  return JSON.stringify(parts);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ofHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}
