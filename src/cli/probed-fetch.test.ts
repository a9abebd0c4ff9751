import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { probedFetch } from "./probed-fetch.js";

test("fetches from a server that listens, and rejects where none does or when the signal aborts", async () => {
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  const url = `http://127.0.0.1:${port}/`;
  expect(await (await probedFetch(url, {})).text()).toBe("here");
  await expect(probedFetch(url, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(probedFetch(url, {})).rejects.toThrow(/ECONNREFUSED/);
});
