import { expect, test } from "vitest";
import { RasterRecorder, rasterSvg, rasterText } from "./raster.js";

function diagonal(neurons: number): RasterRecorder {
  const raster = new RasterRecorder(neurons);
  for (let step = 0; step < neurons; step++)
    raster.add(Array.from({ length: neurons }, (_, neuron) => Number(neuron === step)));
  return raster;
}

test("a terminal raster shows time to the right and neurons from the bottom up", () => {
  expect(rasterText(diagonal(8))).toBe(["⠀⠀⡠⠊", "⡠⠊⠀⠀"].join("\n"));
});

test("a raster larger than the terminal keeps every spike in some dot", () => {
  const text = rasterText(diagonal(1000), { columns: 10, rows: 5 });
  const lines = text.split("\n");
  expect(lines.length).toBe(5);
  expect(lines.every((line) => line.length === 10)).toBe(true);
  expect(lines[0]!.slice(-1)).not.toBe("⠀");
  expect(lines[4]!.slice(0, 1)).not.toBe("⠀");
  expect(rasterText(new RasterRecorder(0))).toBe("");
});

test("the SVG has a tick for each spike and escapes its title", () => {
  const svg = rasterSvg(diagonal(12), { stepMs: 10, title: "a < b" });
  expect(svg.match(/M[\d.]+ [\d.]+v[\d.]+(?=[M"])/g)?.length).toBeGreaterThanOrEqual(12);
  expect(svg).toContain("<title>a &lt; b</title>");
  expect(svg).toContain(">100<");
  expect(svg).not.toContain("NaN");
});
