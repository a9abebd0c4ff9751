/** How much a request may hold before the rules speak up. Lengths in UTF-16 code units over all its texts. */
export interface ResourceLimits {
  /** More than this is blocked unread. */
  readonly maxLength: number;
  /** More lines than this is worth a warning. */
  readonly maxLines: number;
  /** Hits that are listed one by one; the rest is one hit at least as strict. */
  readonly maxHits: number;
}

export const defaultResourceLimits: ResourceLimits = { maxLength: 4 * 1024 * 1024, maxLines: 50_000, maxHits: 1_000 };

/** Fills in the defaults. Throws a RangeError for a limit that is not a positive integer. */
export function resourceLimits(limits: Partial<ResourceLimits> = {}): ResourceLimits {
  const complete = { ...defaultResourceLimits, ...limits };
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`Cannot set resource limits: expected a positive integer for ${name}, got ${value}`);
  }
  return complete;
}

/** Rules about the size and form of a request; they need no detection, so they are not in `defaultRules`. */
export const RESOURCE_IDS: readonly string[] = [
  "RESOURCE_001",
  "RESOURCE_002",
  "RESOURCE_003",
  "RESOURCE_004",
  "RESOURCE_005",
];
