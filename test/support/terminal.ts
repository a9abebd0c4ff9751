import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { run } from "../../src/cli/run.js";
import type { Terminal } from "../../src/cli/terminal.js";

/** What one command line printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines in this process against a home of their own. */
export class TestHome {
  readonly directory: string = mkdtempSync(join(tmpdir(), "mobile-ai-test-"));
  readonly environment: Record<string, string> = {
    MOBILE_AI_HOME: this.directory,
    MOBILE_AI_LOCAL_DETECT_SERVERS: "false",
  };

  async run(
    words: readonly string[],
    options: { readonly stdin?: string | Readable; readonly signal?: AbortSignal } = {},
  ): Promise<Ran> {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const collected = { stdout: "", stderr: "" };
    stdout.on("data", (chunk: Buffer) => {
      collected.stdout += chunk.toString("utf8");
    });
    stderr.on("data", (chunk: Buffer) => {
      collected.stderr += chunk.toString("utf8");
    });
    const code = await run(words, { ...this.terminal(options), stdout, stderr });
    await new Promise((resolve) => setImmediate(resolve));
    return { code, ...collected };
  }

  /** A terminal of this home whose output nobody reads. */
  terminal(options: { readonly stdin?: string | Readable; readonly signal?: AbortSignal } = {}): Terminal {
    const { stdin = "", signal = new AbortController().signal } = options;
    return {
      stdin: typeof stdin === "string" ? Readable.from([Buffer.from(stdin)]) : stdin,
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      environment: this.environment,
      signal,
      color: false,
      onInterrupt: () => () => {},
    };
  }
}
