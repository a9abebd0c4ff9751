/**
 * `sleep`: nothing runs, no timer and no microphone. `listening`: the always-on stage hears for the phrase. `active`:
 * questions are answered.
 */
export type PowerState = "sleep" | "listening" | "active";

/** What can happen. `timeout` is the state's own time being over. */
export type PowerEvent =
  | "wakeWord"
  | "userInput"
  | "queryDone"
  | "silence"
  | "microphoneLost"
  | "microphoneFound"
  | "chargerConnected"
  | "chargerRemoved"
  | "thermalCritical"
  | "thermalNormal"
  | "hidden"
  | "visible"
  | "timeout";

export const POWER_STATES: readonly PowerState[] = ["sleep", "listening", "active"];

/**
 * Every transition there is; an event that is not in a state's row leaves the state. Heat and a lost microphone end listening;
 * heat does not take an answer away that a person waits for. What ends sleep is a person, or that listening makes sense again.
 */
export const TRANSITIONS: Readonly<Record<PowerState, Readonly<Partial<Record<PowerEvent, PowerState>>>>> = {
  sleep: {
    wakeWord: "active",
    userInput: "active",
    microphoneFound: "listening",
    chargerConnected: "listening",
    thermalNormal: "listening",
    visible: "listening",
  },
  listening: {
    wakeWord: "active",
    userInput: "active",
    microphoneLost: "sleep",
    thermalCritical: "sleep",
    hidden: "sleep",
    timeout: "sleep",
  },
  active: { silence: "listening", timeout: "listening", hidden: "listening" },
};

/** The state after an event. */
export function nextState(state: PowerState, event: PowerEvent): PowerState {
  return TRANSITIONS[state][event] ?? state;
}

/** How long a state lasts if nothing happens. */
export interface PowerTimeouts {
  /** After the last input or answer; default 8 s, so that a second question needs no wake phrase. */
  readonly activeMs: number;
  /** On battery; on a charger listening has no end. Default 30 minutes. */
  readonly listeningMs: number;
}

export const DEFAULT_TIMEOUTS: PowerTimeouts = { activeMs: 8_000, listeningMs: 1_800_000 };

/** The time after which `timeout` happens; undefined: never, and no timer may run. */
export function timeoutOf(
  state: PowerState,
  { charging, timeouts = DEFAULT_TIMEOUTS }: { readonly charging: boolean; readonly timeouts?: PowerTimeouts },
): number | undefined {
  switch (state) {
    case "sleep":
      return undefined;
    case "listening":
      return charging ? undefined : timeouts.listeningMs;
    case "active":
      return timeouts.activeMs;
    default:
      return state satisfies never;
  }
}
