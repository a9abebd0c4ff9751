import type { Device, DeviceStatus } from "../../core/ports.js";

/** The battery of the Battery Status API; Chromium only. */
export interface BrowserBattery {
  readonly level: number;
  readonly charging: boolean;
}

/** The parts of `navigator` that are looked at; browsers lack different ones (Safari and Firefox most of them). */
export interface BrowserNavigator {
  readonly onLine?: boolean;
  /** GiB, rounded to a power of two and capped by the browser. */
  readonly deviceMemory?: number;
  readonly connection?: { readonly type?: string; readonly rtt?: number; readonly saveData?: boolean };
  getBattery?(): Promise<BrowserBattery>;
}

/** The part of the Compute Pressure API that is used (W3C Compute Pressure Level 1). */
export type PressureObserverClass = new (
  callback: (records: readonly { readonly state: string }[]) => void,
) => {
  observe(source: "cpu", options: { readonly sampleInterval: number }): Promise<void>;
  disconnect(): void;
};

/** A device that listens to the browser until it is closed. */
export interface BrowserDevice extends Device {
  refresh(): Promise<DeviceStatus>;
  close(): void;
}

const SAMPLE_INTERVAL_MS = 5000;

/**
 * The device as the browser shows it. No browser has a thermometer: where there is a PressureObserver its state stands
 * for the heat, as the specification lets it reflect throttling. A mobile-data connection or the person's wish to save data
 * counts as metered. The battery and the observer are asked for on the first `refresh()`, which never rejects.
 */
export function browserDevice(
  options: { readonly navigator?: BrowserNavigator; readonly PressureObserver?: PressureObserverClass } = {},
): BrowserDevice {
  // Structural views of globals that lib.dom either lacks or types as always present.
  const globals = globalThis as { navigator?: BrowserNavigator; PressureObserver?: PressureObserverClass };
  const { navigator = globals.navigator ?? {}, PressureObserver = globals.PressureObserver } = options;
  let battery: BrowserBattery | undefined;
  let thermal: DeviceStatus["thermal"];
  let closed = false;
  let started: Promise<unknown> | undefined;
  let observer: InstanceType<PressureObserverClass> | undefined;

  const start = (): Promise<unknown> => {
    if (PressureObserver !== undefined && !closed) {
      observer = new PressureObserver((records) => {
        thermal = levelOf(records[records.length - 1]?.state) ?? thermal;
      });
    }
    // Both are refused where a permissions policy forbids them: then battery and heat stay unknown.
    return Promise.allSettled([
      navigator.getBattery?.().then((found) => {
        battery = found;
      }),
      observer?.observe("cpu", { sampleInterval: SAMPLE_INTERVAL_MS }),
    ]);
  };

  const status = (): DeviceStatus => {
    const { onLine, deviceMemory, connection } = navigator;
    const metered = isMetered(connection);
    return {
      ...(battery === undefined ? {} : { batteryLevel: battery.level, charging: battery.charging }),
      ...(onLine === undefined ? {} : { online: onLine }),
      ...(metered === undefined ? {} : { metered }),
      ...networkOf(connection?.type),
      // Chromium reports 0 when it has not measured yet.
      ...(connection?.rtt ? { roundTripMs: connection.rtt } : {}),
      ...(thermal === undefined ? {} : { thermal }),
      ...(deviceMemory === undefined ? {} : { totalMemoryBytes: deviceMemory * 2 ** 30 }),
    };
  };

  return {
    status,
    async refresh() {
      started ??= start();
      await started;
      return status();
    },
    close() {
      closed = true;
      observer?.disconnect();
      observer = undefined;
    },
  };
}

function isMetered(connection: BrowserNavigator["connection"]): boolean | undefined {
  if (connection === undefined) return undefined;
  if (connection.saveData === true || connection.type === "cellular") return true;
  return connection.type === "wifi" || connection.type === "ethernet" ? false : undefined;
}

/** By the names of the Network Information API; `none` and `unknown` are no network that is known. */
function networkOf(type: string | undefined): Pick<DeviceStatus, "network"> {
  switch (type) {
    case "wifi":
    case "cellular":
      return { network: type };
    case "ethernet":
      return { network: "wired" };
    case undefined:
    case "none":
    case "unknown":
      return {};
    default:
      return { network: "other" };
  }
}

function levelOf(state: string | undefined): DeviceStatus["thermal"] {
  switch (state) {
    case "nominal":
    case "fair":
    case "serious":
    case "critical":
      return state;
    default:
      return undefined;
  }
}
