import { expect, test } from "vitest";
import { type BatteryModule, type NetworkModule, reactNativeDevice } from "./device-status.js";

function battery(level: number, state: number): BatteryModule {
  return { getBatteryLevelAsync: async () => level, getBatteryStateAsync: async () => state };
}

function network(state: Awaited<ReturnType<NetworkModule["getNetworkStateAsync"]>>): NetworkModule {
  return { getNetworkStateAsync: async () => state };
}

test("nothing is known before the first refresh, and nothing without modules", async () => {
  const device = reactNativeDevice();
  expect(device.status()).toEqual({});
  expect(await device.refresh()).toEqual({});
});

test("a phone on mobile data tells battery, network, heat and memory", async () => {
  const device = reactNativeDevice({
    battery: battery(0.42, 1),
    network: network({ type: "CELLULAR", isConnected: true, isInternetReachable: false }),
    thermal: async () => "fair",
    totalMemoryBytes: 6e9,
    freeMemoryBytes: async () => 5e8,
    drawMilliwatts: async () => 700,
  });
  const status = await device.refresh();
  expect(status).toEqual({
    batteryLevel: 0.42,
    charging: false,
    online: false,
    metered: true,
    network: "cellular",
    thermal: "fair",
    totalMemoryBytes: 6e9,
    freeMemoryBytes: 5e8,
    drawMilliwatts: 700,
  });
  expect(device.status()).toBe(status);
});

test("a full battery is plugged in, and an unknown one is unknown", async () => {
  expect(await reactNativeDevice({ battery: battery(1, 3) }).refresh()).toEqual({ batteryLevel: 1, charging: true });
  expect(await reactNativeDevice({ battery: battery(-1, 0) }).refresh()).toEqual({});
});

test("Wi-Fi is not metered, and a VPN hides what it runs on", async () => {
  const state = { isConnected: true };
  expect(await reactNativeDevice({ network: network({ ...state, type: "WIFI" }) }).refresh()).toEqual({
    online: true,
    metered: false,
    network: "wifi",
  });
  expect(await reactNativeDevice({ network: network({ ...state, type: "VPN" }) }).refresh()).toEqual({
    online: true,
    network: "other",
  });
});

test("a module that rejects or throws on this phone leaves its field unknown", async () => {
  const device = reactNativeDevice({
    battery: {
      getBatteryLevelAsync: () => Promise.reject(new Error("simulator")),
      getBatteryStateAsync: () => {
        throw new Error("unavailable");
      },
    },
    network: network({ isConnected: true }),
    thermal: async () => undefined,
  });
  expect(await device.refresh()).toEqual({ online: true });
});
