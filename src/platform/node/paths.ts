import { posix, win32 } from "node:path";

/** Where the program keeps its files. Nothing is created here. */
export interface ApplicationPaths {
  readonly configFile: string;
  /** What the person would miss: history, notes, models. */
  readonly dataDirectory: string;
  /** What the program would miss a little: counters, the learned router. */
  readonly stateDirectory: string;
  /** What can be made again. */
  readonly cacheDirectory: string;
}

const NAME = "mobile-ai";

/**
 * The customary places of each platform: XDG base directories on Linux and Termux (a relative value is ignored, as the
 * specification asks), ~/Library on macOS, %APPDATA% and %LOCALAPPDATA% on Windows. `MOBILE_AI_HOME` puts all of it under
 * one directory. Pure.
 */
export function applicationPaths(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  homeDirectory: string,
): ApplicationPaths {
  const { join, isAbsolute } = platform === "win32" ? win32 : posix;
  const absolute = (variable: string, otherwise: string): string => {
    const value = environment[variable];
    return value !== undefined && isAbsolute(value) ? value : otherwise;
  };
  const home = environment["MOBILE_AI_HOME"];
  if (home !== undefined && home !== "") return below(home, home, join);
  switch (platform) {
    case "darwin": {
      const support = join(homeDirectory, "Library", "Application Support", NAME);
      return { ...below(support, support, join), cacheDirectory: join(homeDirectory, "Library", "Caches", NAME) };
    }
    case "win32":
      return below(
        join(absolute("APPDATA", join(homeDirectory, "AppData", "Roaming")), NAME),
        join(absolute("LOCALAPPDATA", join(homeDirectory, "AppData", "Local")), NAME),
        join,
      );
    default:
      return {
        configFile: join(absolute("XDG_CONFIG_HOME", join(homeDirectory, ".config")), NAME, "config.json"),
        dataDirectory: join(absolute("XDG_DATA_HOME", join(homeDirectory, ".local", "share")), NAME),
        stateDirectory: join(absolute("XDG_STATE_HOME", join(homeDirectory, ".local", "state")), NAME),
        cacheDirectory: join(absolute("XDG_CACHE_HOME", join(homeDirectory, ".cache")), NAME),
      };
  }
}

function below(configuration: string, files: string, join: typeof posix.join): ApplicationPaths {
  return {
    configFile: join(configuration, "config.json"),
    dataDirectory: join(files, "data"),
    stateDirectory: join(files, "state"),
    cacheDirectory: join(files, "cache"),
  };
}
