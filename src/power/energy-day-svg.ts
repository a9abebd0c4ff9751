import type { DayReport } from "./energy-day.js";
import { type DeviceClass, milliampereHours } from "./energy-model.js";
import { timelineBand } from "./power-timeline-svg.js";

const WIDTH = 720;
const LEFT = 130;
const RIGHT = 90;
const BAR = 22;

/** A day as an SVG document: the power states over its hours, and milliampere-hours by part, largest first. */
export function daySvg(
  report: DayReport,
  { title, device }: { readonly title: string; readonly device: DeviceClass },
): string {
  const bars = Object.entries(report.partsMj)
    .map(([part, mj]) => ({ part, mah: milliampereHours(mj, device.volts) }))
    .sort((a, b) => b.mah - a.mah);
  const most = Math.max(...bars.map(({ mah }) => mah), 1e-9);
  const chartTop = 175;
  const height = chartTop + BAR * bars.length + 60;
  const width = WIDTH - LEFT - RIGHT;
  const lines = bars.flatMap(({ part, mah }, row) => {
    const y = chartTop + BAR * row;
    const length = ((mah / most) * width).toFixed(1);
    return [
      `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${escaped(part)}</text>`,
      `<rect x="${LEFT}" y="${y + 2}" width="${length}" height="${BAR - 5}" fill="#1f77b4"/>`,
      `<text x="${(LEFT + Number(length) + 6).toFixed(1)}" y="${y + 15}">${mah.toPrecision(3)} mAh</text>`,
    ];
  });
  const apart = `Not in it: local model ${report.localModelMah.toFixed(1)} mAh; the device awake for its microphone ${report.awakeMah.toFixed(0)} mAh`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="20" y="26" font-size="15">${escaped(title)}</text>`,
    timelineBand(report.segments, { left: LEFT, top: 44, width, rowHeight: 24 }),
    `<text x="20" y="${chartTop - 14}" font-size="13">This program: ${report.totalMah.toFixed(1)} mAh</text>`,
    ...lines,
    `<text x="20" y="${height - 18}" fill="#555">${escaped(apart)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
