import { expect, test } from "vitest";
import { isLoopback } from "./loopback.js";

test.each([
  "http://127.0.0.1:8080/v1",
  "http://127.255.255.254",
  "http://127.1/", // the URL parser writes it out
  "http://2130706433/",
  "http://localhost:11434",
  "http://LOCALHOST/",
  "https://[::1]:1234/v1",
  "http://[0:0:0:0:0:0:0:1]/",
])("%s stays on the device", (url) => {
  expect(isLoopback(url)).toBe(true);
});

test.each([
  "http://localhost.evil.com/",
  "http://127.0.0.1.evil.com/",
  "http://evil.com/127.0.0.1",
  "http://127.0.0.1@evil.com/",
  "http://localhost:80@evil.com/",
  "http://user:password@127.0.0.1/",
  "http://user@localhost/",
  "http://evil.com#@127.0.0.1/",
  "http://evil.com?@localhost",
  "http://0.0.0.0:8080/",
  "http://0/",
  "http://[::]/",
  "http://[::ffff:10.0.0.1]/",
  "http://128.0.0.1/",
  "http://10.0.0.1/",
  "http://192.168.1.2/",
  "http://foo.localhost/",
  "http://localhost./",
  "http://127.0.0.1。evil.com/",
  "ftp://127.0.0.1/",
  "file:///etc/hosts",
  "//127.0.0.1/",
  "127.0.0.1",
  "",
])("%s is not taken for this device", (url) => {
  expect(isLoopback(url)).toBe(false);
});
