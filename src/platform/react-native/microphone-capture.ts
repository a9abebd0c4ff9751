import { type AudioSource, Pcm16Decoder } from "../../core/audio-source.js";

/** The part of `react-native-live-audio-stream` (or a module of the app with the same face) that is used. */
export interface LiveAudioModule {
  init(options: {
    readonly sampleRate: number;
    readonly channels: number;
    readonly bitsPerSample: number;
    readonly audioSource?: number;
    readonly bufferSize?: number;
    readonly wavFile: string;
  }): void;
  start(): void;
  stop(): unknown;
  /** Chunks of samples in base64; what it returns is asked to `remove()` the listener, if it can. */
  on(event: "data", listener: (chunk: string) => void): unknown;
}

const SAMPLE_RATE = 16_000;
/** Android's VOICE_RECOGNITION: no automatic gain, no noise suppression. */
const VOICE_RECOGNITION = 6;

/**
 * The microphone under React Native, through a module that the app hands in. Permission is the app's to ask for; listening
 * with the screen off needs a foreground service on Android and the audio background mode on iOS (no background task may).
 */
export function reactNativeMicrophone(module: LiveAudioModule): AudioSource {
  return {
    name: "the phone's microphone",
    start(onSamples, onEnd) {
      const decoder = new Pcm16Decoder();
      let ended = false;
      let subscription: unknown;
      const end = (error: Error | undefined): void => {
        if (ended) return;
        ended = true;
        if (isRemovable(subscription)) subscription.remove();
        onEnd(error);
      };
      try {
        module.init({
          sampleRate: SAMPLE_RATE,
          channels: 1,
          bitsPerSample: 16,
          audioSource: VOICE_RECOGNITION,
          bufferSize: 4096,
          wavFile: "",
        });
        subscription = module.on("data", (chunk) => {
          if (ended) return;
          const bytes = bytesOf(chunk);
          if (bytes === undefined) end(new Error("The microphone sent something that is no base64"));
          else onSamples(decoder.push(bytes), SAMPLE_RATE);
        });
        module.start();
      } catch (error) {
        end(error instanceof Error ? error : new Error(String(error)));
      }
      return () => {
        if (ended) return;
        end(undefined);
        module.stop();
      };
    },
  };
}

function isRemovable(value: unknown): value is { remove(): void } {
  return typeof value === "object" && value !== null && "remove" in value && typeof value.remove === "function";
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: ReadonlyMap<number, number> = new Map([...ALPHABET].map((sign, value) => [sign.charCodeAt(0), value]));

/** Base64 by hand: older Hermes has no atob. Undefined when it is none. */
function bytesOf(text: string): Uint8Array | undefined {
  const trimmed = text.replace(/[\s=]+/g, "");
  const bytes = new Uint8Array(Math.floor((trimmed.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < trimmed.length; index++) {
    const value = VALUES.get(trimmed.charCodeAt(index));
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}
