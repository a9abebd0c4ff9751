import { expect, test } from "vitest";
import { applicationPaths } from "./paths.js";

test("Linux and Termux follow the XDG directories", () => {
  expect(applicationPaths({}, "linux", "/home/ada")).toEqual({
    configFile: "/home/ada/.config/mobile-ai/config.json",
    dataDirectory: "/home/ada/.local/share/mobile-ai",
    stateDirectory: "/home/ada/.local/state/mobile-ai",
    cacheDirectory: "/home/ada/.cache/mobile-ai",
  });
  const environment = { XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d", XDG_STATE_HOME: "/s", XDG_CACHE_HOME: "/k" };
  expect(applicationPaths(environment, "android", "/data/data/com.termux/files/home")).toEqual({
    configFile: "/c/mobile-ai/config.json",
    dataDirectory: "/d/mobile-ai",
    stateDirectory: "/s/mobile-ai",
    cacheDirectory: "/k/mobile-ai",
  });
});

test("a relative or empty XDG directory is ignored", () => {
  const { dataDirectory, cacheDirectory } = applicationPaths(
    { XDG_DATA_HOME: "share", XDG_CACHE_HOME: "" },
    "linux",
    "/home/ada",
  );
  expect([dataDirectory, cacheDirectory]).toEqual(["/home/ada/.local/share/mobile-ai", "/home/ada/.cache/mobile-ai"]);
});

test("macOS keeps everything under Library", () => {
  expect(applicationPaths({ XDG_DATA_HOME: "/d" }, "darwin", "/Users/ada")).toEqual({
    configFile: "/Users/ada/Library/Application Support/mobile-ai/config.json",
    dataDirectory: "/Users/ada/Library/Application Support/mobile-ai/data",
    stateDirectory: "/Users/ada/Library/Application Support/mobile-ai/state",
    cacheDirectory: "/Users/ada/Library/Caches/mobile-ai",
  });
});

test("Windows keeps the configuration with the roaming profile and the rest on the machine", () => {
  const local = "D:\\Local\\mobile-ai";
  expect(applicationPaths({ LOCALAPPDATA: "D:\\Local" }, "win32", "C:\\Users\\Ada")).toEqual({
    configFile: "C:\\Users\\Ada\\AppData\\Roaming\\mobile-ai\\config.json",
    dataDirectory: `${local}\\data`,
    stateDirectory: `${local}\\state`,
    cacheDirectory: `${local}\\cache`,
  });
});

test("MOBILE_AI_HOME moves everything under one directory, on every platform", () => {
  const environment = { MOBILE_AI_HOME: "/srv/ai", XDG_DATA_HOME: "/d" };
  for (const platform of ["linux", "darwin", "android"] as const)
    expect(applicationPaths(environment, platform, "/home/ada")).toEqual({
      configFile: "/srv/ai/config.json",
      dataDirectory: "/srv/ai/data",
      stateDirectory: "/srv/ai/state",
      cacheDirectory: "/srv/ai/cache",
    });
  expect(applicationPaths({ MOBILE_AI_HOME: "E:\\ai" }, "win32", "C:\\Users\\Ada").dataDirectory).toBe("E:\\ai\\data");
  expect(applicationPaths({ MOBILE_AI_HOME: "" }, "linux", "/home/ada").cacheDirectory).toBe(
    "/home/ada/.cache/mobile-ai",
  );
});
