/** The value as an object, or undefined when it is none: for JSON that a stranger wrote. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  // The cast: a non-null object that is no array can be read by any string key, each value unknown.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The value as an array; empty when it is none. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a string, or undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value as a finite number of at least 0, or undefined. */
export function asCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
