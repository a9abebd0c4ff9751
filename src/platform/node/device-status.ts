import os from "node:os";
import type { Device, DeviceStatus } from "../../core/ports.js";
import { type RunCommand, runCommand as runProgram } from "./run-command.js";
import { readMemory, readNetwork, readPower, readPressure, readThermal } from "./sysfs.js";
import { isTermux, readTermuxBattery, type TermuxBattery } from "./termux.js";
import { batteryThermalLevel, isPlausible } from "./thermal.js";

/** The part of `node:os` that a device is read from. */
export type OperatingSystem = Pick<typeof os, "freemem" | "totalmem" | "networkInterfaces">;

/**
 * This machine: Linux and Termux through sysfs and /proc, others through `node:os` (memory and network only). What cannot be
 * read is absent. Nothing is known before the first `refresh()`, which reads a few small files; it never rejects.
 */
export function nodeDevice(
  options: {
    /** Where /sys and /proc are found. */
    readonly root?: string;
    readonly runCommand?: RunCommand;
    readonly operatingSystem?: OperatingSystem;
    readonly environment?: Readonly<Record<string, string | undefined>>;
  } = {},
): Required<Device> {
  const { root = "/", runCommand = runProgram, operatingSystem = os, environment = process.env } = options;
  let current: DeviceStatus = {};
  let pending: Promise<DeviceStatus> | undefined;
  let askTermux = isTermux(environment);

  const termuxBattery = async (): Promise<TermuxBattery> => {
    if (!askTermux) return {};
    const battery = await readTermuxBattery(runCommand);
    // Without the Termux:API app each call would cost its whole deadline: ask once only.
    if (battery === undefined) askTermux = false;
    return battery ?? {};
  };

  const readAll = async (): Promise<DeviceStatus> => {
    const [power, zones, memory, cpuPressure, memoryPressure, network] = await Promise.all([
      readPower(root),
      readThermal(root),
      readMemory(root),
      readPressure(root, "cpu"),
      readPressure(root, "memory"),
      readNetwork(root),
    ]);
    const termux = power.batteryLevel === undefined ? await termuxBattery() : {};
    const online = isOnline(operatingSystem);
    // Android hides its thermal zones from apps; the battery's temperature is then the only thermometer.
    const thermal =
      zones ??
      (termux.temperature !== undefined && isPlausible(termux.temperature)
        ? batteryThermalLevel(termux.temperature)
        : undefined);
    return {
      ...(termux.level === undefined ? {} : { batteryLevel: termux.level }),
      ...(termux.charging === undefined ? {} : { charging: termux.charging }),
      ...power,
      ...(online === undefined ? {} : { online }),
      ...(thermal === undefined ? {} : { thermal }),
      freeMemoryBytes: operatingSystem.freemem(),
      totalMemoryBytes: operatingSystem.totalmem(),
      ...memory,
      ...(cpuPressure === undefined ? {} : { cpuPressure }),
      ...(memoryPressure === undefined ? {} : { memoryPressure }),
      ...(network === undefined ? {} : { network }),
    };
  };

  return {
    status: () => current,
    refresh() {
      pending ??= readAll()
        .then((status) => {
          current = status;
          return status;
        })
        .finally(() => {
          pending = undefined;
        });
      return pending;
    },
  };
}

/** Whether an interface other than loopback has an address beyond its own link; undefined where Android forbids to ask. */
function isOnline(operatingSystem: OperatingSystem): boolean | undefined {
  try {
    return Object.values(operatingSystem.networkInterfaces()).some((addresses) =>
      addresses?.some(({ internal, address }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address)),
    );
  } catch {
    return undefined;
  }
}
