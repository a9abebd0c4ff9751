import type { CurvePoint } from "../routing/evaluation.js";

/** A named line of a cost-quality picture. */
export interface CurveLine {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = { left: 60, right: 150, top: 40, bottom: 50 };
const COLORS = ["#1f77b4", "#d62728", "#7f7f7f", "#2ca02c", "#9467bd", "#ff7f0e"];

/** Quality over the share of remote calls, one line for each router, as an SVG document. Names are escaped. */
export function curveSvg(title: string, lines: readonly CurveLine[]): string {
  const qualities = lines.flatMap((line) => line.points.map((point) => point.quality));
  const low = Math.floor(Math.min(...qualities) * 20) / 20;
  const high = Math.ceil(Math.max(...qualities) * 20) / 20;
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = (share: number): string => (MARGIN.left + share * (right - MARGIN.left)).toFixed(1);
  const y = (quality: number): string =>
    (bottom - ((quality - low) / Math.max(1e-9, high - low)) * (bottom - MARGIN.top)).toFixed(1);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="24" font-size="15">${escaped(title)}</text>`,
  ];
  for (let step = 0; step <= 5; step++) {
    const quality = low + ((high - low) * step) / 5;
    parts.push(
      `<line x1="${MARGIN.left}" x2="${right}" y1="${y(quality)}" y2="${y(quality)}" stroke="#ddd"/>`,
      `<text x="${MARGIN.left - 8}" y="${y(quality)}" text-anchor="end" dominant-baseline="middle">${quality.toFixed(2)}</text>`,
      `<text x="${x(step / 5)}" y="${bottom + 18}" text-anchor="middle">${step * 20} %</text>`,
    );
  }
  parts.push(`<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">remote calls</text>`);
  for (const [index, { name, points }] of lines.entries()) {
    const color = COLORS[index % COLORS.length]!;
    const path = points.map((point) => `${x(point.remoteShare)},${y(point.quality)}`).join(" ");
    const label = MARGIN.top + 18 * index;
    parts.push(
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
      `<line x1="${right + 12}" x2="${right + 32}" y1="${label}" y2="${label}" stroke="${color}" stroke-width="2"/>`,
      `<text x="${right + 38}" y="${label}" dominant-baseline="middle">${escaped(name)}</text>`,
    );
  }
  parts.push("</svg>", "");
  return parts.join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
