import type { AudioSource } from "../../core/audio-source.js";

/** What the page and the worklet call the processor. */
export const CAPTURE_PROCESSOR = "mobile-ai-capture";

/** The part of a browser's audio that is used; `window` fits. */
export interface CaptureEnvironment {
  readonly mediaDevices: Pick<MediaDevices, "getUserMedia">;
  readonly AudioContext: typeof AudioContext;
  readonly AudioWorkletNode: typeof AudioWorkletNode;
}

/** A microphone whose worklet listens by itself: only what it reports crosses to the page, no sound. */
export interface WorkletEar {
  /** Asks for the microphone and starts; rejects when the person refuses or there is none. */
  start(): Promise<void>;
  /** Frees microphone and audio context. */
  stop(): Promise<void>;
}

/**
 * Listens inside an AudioWorklet: `moduleUrl` is a script of the app that calls `registerCapture` with a listener, so that the
 * WebAssembly kernels run off the main thread. `onReport` gets what that listener returned; `onEnd` once when the microphone goes away.
 */
export function workletEar(
  moduleUrl: string,
  options: {
    readonly onReport: (report: unknown) => void;
    readonly onEnd?: () => void;
    /** Handed to the listener in the worklet: networks, thresholds. Must be clonable. */
    readonly setup?: unknown;
    readonly environment?: CaptureEnvironment;
  },
): WorkletEar {
  const { onReport, onEnd, setup, environment = browserEnvironment() } = options;
  let running: { readonly context: AudioContext; readonly stream: MediaStream } | undefined;
  const stop = async (): Promise<void> => {
    const { context, stream } = running ?? {};
    running = undefined;
    for (const track of stream?.getTracks() ?? []) track.stop();
    await context?.close();
  };
  return {
    async start() {
      if (running !== undefined) return;
      const stream = await environment.mediaDevices.getUserMedia({ audio: MICROPHONE });
      const context = new environment.AudioContext(); // the device's own rate: Firefox connects no other to a microphone
      running = { context, stream };
      try {
        await context.audioWorklet.addModule(moduleUrl);
        const node = new environment.AudioWorkletNode(context, CAPTURE_PROCESSOR, {
          numberOfInputs: 1,
          numberOfOutputs: 0,
          channelCount: 1,
          processorOptions: setup,
        });
        node.port.onmessage = ({ data }) => onReport(data);
        context.createMediaStreamSource(stream).connect(node);
        for (const track of stream.getTracks()) {
          track.onended = () => {
            if (running === undefined) return;
            void stop();
            onEnd?.();
          };
        }
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

/** What speech recognition wants of a microphone: one channel, and the room as it is. */
const MICROPHONE: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: false,
};

function browserEnvironment(): CaptureEnvironment {
  return { mediaDevices: navigator.mediaDevices, AudioContext, AudioWorkletNode };
}

/** The same worklet as a source of sound for code on the page: its listener must report `Float32Array`s at the context's rate. */
export function browserMicrophone(
  moduleUrl: string,
  options: { readonly environment?: CaptureEnvironment } = {},
): AudioSource {
  const { environment = browserEnvironment() } = options;
  return {
    name: "the browser's microphone",
    start(onSamples, onEnd) {
      let ended = false;
      const end = (error: Error | undefined): void => {
        if (ended) return;
        ended = true;
        onEnd(error);
      };
      const ear = workletEar(moduleUrl, {
        environment,
        onReport(report) {
          if (!ended && isSound(report)) onSamples(report.samples, report.sampleRate);
        },
        onEnd: () => end(new Error("The microphone went away")),
      });
      ear.start().catch((error: unknown) => end(error instanceof Error ? error : new Error(String(error))));
      return () => {
        end(undefined);
        void ear.stop();
      };
    },
  };
}

function isSound(report: unknown): report is { readonly samples: Float32Array; readonly sampleRate: number } {
  return (
    typeof report === "object" &&
    report !== null &&
    "samples" in report &&
    report.samples instanceof Float32Array &&
    "sampleRate" in report
  );
}
