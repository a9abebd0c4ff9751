import { connect } from "node:net";
import type { Fetch } from "../engines/egress.js";

/**
 * The runtime's fetch, for servers on this device that are probably not there: knocks at each port once and rejects where nobody listens. The
 * first fetch of a process loads its HTTP client, 20 ms and 3 MB, which a refused connection does not need (2-core EPYC, Node 20.20.2, 2026-11-23).
 */
export function createProbedFetch(): Fetch {
  const knocks = new Map<string, Promise<void>>();
  return async (url, init) => {
    const { hostname, port, protocol } = new URL(url);
    const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
    const door = `${hostname}:${number}`;
    let knock = knocks.get(door);
    if (knock === undefined) {
      knock = someoneListens(hostname, number);
      knocks.set(door, knock);
    }
    await knock;
    init.signal?.throwIfAborted();
    return globalThis.fetch(url, init);
  };
}

/** Longer than anybody waits for a server on the same device. */
const PATIENCE_MS = 1000;

function someoneListens(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("nobody answers the knock")));
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
