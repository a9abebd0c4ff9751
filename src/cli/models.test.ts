import { createHash } from "node:crypto";
import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestHome } from "../../test/support/terminal.js";
import { tinyGguf, writeTinyGguf } from "../../test/support/tiny-gguf.js";

const REPLY = ["Goethe", " wrote", " it", "."];

describe("mobile-ai models", () => {
  test("adds a file, makes it the default, answers with it and removes it again", async () => {
    const home = new TestHome();
    const file = join(home.directory, "tiny.gguf");
    writeTinyGguf(file, { reply: REPLY });
    expect((await home.run(["models", "list"])).stdout).toContain("No local model yet");
    expect((await home.run(["models", "add", file])).stdout).toContain("Added tiny: llama");
    expect((await home.run(["models", "list"])).stdout).toMatch(/^\* {2}tiny/m);
    expect((await home.run(["models", "default", "tiny"])).code).toBe(0);
    const asked = await home.run(["ask", "Who wrote Faust?"]);
    expect(asked.stdout).toContain("Goethe wrote it.");
    expect(asked.stdout).toContain("— local · llama.cpp:tiny");
    expect(asked.code).toBe(0);
    expect((await home.run(["doctor"])).stdout).toContain("model file: tiny");
    expect((await home.run(["models", "remove", "tiny", "--yes"])).code).toBe(0);
    expect(existsSync(file)).toBe(true);
    expect((await home.run(["config", "get", "local.model"])).stdout).toBe("not set\n");
  });

  test("says in one line what is wrong with a file", async () => {
    const home = new TestHome();
    const file = join(home.directory, "bad.gguf");
    writeFileSync(file, "no model at all");
    for (const words of [
      ["models", "add", file],
      ["models", "add", join(home.directory, "nowhere.gguf")],
      ["models", "default", "nobody"],
      ["models", "remove", "nobody", "--yes"],
    ]) {
      const { code, stderr } = await home.run(words);
      expect(code).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  test("tells when the file of the default is gone, and doctor too", async () => {
    const home = new TestHome();
    const file = join(home.directory, "tiny.gguf");
    writeTinyGguf(file);
    await home.run(["models", "add", file]);
    await home.run(["models", "default", "tiny"]);
    unlinkSync(file);
    const { code, stderr } = await home.run(["ask", "Who wrote Faust?"]);
    expect(code).toBe(1);
    expect(stderr).toContain("mobile-ai models remove tiny");
    expect((await home.run(["doctor"])).code).toBe(1);
    expect((await home.run(["ask", "12 * 7"])).code).toBe(0);
  });

  test("answers through a server on its usual port, and not through one that forwards to a cloud", async ({ skip }) => {
    const ollama = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      if (request.url === "/api/tags")
        response.end(JSON.stringify({ models: [{ name: "big:cloud" }, { name: "small:1b" }] }));
      else if (request.url === "/v1/chat/completions") {
        response.end(
          JSON.stringify({
            choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: REPLY.join("") } }],
          }),
        );
      } else response.writeHead(404).end("{}");
    });
    const listening = await new Promise<boolean>((resolve) => {
      ollama.once("error", () => resolve(false)).listen(11434, "127.0.0.1", () => resolve(true));
    });
    if (!listening) skip("port 11434 is taken: a real Ollama seems to run here");
    try {
      const home = new TestHome();
      home.environment["MOBILE_AI_LOCAL_DETECT_SERVERS"] = "true";
      expect((await home.run(["models", "list"])).stdout).toMatch(/ollama:big:cloud.*forwards to a cloud/);
      const asked = await home.run(["ask", "--no-stream", "Who wrote Faust?"]);
      expect(asked.stdout).toContain("Goethe wrote it.");
      expect(asked.stdout).toContain("— local · ollama:small:1b");
      expect((await home.run(["models", "default", "ollama:small:1b"])).code).toBe(0);
      expect((await home.run(["doctor"])).stdout).toContain("local server: ollama");
    } finally {
      ollama.close();
    }
  });

  describe("pull", () => {
    const content = tinyGguf({ reply: REPLY });
    let server: Server;
    let url = "";

    beforeAll(async () => {
      server = createServer((request, response) => {
        if (request.url !== "/tiny.gguf") {
          response.writeHead(404).end();
          return;
        }
        response.writeHead(200, { "content-length": content.byteLength, etag: '"1"' }).end(content);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.gguf`;
    });
    afterAll(() => {
      server.close();
    });

    test("downloads, checks size and hash, shows how far it is, and the model answers", async () => {
      const home = new TestHome();
      const sha256 = createHash("sha256").update(content).digest("hex");
      const { code, stdout, stderr } = await home.run([
        "models",
        "pull",
        url,
        "--sha256",
        sha256,
        "--size",
        String(content.byteLength),
      ]);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("Pulled tiny") });
      expect(stderr).toContain("100 %");
      expect((await home.run(["ask", "Who wrote Faust?"])).stdout).toContain("Goethe wrote it.");
      const { files } = JSON.parse((await home.run(["models", "list", "--json"])).stdout);
      expect(readFileSync(files[0].path)).toEqual(Buffer.from(content));
      expect((await home.run(["models", "remove", "tiny", "--yes"])).code).toBe(0);
      expect(existsSync(files[0].path)).toBe(false);
    });

    test.each([
      ["a wrong hash", ["--sha256", "0".repeat(64)], 1],
      ["a wrong size", ["--size", "12"], 1],
      ["a malformed hash", ["--sha256", "xyz"], 2],
    ])("refuses %s and keeps no model", async (_, options, expected) => {
      const home = new TestHome();
      const { code, stderr } = await home.run(["models", "pull", url, ...options]);
      expect(code).toBe(expected);
      expect(stderr).not.toContain("    at ");
      expect(JSON.parse((await home.run(["models", "list", "--json"])).stdout).files).toEqual([]);
    });

    test("names the address of a file that is not there", async () => {
      const { code, stderr } = await new TestHome().run(["models", "pull", url.replace("tiny", "other")]);
      expect(code).toBe(1);
      expect(stderr).toContain("404");
    });
  });
});
