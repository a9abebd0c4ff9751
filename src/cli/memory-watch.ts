import type { ContextManager } from "../context/context-manager.js";
import type { DeviceStatus, Engine } from "../core/ports.js";
import { MemoryShedder, memoryLevelOf, type Shed } from "../power/memory-shedder.js";
import { bytes, remark, safe, type Terminal } from "./terminal.js";

/** A language model that can leave memory and comes back by itself at the next call. */
interface Unloadable {
  unload(): Promise<void>;
}

/**
 * Gives memory back when the device is short of it, in the stated order, and says so on standard error. What was given up comes
 * back when it is needed; llama.cpp does not tell how much memory its model took.
 */
export async function shedIfShort(
  status: DeviceStatus,
  rooms: { readonly engines: readonly Engine[]; readonly context: ContextManager; readonly terminal: Terminal },
): Promise<readonly Shed[]> {
  const level = memoryLevelOf(status);
  if (level === "ample") return [];
  const { engines, context, terminal } = rooms;
  const shedder = new MemoryShedder();
  shedder.add("caches", { name: "windows of other projects", shed: () => context.release("windows") });
  for (const { id, model } of engines) {
    if (!isUnloadable(model)) continue;
    const shed = async (): Promise<number> => {
      await model.unload();
      return 0;
    };
    shedder.add("local-model", { name: id, shed });
  }
  shedder.add("reservoir-scratch", { name: "topics of all projects", shed: () => context.release("topics") });
  const report = await shedder.shed(level);
  const parts = report.map(({ name, bytes: freed, problem }) =>
    problem === undefined ? `${name}${freed > 0 ? ` (${bytes(freed)})` : ""}` : `${name} failed: ${problem}`,
  );
  remark(terminal, safe(`Memory is ${level}; given back: ${parts.join(", ")}`));
  return report;
}

function isUnloadable(model: object): model is Unloadable {
  return "unload" in model && typeof model.unload === "function";
}
