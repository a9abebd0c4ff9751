import { execFile } from "node:child_process";

/** Runs a program without a shell; resolves to what it printed, or to undefined when it is missing, fails or is late. */
export type RunCommand = (
  command: string,
  parameters: readonly string[],
  options: { readonly timeoutMs: number },
) => Promise<string | undefined>;

/** `RunCommand` over `execFile`. */
export const runCommand: RunCommand = (command, parameters, { timeoutMs }) =>
  new Promise((resolve) => {
    execFile(command, [...parameters], { timeout: timeoutMs, windowsHide: true }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
