import type { ConvolutionKernels, DepthwiseShape } from "./convolution.js";

/** Plain TypeScript: the meaning of the kernels, and what runs where there is no WebAssembly. */
export function referenceConvolution(): ConvolutionKernels {
  return {
    implementation: "reference",
    f32: (length) => new Float32Array(length),
    multiply(c, a, b, { m, n, k, cRows, aRows, aColumns, bRows }, add) {
      for (let i = 0; i < m; i++) {
        const row = i * cRows;
        if (!add) c.fill(0, row, row + n);
        for (let p = 0; p < k; p++) {
          const factor = a[i * aRows + p * aColumns]!;
          const from = p * bRows;
          for (let j = 0; j < n; j++) c[row + j]! += factor * b[from + j]!;
        }
      }
    },
    depthwise(out, x, w, shape, batch) {
      out.fill(0, 0, batch * shape.tOut * shape.fOut * shape.channels);
      eachTap(shape, batch, (o, i, k) => {
        out[o]! += x[i]! * w[k]!;
      });
    },
    depthwiseInput(dx, dOut, w, shape, batch) {
      eachTap(shape, batch, (o, i, k) => {
        dx[i]! += dOut[o]! * w[k]!;
      });
    },
    depthwiseWeights(dw, dOut, x, shape, batch) {
      eachTap(shape, batch, (o, i, k) => {
        dw[k]! += dOut[o]! * x[i]!;
      });
    },
    moments(sums, squares, x, rows, channels) {
      for (let index = 0; index < rows * channels; index++) {
        sums[index % channels]! += x[index]!;
        squares[index % channels]! += x[index]! * x[index]!;
      }
    },
    affineRelu(y, x, scale, shift, rows, channels) {
      for (let index = 0; index < rows * channels; index++)
        y[index] = Math.max(0, x[index]! * scale[index % channels]! + shift[index % channels]!);
    },
    affineReluSums(dShift, dScale, dy, y, x, rows, channels) {
      for (let index = 0; index < rows * channels; index++) {
        const slope = y[index]! > 0 ? dy[index]! : 0;
        dShift[index % channels]! += slope;
        dScale[index % channels]! += slope * x[index]!;
      }
    },
    affineReluInput(dx, dy, y, x, { a, b, e }, rows, channels) {
      for (let index = 0; index < rows * channels; index++) {
        const channel = index % channels;
        dx[index] = (y[index]! > 0 ? dy[index]! * a[channel]! : 0) + x[index]! * b[channel]! + e[channel]!;
      }
    },
  };
}

/** Calls back with the places of output, input and weight of every product that a depthwise convolution sums. */
function eachTap(
  shape: DepthwiseShape,
  batch: number,
  visit: (out: number, input: number, weight: number) => void,
): void {
  const { t, f, channels, tOut, fOut, kt, kf, st, sf, pt, pf } = shape;
  for (let item = 0; item < batch; item++) {
    for (let to = 0; to < tOut; to++) {
      for (let dt = Math.max(0, pt - to * st); dt < kt && to * st - pt + dt < t; dt++) {
        for (let fo = 0; fo < fOut; fo++) {
          for (let df = Math.max(0, pf - fo * sf); df < kf && fo * sf - pf + df < f; df++) {
            const out = ((item * tOut + to) * fOut + fo) * channels;
            const input = ((item * t + to * st - pt + dt) * f + fo * sf - pf + df) * channels;
            const weight = (dt * kf + df) * channels;
            for (let channel = 0; channel < channels; channel++)
              visit(out + channel, input + channel, weight + channel);
          }
        }
      }
    }
  }
}
