import { EngineError } from "../core/errors.js";
import { untilAborted } from "./abort.js";

/**
 * The whole body as text. Throws EngineError when it is larger than `maxBytes` (nothing more is read then) or breaks off
 * (retryable), and `signal.reason` on abort, at once.
 */
export async function readBody(
  response: Response,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { maxBytes, signal } = options;
  signal?.throwIfAborted();
  if (response.body === null) return untilAborted(response.text(), signal); // React Native's own fetch has no streams
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  let done = false;
  try {
    while (!done) {
      const chunk = await untilAborted(reader.read(), signal);
      done = chunk.done;
      if (chunk.value === undefined) continue;
      bytes += chunk.value.byteLength;
      if (bytes > maxBytes) throw new EngineError(`Cannot read the answer: it is larger than ${maxBytes} bytes`);
      text += decoder.decode(chunk.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof EngineError) throw error;
    throw new EngineError("Cannot read the answer: the connection broke off", { retryable: true, cause: error });
  } finally {
    if (!done) reader.cancel().catch(() => {}); // frees the connection; what it says about that helps nobody
  }
}
