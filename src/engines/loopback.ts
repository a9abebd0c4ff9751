/**
 * Whether requests to this address stay on the device: `localhost`, 127.0.0.0/8 or `[::1]` over http(s), without user
 * information. Anything less certain (0.0.0.0, `*.localhost`, mapped addresses, other names) is not loopback.
 */
export function isLoopback(url: string | URL): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false; // what no URL parser accepts is no place on this device
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") return false;
  if (parsed.username !== "" || parsed.password !== "") return false;
  const host = parsed.hostname;
  return host === "localhost" || host === "[::1]" || /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host);
}
