// Loaded with --require: refuses every way to the network, and writes each attempt as a line to $MOBILE_AI_ATTEMPTS.
const fs = require("node:fs");

const file = process.env.MOBILE_AI_ATTEMPTS;
const refuse = (what) => {
  fs.appendFileSync(file, `${what}\n`);
  return Object.assign(new Error(`${what}: refused by the test`), { code: "ECONNREFUSED" });
};
// Emits the refusal where a caller listens for it, as the real thing would.
const failing = (emitter, error) => {
  process.nextTick(() => emitter.destroy(error));
  return emitter;
};

const net = require("node:net");
net.Socket.prototype.connect = function connect(...given) {
  const [options] = net._normalizeArgs(Array.isArray(given[0]) ? given[0] : given);
  return failing(this, refuse(`connect ${options.path ?? `${options.host ?? "localhost"}:${options.port}`}`));
};
for (const name of ["lookup", "lookupService", "resolve", "resolve4", "resolve6", "resolveAny", "reverse"]) {
  for (const [module, isPromise] of [
    [require("node:dns"), false],
    [require("node:dns/promises"), true],
  ]) {
    module[name] = (host, ...rest) => {
      const error = refuse(`dns.${name} ${host}`);
      if (isPromise) return Promise.reject(error);
      rest.at(-1)(error);
    };
  }
}
require("node:dgram").createSocket = () => {
  throw refuse("dgram.createSocket");
};
net.Server.prototype.listen = () => {
  throw refuse("listen");
};
const childProcess = require("node:child_process");
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) {
  const original = childProcess[name];
  childProcess[name] = (command, ...rest) => {
    if (
      /(?:^|[\s/])(?:curl|wget|nc|ncat|ssh|scp|ftp|telnet|dig|nslookup|host|ping|git|npm|npx)(?:\s|$)/.test(command)
    ) {
      throw refuse(`${name} ${command}`);
    }
    return original.call(childProcess, command, ...rest);
  };
}
// `import { connect } from "node:net"` sees what stands here now.
require("node:module").syncBuiltinESMExports();
// Asked for what reaches for it, before fetch itself opens anything.
const { fetch } = globalThis;
globalThis.fetch = (...given) => {
  fs.appendFileSync(file, `fetch ${new URL(given[0].url ?? given[0]).host}\n`);
  return fetch(...given);
};
