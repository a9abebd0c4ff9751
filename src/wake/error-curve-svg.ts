import type { Curve } from "./error-curve.js";

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 60;
const TOP = 30;
const PLOT_WIDTH = WIDTH - LEFT - 150;
const PLOT_HEIGHT = HEIGHT - TOP - 50;
const RATES = [0.1, 0.33, 1, 2, 5, 10, 30, 100];
const MISSES = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];
const COLORS = ["#1b6ca8", "#c0392b", "#1e8449", "#8e44ad", "#b9770e", "#5d6d7e"];

/** A drawing of detection-error curves: false alarms an hour (logarithmic) against missed phrases (square root). */
export function errorCurveSvg(
  title: string,
  curves: readonly { readonly name: string; readonly curve: Curve }[],
): string {
  const x = (rate: number): number =>
    LEFT + (PLOT_WIDTH * Math.log(Math.min(100, Math.max(0.1, rate)) / 0.1)) / Math.log(1000);
  const y = (miss: number): number => TOP + PLOT_HEIGHT * (1 - Math.sqrt(miss));
  const lines: string[] = [];
  for (const rate of RATES) {
    lines.push(
      `<path d="M${f(x(rate))} ${TOP}v${PLOT_HEIGHT}" class="grid"/>`,
      `<text x="${f(x(rate))}" y="${TOP + PLOT_HEIGHT + 16}" text-anchor="middle">${rate}</text>`,
    );
  }
  for (const miss of MISSES) {
    lines.push(
      `<path d="M${LEFT} ${f(y(miss))}h${PLOT_WIDTH}" class="grid"/>`,
      `<text x="${LEFT - 6}" y="${f(y(miss) + 4)}" text-anchor="end">${miss * 100} %</text>`,
    );
  }
  for (const [index, { name, curve }] of curves.entries()) {
    const color = COLORS[index % COLORS.length]!;
    const steps: string[] = [];
    let least = 1;
    for (const { falseAlarmsPerHour, missRate } of [...curve.points].sort(
      (a, b) => a.falseAlarmsPerHour - b.falseAlarmsPerHour,
    )) {
      if (missRate >= least && steps.length > 0) continue;
      if (steps.length > 0) steps.push(`H${f(x(falseAlarmsPerHour))}`);
      least = Math.min(least, missRate);
      steps.push(`${steps.length === 0 ? "M" : "L"}${f(x(falseAlarmsPerHour))} ${f(y(missRate))}`);
    }
    lines.push(`<path d="${steps.join("")}H${LEFT + PLOT_WIDTH}" fill="none" stroke="${color}" stroke-width="2"/>`);
    lines.push(
      `<text x="${LEFT + PLOT_WIDTH + 10}" y="${TOP + 14 + 18 * index}" fill="${color}">${escaped(name)}</text>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img">
<title>${escaped(title)}</title><style>.grid{stroke:#ddd;fill:none}</style><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="18" font-size="14">${escaped(title)}</text>
${lines.join("\n")}
<text x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 12}" text-anchor="middle">false alarms an hour</text>
<text transform="translate(14 ${TOP + PLOT_HEIGHT / 2}) rotate(-90)" text-anchor="middle">missed</text>
</svg>
`;
}

function f(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
