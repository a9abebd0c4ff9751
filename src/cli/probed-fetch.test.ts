import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createProbedFetch } from "./probed-fetch.js";

test("fetches from a server that listens, and rejects where none does or when the signal aborts", async () => {
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  const url = `http://127.0.0.1:${port}/`;
  const probedFetch = createProbedFetch();
  expect(await (await probedFetch(url, {})).text()).toBe("here");
  await expect(probedFetch(url, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(createProbedFetch()(url, {})).rejects.toThrow(/ECONNREFUSED/);
});

test("many questions of one port knock once, and leave nothing on the caller's signal", async () => {
  let connections = 0;
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  server.on("connection", () => connections++);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const { signal } = new AbortController();
  const fetched = createProbedFetch();
  const refused = createProbedFetch();
  for (let index = 0; index < 30; index++) {
    expect(await (await fetched(`http://127.0.0.1:${port}/${index}`, { signal })).text()).toBe("here");
    await expect(refused("http://127.0.0.1:9/", { signal })).rejects.toThrow();
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
  expect(connections).toBeLessThan(10);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
