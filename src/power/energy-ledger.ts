/** What one question took, as measured: processor time of each part, and the network. No text of it. */
export interface EnergyEntry {
  readonly atMs: number;
  /** `local`, `remote`, `blocked`, or what else became of it. */
  readonly route: string;
  /** Microseconds of processor time by part: `rules`, `route`, `generate/ENGINE`, `remember`, `question` (the rest), `program`. */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly sentBytes: number;
  /** Waiting for the network and receiving; 0 when it was not used. */
  readonly networkMs: number;
  /** As the engine counted them. */
  readonly outputTokens?: number;
}

/** An entry as one line of a file. */
export function energyLine(entry: EnergyEntry): string {
  return JSON.stringify(entry);
}

/** The entry of a line; undefined for one that was torn or is of another format. */
export function readEnergyLine(line: string): EnergyEntry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { atMs, route, cpuUs, sentBytes, networkMs, outputTokens } = parsed as Readonly<Record<string, unknown>>; // checked below
  if (!isAmount(atMs) || typeof route !== "string" || !isAmount(sentBytes) || !isAmount(networkMs)) return undefined;
  if (typeof cpuUs !== "object" || cpuUs === null || !Object.values(cpuUs).every(isAmount)) return undefined;
  return {
    atMs,
    route,
    cpuUs: cpuUs as Readonly<Record<string, number>>, // every value was checked
    sentBytes,
    networkMs,
    ...(isAmount(outputTokens) ? { outputTokens } : {}),
  };
}

/** Whether a part is a language model of this device at work, which is shown apart: what it costs is the model's choice. */
export function isLocalGeneration(part: string, entry: Pick<EnergyEntry, "sentBytes">): boolean {
  return part.startsWith("generate/") && part !== "generate/device-skills" && entry.sentBytes === 0;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
