import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserReport } from "./support/browser-page.js";

const chromium = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, name)))
  .find(isExecutable);
const skipped = chromium === undefined ? " (skipped: no chromium in PATH; apt-get install -y chromium)" : "";

/** Everything that is not said here is refused: eval, inline script, other hosts. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'";

describe.skipIf(chromium === undefined)(
  `the library in Chromium, under a strict content security policy${skipped}`,
  () => {
    let profile = "";
    const received: string[] = [];
    let server: Server | undefined;
    let browser: ChildProcess | undefined;
    let report: BrowserReport;

    beforeAll(async () => {
      profile = mkdtempSync(join(tmpdir(), "mobile-ai-chromium-"));
      const page = await bundle("browser-page.ts");
      let arrive = (_: BrowserReport): void => {};
      const arrived = new Promise<BrowserReport>((resolve) => {
        arrive = resolve;
      });
      const started = createServer(async (request, response) => {
        response.setHeader("content-security-policy", POLICY);
        if (request.url === "/page.js") response.setHeader("content-type", "text/javascript").end(page);
        else if (request.url === "/report") {
          arrive(JSON.parse(await bodyOf(request)) as BrowserReport); // of our own page
          response.end();
        } else if (request.url === "/v1/chat/completions") {
          const { messages } = JSON.parse(await bodyOf(request)) as { messages: { content: string }[] };
          const { content } = messages.at(-1)!;
          received.push(content);
          response.setHeader("content-type", "text/event-stream");
          for (const piece of content.split(/(?<= )/)) {
            response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: piece } }] })}\n\n`);
          }
          response.end(
            `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`,
          );
        } else {
          response.setHeader("content-type", "text/html; charset=utf-8");
          response.end('<!doctype html><title>test</title><script type="module" src="/page.js"></script>');
        }
      });
      server = started;
      await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
      const { port } = started.address() as AddressInfo; // of a listening TCP server
      browser = start(`http://127.0.0.1:${port}/`, profile);
      const ended = new Promise<never>((_, reject) => {
        browser?.once("error", reject);
        browser?.once("exit", (code) => reject(new Error(`chromium ended with ${code} before the page had reported`)));
      });
      report = await Promise.race([arrived, ended]);
    }, 120_000);

    afterAll(async () => {
      if (browser !== undefined) await stop(browser);
      server?.closeAllConnections();
      server?.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });

    test("runs where eval is refused", () => {
      expect(report.evalRefused).toBe("EvalError");
    });

    test("answers on the device", () => {
      expect(report.answer).toEqual({ text: "17.5 % of 2340 is 409.5", route: "local", engine: "device-skills" });
    });

    test("blocks a secret before any engine is called", () => {
      expect(report.secret).toEqual({ outcome: { kind: "blocked", rule: expect.any(String) }, calls: 0 });
    });

    test("remembers a note and finds it again", () => {
      expect(report.recall).toMatchObject({
        text: expect.stringContaining("the bike lock code is 4821"),
        route: "local",
      });
    });

    test("streams, and stops on an abort with its reason", () => {
      expect(report.streamed).toEqual({ parts: ["one ", "two ", "three"], kind: "answered" });
      expect(report.aborted).toEqual(["that is enough", "that is enough"]);
    });

    test("streams from a model server through fetch, which sees a placeholder and not the address", () => {
      expect(report.wire).toEqual({ text: "Write a short invitation to <the address>", kind: "answered" });
      expect(received).toEqual([expect.stringMatching(/^Write a short invitation to \S+$/)]);
      expect(received[0]).not.toContain("fabrikam");
    });

    test("knows the time zones of the browser", () => {
      expect(report.zone).toMatchObject({ text: expect.stringContaining("21:00") });
    });

    test("reads the device's state, with what the browser does not tell left out", () => {
      expect(report.device).toMatchObject({ online: true, totalMemoryBytes: expect.any(Number) });
      expect(report.device).not.toHaveProperty("temperatureCelsius");
    });
  },
);

async function bundle(file: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "support", file)],
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "es2022",
  });
  return outputFiles[0]!.contents;
}

/** The flags keep Chromium from looking for hosts of its own, which a closed network refuses many times a second. */
function start(url: string, profile: string): ChildProcess {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${profile}`,
  ];
  return spawn(chromium!, [...flags, url], { stdio: "ignore", detached: true });
}

/** Ends the whole process group: a helper that outlived the browser would still write into the profile. */
async function stop({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  // Bounded, because where nobody buries orphans the group never gets empty.
  for (let round = 0; round < 250 && isSignalled(-pid, "SIGKILL"); round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** False when no process is left that could take the signal. */
function isSignalled(group: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(group, signal);
  } catch {
    return false;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding yields buffers
  return Buffer.concat(chunks).toString("utf8");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
