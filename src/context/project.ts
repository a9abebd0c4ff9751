/** One project: a named history of its own. */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** Every turn of a private project is device-only. */
  readonly private: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** How many turns it holds, notes not counted. */
  readonly turns: number;
  readonly notes: number;
  /** Rises by one with every change of the project or its turns, by whichever process. */
  readonly revision: number;
}

const MAX_NAME = 200;

/** The name as it is stored: Unicode form NFC. ProjectNameError unless it is one readable line of 1 to 200 characters. */
export function projectName(name: string): string {
  if (typeof name !== "string" || name.trim() === "")
    throw new ProjectNameError("Cannot name a project: expected some text");
  if (name !== name.trim())
    throw new ProjectNameError(`Cannot name a project "${name}": it begins or ends with a space`);
  if (name.length > MAX_NAME) {
    throw new ProjectNameError(`Cannot name a project: expected at most ${MAX_NAME} characters, got ${name.length}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/u.test(name)) {
    throw new ProjectNameError("Cannot name a project: it holds a control character or half a character");
  }
  return name.normalize("NFC");
}

/** The name of a project is not one readable line of 1 to 200 characters. */
export class ProjectNameError extends TypeError {
  override readonly name: string = "ProjectNameError";
}

/** There is no project of that name. */
export class UnknownProjectError extends Error {
  override readonly name: string = "UnknownProjectError";

  constructor(project: string) {
    super(`Cannot find the project "${project}": there is none of that name`);
  }
}

/** The name is taken. */
export class ProjectExistsError extends Error {
  override readonly name: string = "ProjectExistsError";

  constructor(project: string) {
    super(`Cannot create the project "${project}": there is one of that name already`);
  }
}
