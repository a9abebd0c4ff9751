import type { Device, DeviceStatus } from "../../core/ports.js";

/** The part of `expo-battery` that is used; the module itself fits. */
export interface BatteryModule {
  /** 0 to 1, or -1 when unknown. */
  getBatteryLevelAsync(): Promise<number>;
  /** 0 unknown, 1 unplugged, 2 charging, 3 full. */
  getBatteryStateAsync(): Promise<number>;
}

/** The part of `expo-network` that is used; the module itself fits. */
export interface NetworkModule {
  getNetworkStateAsync(): Promise<{
    readonly type?: string;
    readonly isConnected?: boolean;
    readonly isInternetReachable?: boolean;
  }>;
}

/**
 * A phone under React Native, through modules that the app hands in. `thermal` is the app's own bridge to
 * `ProcessInfo.thermalState` (iOS) or `PowerManager.getCurrentThermalStatus` (Android): no maintained module offers it.
 * What is not given, or rejects, is unknown. Nothing is known before the first `refresh()`, which never rejects.
 */
export function reactNativeDevice(
  modules: {
    readonly battery?: BatteryModule;
    readonly network?: NetworkModule;
    readonly thermal?: () => Promise<DeviceStatus["thermal"]>;
    /** `Device.totalMemory` of expo-device. */
    readonly totalMemoryBytes?: number;
  } = {},
): Required<Device> {
  const { battery, network, thermal, totalMemoryBytes } = modules;
  let current: DeviceStatus = totalMemoryBytes === undefined ? {} : { totalMemoryBytes };
  let pending: Promise<DeviceStatus> | undefined;

  const readAll = async (): Promise<DeviceStatus> => {
    const [level, state, connection, heat] = await Promise.all([
      known(battery && (() => battery.getBatteryLevelAsync())),
      known(battery && (() => battery.getBatteryStateAsync())),
      known(network && (() => network.getNetworkStateAsync())),
      known(thermal),
    ]);
    const charging = state === 1 ? false : state === 2 || state === 3 ? true : undefined;
    const online = connection?.isInternetReachable ?? connection?.isConnected;
    const metered = isMetered(connection?.type);
    return {
      ...(level !== undefined && level >= 0 && level <= 1 ? { batteryLevel: level } : {}),
      ...(charging === undefined ? {} : { charging }),
      ...(online === undefined ? {} : { online }),
      ...(metered === undefined ? {} : { metered }),
      ...(heat === undefined ? {} : { thermal: heat }),
      ...(totalMemoryBytes === undefined ? {} : { totalMemoryBytes }),
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

/** The module's answer, or undefined when there is no module or it cannot tell on this phone (a simulator rejects). */
async function known<Value>(ask: (() => Promise<Value>) | undefined): Promise<Value | undefined> {
  try {
    return await ask?.();
  } catch {
    return undefined;
  }
}

/** By the names of expo-network's NetworkStateType; behind a VPN the kind of network is hidden. */
function isMetered(type: string | undefined): boolean | undefined {
  if (type === "CELLULAR" || type === "WIMAX") return true;
  return type === "WIFI" || type === "ETHERNET" ? false : undefined;
}
