import { Metrics } from "../../metrics/metrics.js";
import { prometheusText } from "../../metrics/prometheus.js";
import type { Parsed } from "../command.js";
import { openSession } from "../session.js";
import { print, type Terminal, table } from "../terminal.js";

/** `mobile-ai stats`: the metrics of all runs so far. */
export async function stats(parsed: Parsed, terminal: Terminal): Promise<number> {
  const session = await openSession(parsed, terminal);
  try {
    if (parsed.flag("reset")) {
      await session.resetMetrics();
      print(terminal, "The metrics start again from zero.");
      return 0;
    }
    const snapshot = (await session.storedMetrics()) ?? new Metrics().snapshot();
    if (parsed.flag("prometheus")) print(terminal, prometheusText(snapshot));
    else if (parsed.flag("json")) print(terminal, JSON.stringify(snapshot, null, 2));
    else if (snapshot.counters.length === 0)
      print(terminal, 'Nothing was measured yet. Ask something: mobile-ai ask "12 * 7"');
    else {
      const labels = (values: Readonly<Record<string, string>>): string =>
        Object.entries(values)
          .map(([name, value]) => `${name}=${value}`)
          .join(" ");
      const round = (value: number): string => String(Number(value.toPrecision(4)));
      print(
        terminal,
        table([
          ["COUNTER", "", "VALUE"],
          ...snapshot.counters.map((each) => [each.name, labels(each.labels), round(each.value)]),
        ]),
      );
      print(terminal, "");
      print(
        terminal,
        table([
          ["HISTOGRAM", "", "COUNT", "P50", "P95", "P99", "MAX"],
          ...snapshot.histograms.map((each) => [
            each.name,
            labels(each.labels),
            String(each.count),
            ...[each.p50, each.p95, each.p99, each.max].map((value) => round(value)),
          ]),
        ]),
      );
    }
    return 0;
  } finally {
    await session.close();
  }
}
