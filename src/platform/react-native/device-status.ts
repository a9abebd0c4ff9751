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
    /** The app's own bridge to `ActivityManager.getMemoryInfo().availMem`; what is left decides what is given up. */
    readonly freeMemoryBytes?: () => Promise<number>;
    /** The app's own bridge to `BatteryManager.BATTERY_PROPERTY_CURRENT_NOW` times the voltage. */
    readonly drawMilliwatts?: () => Promise<number>;
  } = {},
): Required<Device> {
  const { battery, network: networkModule, thermal, totalMemoryBytes, freeMemoryBytes, drawMilliwatts } = modules;
  let current: DeviceStatus = totalMemoryBytes === undefined ? {} : { totalMemoryBytes };
  let pending: Promise<DeviceStatus> | undefined;

  const readAll = async (): Promise<DeviceStatus> => {
    const [level, state, connection, heat, free, draw] = await Promise.all([
      known(battery && (() => battery.getBatteryLevelAsync())),
      known(battery && (() => battery.getBatteryStateAsync())),
      known(networkModule && (() => networkModule.getNetworkStateAsync())),
      known(thermal),
      known(freeMemoryBytes),
      known(drawMilliwatts),
    ]);
    const charging = state === 1 ? false : state === 2 || state === 3 ? true : undefined;
    const online = connection?.isInternetReachable ?? connection?.isConnected;
    const metered = isMetered(connection?.type);
    const network = networkOf(connection?.type);
    return {
      ...(level !== undefined && level >= 0 && level <= 1 ? { batteryLevel: level } : {}),
      ...(charging === undefined ? {} : { charging }),
      ...(online === undefined ? {} : { online }),
      ...(metered === undefined ? {} : { metered }),
      ...(network === undefined ? {} : { network }),
      ...(heat === undefined ? {} : { thermal: heat }),
      ...(totalMemoryBytes === undefined ? {} : { totalMemoryBytes }),
      ...(free === undefined ? {} : { freeMemoryBytes: free }),
      ...(draw === undefined || charging === true ? {} : { drawMilliwatts: draw }),
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

function networkOf(type: string | undefined): DeviceStatus["network"] {
  switch (type) {
    case "WIFI":
      return "wifi";
    case "CELLULAR":
    case "WIMAX":
      return "cellular";
    case "ETHERNET":
      return "wired";
    case "BLUETOOTH":
    case "VPN":
    case "OTHER":
      return "other";
    default:
      return undefined;
  }
}

/** By the names of expo-network's NetworkStateType; behind a VPN the kind of network is hidden. */
function isMetered(type: string | undefined): boolean | undefined {
  if (type === "CELLULAR" || type === "WIMAX") return true;
  return type === "WIFI" || type === "ETHERNET" ? false : undefined;
}
