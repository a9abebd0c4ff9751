import type { SurrogateExports } from "./surrogate.js";

/** The plain twin of assembly/surrogate.ts over a buffer; equal but for the order of sums. */
export function surrogateReference(buffer: ArrayBuffer): SurrogateExports {
  const f32 = new Float32Array(buffer, 0, buffer.byteLength >> 2);
  const u32 = new Uint32Array(buffer, 0, buffer.byteLength >> 2);
  return {
    spread(rows, rowBytes, count, columns, starts, sources, weights) {
      for (let number = 0; number < count; number++) {
        const row = (rows + number * rowBytes) >> 2;
        f32.fill(0, row, row + columns);
        for (let k = u32[(starts >> 2) + number]!; k < u32[(starts >> 2) + number + 1]!; k++) {
          const weight = f32[(weights >> 2) + k]!;
          const source = u32[(sources >> 2) + k]! >> 2;
          for (let c = 0; c < columns; c++) f32[row + c] = f32[row + c]! + weight * f32[source + c]!;
        }
      }
    },
    correlate(rows, rowBytes, count, columns, starts, sources, gradients) {
      for (let number = 0; number < count; number++) {
        const row = (rows + number * rowBytes) >> 2;
        for (let k = u32[(starts >> 2) + number]!; k < u32[(starts >> 2) + number + 1]!; k++) {
          const source = u32[(sources >> 2) + k]! >> 2;
          let sum = 0;
          for (let c = 0; c < columns; c++) sum += f32[row + c]! * f32[source + c]!;
          f32[(gradients >> 2) + k] = f32[(gradients >> 2) + k]! + sum;
        }
      }
    },
    listEvents(row, columns, list) {
      let count = 0;
      for (let c = 0; c < columns; c++) if (f32[(row >> 2) + c] !== 0) u32[(list >> 2) + ++count] = 4 * c;
      u32[list >> 2] = count;
    },
    spreadEvents(rows, rowBytes, count, columns, starts, lists, shifts, weights) {
      for (let number = 0; number < count; number++) {
        const row = (rows + number * rowBytes) >> 2;
        f32.fill(0, row, row + columns);
        for (let k = u32[(starts >> 2) + number]!; k < u32[(starts >> 2) + number + 1]!; k++) {
          const list = u32[(lists >> 2) + k]! >> 2;
          const shifted = row + (u32[(shifts >> 2) + k]! >> 2);
          for (let event = 1; event <= u32[list]!; event++) {
            const at = shifted + (u32[list + event]! >> 2);
            f32[at] = f32[at]! + f32[(weights >> 2) + k]!;
          }
        }
      }
    },
    correlateEvents(rows, rowBytes, count, starts, lists, shifts, gradients) {
      for (let number = 0; number < count; number++) {
        const row = (rows + number * rowBytes) >> 2;
        for (let k = u32[(starts >> 2) + number]!; k < u32[(starts >> 2) + number + 1]!; k++) {
          const list = u32[(lists >> 2) + k]! >> 2;
          const shifted = row + (u32[(shifts >> 2) + k]! >> 2);
          let sum = 0;
          for (let event = 1; event <= u32[list]!; event++) sum += f32[shifted + (u32[list + event]! >> 2)]!;
          f32[(gradients >> 2) + k] = f32[(gradients >> 2) + k]! + sum;
        }
      }
    },
    rowSums(a, b, columns, sums) {
      let plain = 0;
      let product = 0;
      for (let c = 0; c < columns; c++) {
        plain += f32[(a >> 2) + c]!;
        product += f32[(a >> 2) + c]! * f32[(b >> 2) + c]!;
      }
      f32[sums >> 2] = plain;
      f32[(sums >> 2) + 1] = product;
    },
    combine(a, b, columns, p, q, r) {
      for (let c = 0; c < columns; c++) f32[(a >> 2) + c] = p * f32[(a >> 2) + c]! + q * f32[(b >> 2) + c]! + r;
    },
    lifForward(x, v, s, steps, lanes, scale, shift, a, b, z, smooth, scratch) {
      const current = scratch >> 2;
      f32.fill(0, current, current + lanes);
      const columns = steps * lanes;
      for (let c = 0; c < columns; c++) {
        const before = f32[(v >> 2) + c - lanes]!;
        const kept = before - f32[(s >> 2) + c - lanes]! * (z * before + 1 - z);
        const arriving = b * f32[current + (c % lanes)]! + scale * f32[(x >> 2) + c]! + shift;
        f32[current + (c % lanes)] = arriving;
        const next = a * kept + arriving;
        f32[(v >> 2) + c] = next;
        const over = next - 1;
        f32[(s >> 2) + c] = smooth > 0 ? 0.5 + over / (1 + smooth * Math.abs(over)) : Number(next >= 1);
      }
    },
    lifBackward(v, s, g, steps, lanes, a, b, z, slope, reset, scratch, sums) {
      const ofMembranes = scratch >> 2;
      const ofCurrents = ofMembranes + lanes;
      f32.fill(0, ofMembranes, ofMembranes + 2 * lanes);
      const kept = (c: number): number => {
        const before = f32[(v >> 2) + c]!;
        return before - f32[(s >> 2) + c]! * (z * before + 1 - z);
      };
      let sumA = 0;
      let sumB = 0;
      for (let c = steps * lanes - 1; c >= 0; c--) {
        const lane = c % lanes;
        const membrane = f32[(v >> 2) + c]!;
        const afterReset = a * f32[ofMembranes + lane]!;
        const ofSpikes = f32[(g >> 2) + c]! - reset * (z * membrane + 1 - z) * afterReset;
        const under = 1 / (1 + slope * Math.abs(membrane - 1));
        const ofMembrane = afterReset * (1 - z * f32[(s >> 2) + c]!) + ofSpikes * under * under;
        const ofCurrent = ofMembrane + b * f32[ofCurrents + lane]!;
        f32[ofMembranes + lane] = ofMembrane;
        f32[ofCurrents + lane] = ofCurrent;
        f32[(g >> 2) + c] = ofCurrent;
        sumA += ofMembrane * kept(c - lanes);
        sumB += ofCurrent * (f32[(v >> 2) + c - lanes]! - a * kept(c - 2 * lanes));
      }
      f32[sums >> 2] = sumA;
      f32[(sums >> 2) + 1] = sumB;
    },
  };
}
