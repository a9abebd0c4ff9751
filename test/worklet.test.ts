import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** In the worklet: the whole listener, kernels and all. It gets a decoded network, for that scope has no TextDecoder. */
const WORKLET = `
import { registerCapture } from "./src/platform/browser/capture-worklet.ts";
import { WakeListener } from "./src/wake/listener.ts";
import { Resampler } from "./src/wake/resample.ts";
import { createVerifier } from "./src/wake/verifier-network.ts";
import { convolutionKernels } from "./src/kernels/convolution.ts";
registerCapture(globalThis, "mobile-ai-capture", (model, sampleRate) => {
  const network = { phrase: model.phrase, verifier: createVerifier(model), firstThreshold: 0.5, threshold: 0 };
  const listener = new WakeListener({ detectors: [{ network, normalization: model.normalization }] });
  const resampler = new Resampler(sampleRate, 16000);
  return (samples) => {
    const [event] = listener.process(resampler.push(samples));
    return event && { ...event, kernels: convolutionKernels(16).implementation };
  };
});`;

/** On the page: half a second of tone at 48 kHz played into the worklet, faster than real time. */
const PAGE = `
import { planBlocks } from "./src/nets/separable-convolution.ts";
import { decodeVerifier, encodeVerifier } from "./src/wake/verifier-network.ts";
import { VERIFIER_SPEC } from "./src/wake/verifier-training.ts";
const zeros = (length) => new Float32Array(length);
const plans = planBlocks(VERIFIER_SPEC);
const member = {
  blocks: plans.map((plan) => ({ depthwise: zeros(plan.kind === "separable" ? plan.kt * plan.kf * plan.channels : 0), mix: zeros(plan.mixed * plan.channelsOut), scale: zeros(plan.channelsOut), shift: zeros(plan.channelsOut) })),
  head: zeros(2 * plans.at(-1).channelsOut + 1),
};
const model = decodeVerifier(encodeVerifier({ phrase: "tone", normalization: "pcen", spec: VERIFIER_SPEC, members: [member], threshold: 0.5, about: {} }));
const context = new OfflineAudioContext(1, 96000, 48000);
await context.audioWorklet.addModule("worklet.js");
const node = new AudioWorkletNode(context, "mobile-ai-capture", { numberOfInputs: 1, numberOfOutputs: 0, processorOptions: model });
const reports = [];
node.port.onmessage = ({ data }) => reports.push(data);
node.onprocessorerror = () => reports.push("the processor failed");
const tone = new OscillatorNode(context, { frequency: 700 });
tone.connect(node);
tone.start(0.5);
tone.stop(1);
await context.startRendering();
await new Promise((resolve) => setTimeout(resolve, 300));
await fetch("result", { method: "POST", body: JSON.stringify(reports) });`;

test.skipIf(CHROMIUM === undefined)(
  "in Chromium the whole listener runs in an AudioWorklet, with WebAssembly",
  async () => {
    const bundle = async (contents: string): Promise<string> => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
        bundle: true,
        format: "esm",
        write: false,
      });
      return outputFiles[0]!.text; // one entry, one file
    };
    const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
      "/": ["text/html", '<script type="module" src="page.js"></script>'],
      "/page.js": ["text/javascript", await bundle(PAGE)],
      "/worklet.js": ["text/javascript", await bundle(WORKLET)],
    };
    let arrive = (_: string): void => {};
    const arrived = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const server = createServer((request, response) => {
      if (request.method === "POST") {
        let body = "";
        request.on("data", (chunk) => {
          body += String(chunk);
        });
        request.on("end", () => {
          response.end();
          arrive(body);
        });
        return;
      }
      const [type, text] = files[request.url ?? ""] ?? ["text/plain", ""];
      response.writeHead(200, { "content-type": type }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // of a listening TCP server
    const profile = mkdtempSync(join(tmpdir(), "mobile-ai-chromium-"));
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
    const browser = spawn(CHROMIUM!, [...options, `http://127.0.0.1:${port}/`], { stdio: "ignore" }); // skipped without one
    const reports = await arrived;
    const gone = new Promise((resolve) => browser.once("exit", resolve));
    browser.kill();
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    expect(JSON.parse(reports)).toContainEqual(
      expect.objectContaining({ phrase: "tone", score: 0.5, kernels: "simd" }),
    );
  },
  120_000,
);
