import { expect, test } from "vitest";
import { keepSide, TASK_GAP_MS, type TaskState } from "./stickiness.js";

const remote: TaskState = { lastRoute: "remote", toolLoop: false };

test.each([
  ["a tool loop goes on where it was", "local", { ...remote, toolLoop: true }, "remote"],
  ["the same topic goes on after a short pause", "hybrid", { ...remote, sameTopic: true, idleMs: 1000 }, "remote"],
  ["a long pause begins a new task", "local", { ...remote, sameTopic: true, idleMs: TASK_GAP_MS }, "local"],
  ["another topic begins a new task", "local", { ...remote, sameTopic: false, idleMs: 1000 }, "local"],
  ["an unknown topic holds nothing", "local", { ...remote, idleMs: 1000 }, "local"],
  ["a local task may be escalated", "remote", { lastRoute: "local", toolLoop: true }, "remote"],
  ["a local task stays local", "local", { lastRoute: "local", toolLoop: true }, "local"],
  ["nothing known holds nothing", "local", undefined, "local"],
  ["what is blocked stays blocked", "blocked", { ...remote, toolLoop: true }, "blocked"],
] as const)("%s", (_, route, task, expected) => {
  const kept = keepSide(route, task);
  expect(kept.route).toBe(expected);
  expect(kept.reason === undefined).toBe(expected === route);
});
