import { testContextStore } from "./context-store.contract.js";
import { MemoryStore } from "./memory-store.js";

testContextStore("memory", async (ports) => new MemoryStore(ports));
