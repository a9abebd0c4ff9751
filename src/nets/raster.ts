/** Spikes by time: what a raster draws. */
export interface Raster {
  readonly neurons: number;
  readonly steps: number;
  readonly spikes: readonly { readonly step: number; readonly neuron: number }[];
}

/** Collects the spikes of a layer (1 for each neuron that fired), step by step. */
export class RasterRecorder implements Raster {
  readonly neurons: number;
  readonly spikes: { readonly step: number; readonly neuron: number }[] = [];
  #steps = 0;

  constructor(neurons: number) {
    this.neurons = neurons;
  }

  get steps(): number {
    return this.#steps;
  }

  add(spikes: ArrayLike<number>): void {
    for (let neuron = 0; neuron < this.neurons; neuron++)
      if (spikes[neuron] !== 0) this.spikes.push({ step: this.#steps, neuron });
    this.#steps++;
  }
}

/**
 * A raster for a terminal: time to the right, neuron 0 at the bottom. Braille cells of 2 x 4 dots; a dot is set when any of
 * the spikes it stands for happened. At most `columns` by `rows` characters.
 */
export function rasterText(
  raster: Raster,
  { columns = 80, rows = 24 }: { readonly columns?: number; readonly rows?: number } = {},
): string {
  const width = Math.min(2 * columns, raster.steps + (raster.steps % 2));
  const height = Math.min(4 * rows, 4 * Math.ceil(raster.neurons / 4));
  if (width === 0 || height === 0) return "";
  const perDot = Math.max(1, raster.steps / width);
  const perLine = Math.max(1, raster.neurons / height);
  const cells = Array.from({ length: height / 4 }, () => new Uint8Array(width / 2));
  for (const { step, neuron } of raster.spikes) {
    const x = Math.floor(step / perDot);
    const y = height - 1 - Math.floor(neuron / perLine);
    const row = cells[y >> 2]!; // y is below the height
    row[x >> 1] = row[x >> 1]! | DOTS[y & 3]![x & 1]!;
  }
  return cells.map((row) => String.fromCharCode(...Array.from(row, (dots) => 0x2800 + dots))).join("\n");
}

/** A raster as SVG: a tick for each spike, time in milliseconds below, neurons from the bottom up. */
export function rasterSvg(
  raster: Raster,
  options: { readonly stepMs: number; readonly title?: string; readonly width?: number; readonly height?: number },
): string {
  const { stepMs, title = "", width = 800, height = 320 } = options;
  const margin = { left: 44, right: 20, top: title === "" ? 12 : 30, bottom: 34 };
  const innerWidth = width - margin.left - margin.right;
  const innerHeight = height - margin.top - margin.bottom;
  const lineHeight = innerHeight / Math.max(1, raster.neurons);
  const x = (step: number): string => (margin.left + (innerWidth * step) / Math.max(1, raster.steps)).toFixed(1);
  const ticks = raster.spikes
    .map(
      ({ step, neuron }) =>
        `M${x(step + 0.5)} ${(margin.top + innerHeight - (neuron + 1) * lineHeight).toFixed(1)}v${lineHeight.toFixed(1)}`,
    )
    .join("");
  const bottom = margin.top + innerHeight;
  const everyMs = roundStep((raster.steps * stepMs) / 5);
  const marks: string[] = [];
  for (let ms = 0; ms <= raster.steps * stepMs; ms += everyMs)
    marks.push(
      `<path d="M${x(ms / stepMs)} ${bottom}v5"/><text x="${x(ms / stepMs)}" y="${bottom + 18}" text-anchor="middle">${ms}</text>`,
    );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>${escaped(title)}</title>
<g fill="#666" stroke="none"><text x="${margin.left}" y="20" font-size="14">${escaped(title)}</text>
<text x="${width / 2}" y="${height - 2}" text-anchor="middle">time, ms</text>
<text x="${margin.left - 6}" y="${bottom}" text-anchor="end">0</text><text x="${margin.left - 6}" y="${margin.top + 10}" text-anchor="end">${raster.neurons - 1}</text></g>
<g fill="#666" stroke="#999"><path fill="none" d="M${margin.left} ${margin.top}v${innerHeight}h${innerWidth}"/>${marks.join("").replaceAll("<text", '<text stroke="none"')}</g>
<path fill="none" stroke="#2a78d6" stroke-width="1.5" d="${ticks}"/>
</svg>
`;
}

/** Bits of a Braille cell by row and column. */
const DOTS = [
  [1, 8],
  [2, 16],
  [4, 32],
  [64, 128],
] as const;

/** The least of 1, 2, 5, 10, 20 ... that is no less. */
function roundStep(atLeast: number): number {
  let decade = 1;
  while (decade * 10 <= atLeast) decade *= 10;
  return decade * ([1, 2, 5].find((factor) => factor * decade >= atLeast) ?? 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
