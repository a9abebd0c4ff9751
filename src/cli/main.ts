#!/usr/bin/env node
import { reasonOf } from "./files.js";
import { run } from "./run.js";
import type { Terminal } from "./terminal.js";

// The words of a question stand in the process list for all to read; this writes over them (on Linux and macOS).
process.title = "mobile-ai";

const { env } = process;
const interrupted = new AbortController();
const callbacks: (() => void)[] = [];

// The first Ctrl-C stops what is under way; the second leaves at once.
const onSignal = (): void => {
  const callback = callbacks.at(-1);
  if (callback !== undefined) {
    callback();
    return;
  }
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort(new DOMException("Interrupted", "AbortError"));
};
process.on("SIGINT", onSignal);
process.on("SIGTERM", () => {
  callbacks.length = 0; // whoever ends a program does not ask twice, as a person at a prompt is asked to
  onSignal();
});

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // a reader that has gone (`| head`) is not an error of ours
  try {
    process.stderr.write(`Cannot write the output: ${reasonOf(error)}\n`);
  } finally {
    process.exit(1);
  }
});
process.stderr.on("error", () => {}); // nowhere left to say it

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: env,
  signal: interrupted.signal,
  color:
    process.stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb" && !process.argv.includes("--no-color"),
  onInterrupt(callback) {
    callbacks.push(callback);
    return () => void callbacks.splice(callbacks.indexOf(callback), 1);
  },
};

// A bug of ours: Node would print the error with its causes, which may quote a question.
const onCrash = async (error: unknown): Promise<void> => {
  try {
    const { discreet } = await import("./discreet.js");
    const told = error instanceof Error ? (env["MOBILE_AI_DEBUG"] && error.stack) || error.message : String(error);
    process.stderr.write(
      `Error: this is a bug in mobile-ai: ${await discreet(told, { terminal, everything: true })}\n`,
    );
  } finally {
    process.exit(1);
  }
};
process.on("uncaughtException", onCrash);
process.on("unhandledRejection", onCrash);

process.exitCode = await run(process.argv.slice(2), terminal);
