import { expect, test } from "vitest";
import { ManualClock } from "../testing.js";
import { BackgroundJobs, JOB_RULES, type JobName, type JobTimes, obstacleTo } from "./background-jobs.js";

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

function memory(text?: string): JobTimes & { text: string | undefined } {
  const times = {
    text,
    read: async () => times.text,
    write: async (next: string) => {
      times.text = next;
    },
  };
  return times;
}

test("only one job is critical", () => {
  expect(Object.entries(JOB_RULES).filter(([, { importance }]) => importance === "critical")).toHaveLength(1);
});

test("a job waits for what it needs, and unknown holds it back only where that is dear", () => {
  const of = (name: JobName, status: Parameters<typeof obstacleTo>[1]["status"], dozing = false) =>
    obstacleTo(JOB_RULES[name], { status, dozing, sinceMs: Number.POSITIVE_INFINITY });
  expect(of("router-training", {})).toBeUndefined(); // no battery at all: a board on mains
  expect(of("router-training", { batteryLevel: 0.9 })).toBe("the device is not charging");
  expect(of("router-training", { batteryLevel: 0.9, charging: true })).toBeUndefined();
  expect(of("router-training", { charging: true, thermal: "fair" })).toBe("the device is hot");
  expect(of("checkpoint", { batteryLevel: 0.1, charging: false })).toBe("the battery is low");
  expect(of("checkpoint", {}, true)).toBe("the device is dozing");
  expect(of("queue-flush", { online: true }, true)).toBeUndefined();
  expect(of("queue-flush", { online: false })).toBe("there is no network");
  expect(of("queue-flush", { thermal: "critical" })).toBe("the device is hot");
  const unmetered = { ...JOB_RULES["queue-flush"], needs: { network: "unmetered" as const } };
  expect(obstacleTo(unmetered, { status: {}, dozing: false, sinceMs: 1e9 })).toBe("the network may cost money");
});

test("runs what is due, the critical one first, and no sooner again than it may", async () => {
  const clock = new ManualClock();
  const times = memory();
  const ran: string[] = [];
  const job = (name: string) => async () => void ran.push(name);
  const make = () =>
    new BackgroundJobs({
      jobs: { "router-training": job("training"), "queue-flush": job("flush"), checkpoint: job("checkpoint") },
      times,
      clock,
    });
  const status = { online: true, charging: true };
  expect((await make().run({ status, signal: never })).map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
  expect(ran).toEqual(["flush", "checkpoint", "training"]);
  await clock.advance(HOUR_MS);
  await make().run({ status, signal: never }); // another process: the times survived
  expect(ran.slice(3)).toEqual(["flush"]);
  await clock.advance(-48 * HOUR_MS); // the person set the clock back: that must not stop the jobs for two days
  await make().run({ status, signal: never });
  expect(ran.slice(4)).toEqual(["flush", "checkpoint", "training"]);
});

test("a failed job is due again, the others run all the same, and a window that is over begins nothing", async () => {
  const clock = new ManualClock();
  const window = new AbortController();
  const times = memory("not json");
  const jobs = new BackgroundJobs({
    jobs: {
      "queue-flush": () => Promise.reject(new Error("refused")),
      checkpoint: async () => window.abort(),
      "router-training": async () => {
        throw new Error("began too late");
      },
    },
    times,
    clock,
  });
  expect(await jobs.run({ status: {}, signal: window.signal })).toEqual([
    { name: "queue-flush", kind: "failed", durationMs: 0, reason: "refused" },
    { name: "checkpoint", kind: "done", durationMs: 0 },
    { name: "router-training", kind: "waits", reason: "the window was over" },
  ]);
  expect(Object.keys(JSON.parse(times.text!))).toEqual(["checkpoint"]);
});
