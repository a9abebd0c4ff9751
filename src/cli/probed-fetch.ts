import { connect } from "node:net";
import type { Fetch } from "../engines/egress.js";

/**
 * The runtime's fetch, for servers on this device that are probably not there: connects first and rejects when nobody listens. The first
 * fetch of a process loads its HTTP client, 20 ms and 3 MB, which a refused connection does not need (2-core EPYC, Node 20.20.2, 2026-11-23).
 */
export const probedFetch: Fetch = async (url, init) => {
  const { hostname, port, protocol } = new URL(url);
  await someoneListens(hostname, port === "" ? (protocol === "https:" ? 443 : 80) : Number(port), init.signal);
  return globalThis.fetch(url, init);
};

function someoneListens(host: string, port: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(signal ? { signal } : {}) });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject); // also when the signal aborts
  });
}
