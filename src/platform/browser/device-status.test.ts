import { expect, test } from "vitest";
import { type BrowserNavigator, browserDevice, type PressureObserverClass } from "./device-status.js";

type Records = readonly { readonly state: string }[];

function pressure(observe: () => Promise<void> = async () => {}) {
  const state = { callback: (_: Records): void => {}, disconnected: 0, observed: 0 };
  const PressureObserver: PressureObserverClass = class {
    constructor(callback: (records: Records) => void) {
      state.callback = callback;
    }
    observe(): Promise<void> {
      state.observed++;
      return observe();
    }
    disconnect(): void {
      state.disconnected++;
    }
  };
  return { state, PressureObserver };
}

test("a browser that tells nothing leaves everything unknown", async () => {
  const device = browserDevice({
    navigator: {},
    PressureObserver: pressure(async () => Promise.reject()).PressureObserver,
  });
  expect(device.status()).toEqual({});
  expect(await device.refresh()).toEqual({});
});

test("Chromium on a phone tells battery, connection, memory and pressure", async () => {
  const { state, PressureObserver } = pressure();
  const battery = { level: 0.8, charging: false };
  const navigator: BrowserNavigator = {
    onLine: true,
    deviceMemory: 8,
    connection: { type: "cellular", rtt: 150, saveData: false },
    getBattery: async () => battery,
  };
  const device = browserDevice({ navigator, PressureObserver });
  await device.refresh();
  state.callback([{ state: "nominal" }, { state: "serious" }]);
  expect(device.status()).toEqual({
    batteryLevel: 0.8,
    charging: false,
    online: true,
    metered: true,
    network: "cellular",
    roundTripMs: 150,
    thermal: "serious",
    totalMemoryBytes: 8 * 2 ** 30,
  });
  battery.level = 0.5;
  expect(device.status().batteryLevel).toBe(0.5);
  state.callback([{ state: "a state of a later specification" }]);
  expect(device.status().thermal).toBe("serious");
});

test("saving data counts as metered, Wi-Fi as not, and no type as unknown", () => {
  const metered = (connection: NonNullable<BrowserNavigator["connection"]>) =>
    browserDevice({ navigator: { connection } }).status().metered;
  expect(metered({ type: "wifi" })).toBe(false);
  expect(metered({ type: "wifi", saveData: true })).toBe(true);
  expect(metered({ rtt: 0 })).toBeUndefined();
});

test("a battery or an observer that is refused stays unknown", async () => {
  const { PressureObserver } = pressure(() => Promise.reject(new DOMException("not allowed", "NotAllowedError")));
  const navigator = { onLine: false, getBattery: () => Promise.reject(new DOMException("not allowed")) };
  expect(await browserDevice({ navigator, PressureObserver }).refresh()).toEqual({ online: false });
});

test("it observes once, and no more after it is closed", async () => {
  const { state, PressureObserver } = pressure();
  const device = browserDevice({ navigator: {}, PressureObserver });
  await device.refresh();
  await device.refresh();
  expect(state.observed).toBe(1);
  device.close();
  device.close();
  expect(state.disconnected).toBe(1);
});
