// Dense linear algebra in f64, the twin of src/kernels/linear-algebra-reference.ts: the same sums in the same order, two lanes
// at once. Pointers are byte offsets, 16-byte aligned; sizes are multiples of 4; symmetric matrices are true on and above
// their diagonal. A panel is (groups, rows, 4).
import { sumLanesF64 } from "./shared/lanes";

const BLOCK_ROWS = 32;

/** target = keep * target + sign * left^T right. Tiles of four by four: eight sums, six loads for sixteen products. */
export function addOuter(
  target: usize,
  stride: i32,
  left: usize,
  leftGroups: i32,
  right: usize,
  rightGroups: i32,
  rows: i32,
  keep: f64,
  sign: f64,
  upper: i32,
): void {
  const panelBytes = (<usize>rows) << 5;
  const strideBytes = (<usize>stride) << 3;
  const keeps = f64x2.splat(keep);
  const signs = f64x2.splat(sign);
  for (let i = 0; i < leftGroups; i++) {
    const firstA = left + <usize>i * panelBytes;
    const endA = firstA + panelBytes;
    const row = target + <usize>(4 * i) * strideBytes;
    for (let j = upper ? i : 0; j < rightGroups; j++) {
      let sum00 = f64x2.splat(0);
      let sum01 = f64x2.splat(0);
      let sum10 = f64x2.splat(0);
      let sum11 = f64x2.splat(0);
      let sum20 = f64x2.splat(0);
      let sum21 = f64x2.splat(0);
      let sum30 = f64x2.splat(0);
      let sum31 = f64x2.splat(0);
      let b = right + <usize>j * panelBytes;
      for (let a = firstA; a < endA; a += 32, b += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const a0 = v128.load64_splat(a);
        sum00 = f64x2.add(sum00, f64x2.mul(a0, b0));
        sum01 = f64x2.add(sum01, f64x2.mul(a0, b1));
        const a1 = v128.load64_splat(a, 8);
        sum10 = f64x2.add(sum10, f64x2.mul(a1, b0));
        sum11 = f64x2.add(sum11, f64x2.mul(a1, b1));
        const a2 = v128.load64_splat(a, 16);
        sum20 = f64x2.add(sum20, f64x2.mul(a2, b0));
        sum21 = f64x2.add(sum21, f64x2.mul(a2, b1));
        const a3 = v128.load64_splat(a, 24);
        sum30 = f64x2.add(sum30, f64x2.mul(a3, b0));
        sum31 = f64x2.add(sum31, f64x2.mul(a3, b1));
      }
      let at = row + ((<usize>j) << 5);
      putTile(at, sum00, sum01, keeps, signs);
      at += strideBytes;
      putTile(at, sum10, sum11, keeps, signs);
      at += strideBytes;
      putTile(at, sum20, sum21, keeps, signs);
      at += strideBytes;
      putTile(at, sum30, sum31, keeps, signs);
    }
  }
}

function putTile(at: usize, sum0: v128, sum1: v128, keeps: v128, signs: v128): void {
  v128.store(at, f64x2.add(f64x2.mul(keeps, v128.load(at)), f64x2.mul(signs, sum0)));
  v128.store(at, f64x2.add(f64x2.mul(keeps, v128.load(at, 16)), f64x2.mul(signs, sum1)), 16);
}

/** Cholesky's upper factor in place; -1, or the row whose pivot is lost. */
export function factor(matrix: usize, size: i32, panel: usize, diagonal: usize): i32 {
  const strideBytes = (<usize>size) << 3;
  for (let row = 0; row < size; row++) {
    const column = (<usize>row) << 3;
    store<f64>(diagonal + column, load<f64>(matrix + <usize>row * strideBytes + column));
  }
  for (let start = 0; start < size; start += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, size - start);
    for (let row = start; row < start + rows; row++) {
      const column = (<usize>row) << 3;
      const own = matrix + <usize>row * strideBytes;
      // From an even column on: what that touches left of the diagonal nobody reads.
      const from = (<usize>(row & ~1)) << 3;
      for (let above = start; above < row; above++) {
        const other = matrix + <usize>above * strideBytes;
        subtractScaled(own + from, other + from, strideBytes - from, load<f64>(other + column));
      }
      const pivot = load<f64>(own + column);
      if (!(pivot > load<f64>(diagonal + column) * 8.881784197001252e-16)) return row;
      scale(own + from, strideBytes - from, 1 / sqrt(pivot));
    }
    const next = start + rows;
    const groups = (size - next) >> 2;
    const corner = matrix + <usize>next * strideBytes + ((<usize>next) << 3);
    pack(panel, matrix + <usize>start * strideBytes + ((<usize>next) << 3), strideBytes, rows, groups);
    addOuter(corner, size, panel, groups, panel, groups, rows, 1, -1, 1);
  }
  return -1;
}

/** Solves with the factor, for groups * 4 right sides, in place. */
export function solve(factored: usize, size: i32, sides: usize, groups: i32, panel: usize, sidePanel: usize): void {
  const strideBytes = (<usize>size) << 3;
  const widthBytes = (<usize>groups) << 5;
  for (let start = 0; start < size; start += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, size - start);
    const next = start + rows;
    for (let row = start; row < next; row++) {
      const own = sides + <usize>row * widthBytes;
      const column = (<usize>row) << 3;
      for (let above = start; above < row; above++) {
        const weight = load<f64>(factored + <usize>above * strideBytes + column);
        subtractScaled(own, sides + <usize>above * widthBytes, widthBytes, weight);
      }
      scale(own, widthBytes, 1 / load<f64>(factored + <usize>row * strideBytes + column));
    }
    const below = (size - next) >> 2;
    pack(panel, factored + <usize>start * strideBytes + ((<usize>next) << 3), strideBytes, rows, below);
    pack(sidePanel, sides + <usize>start * widthBytes, widthBytes, rows, groups);
    addOuter(sides + <usize>next * widthBytes, 4 * groups, panel, below, sidePanel, groups, rows, 1, -1, 0);
  }
  for (let end = size; end > 0; ) {
    const start = ((end - 1) / BLOCK_ROWS) * BLOCK_ROWS;
    const rows = end - start;
    for (let row = end - 1; row >= start; row--) {
      const own = sides + <usize>row * widthBytes;
      const line = factored + <usize>row * strideBytes;
      for (let below = row + 1; below < end; below++) {
        subtractScaled(own, sides + <usize>below * widthBytes, widthBytes, load<f64>(line + ((<usize>below) << 3)));
      }
      scale(own, widthBytes, 1 / load<f64>(line + ((<usize>row) << 3)));
    }
    packTransposed(panel, factored + ((<usize>start) << 3), strideBytes, rows, start >> 2);
    pack(sidePanel, sides + <usize>start * widthBytes, widthBytes, rows, groups);
    addOuter(sides, 4 * groups, panel, start >> 2, sidePanel, groups, rows, 1, -1, 0);
    end = start;
  }
}

function subtractScaled(target: usize, source: usize, bytes: usize, weight: f64): void {
  const weights = f64x2.splat(weight);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, f64x2.sub(v128.load(target + at), f64x2.mul(weights, v128.load(source + at))));
  }
}

function scale(target: usize, bytes: usize, weight: f64): void {
  const weights = f64x2.splat(weight);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(target + at, f64x2.mul(v128.load(target + at), weights));
}

function pack(panel: usize, source: usize, strideBytes: usize, rows: i32, groups: i32): void {
  for (let group = 0; group < groups; group++) {
    let from = source + ((<usize>group) << 5);
    for (let row = 0; row < rows; row++, from += strideBytes, panel += 32) {
      v128.store(panel, v128.load(from));
      v128.store(panel, v128.load(from, 16), 16);
    }
  }
}

function packTransposed(panel: usize, source: usize, strideBytes: usize, rows: i32, groups: i32): void {
  for (let group = 0; group < groups; group++) {
    for (let lane: usize = 0; lane < 4; lane++) {
      let to = panel + (lane << 3);
      for (let row = 0; row < rows; row++, to += 32) store<f64>(to, load<f64>(source + ((<usize>row) << 3)));
      source += strideBytes;
    }
    panel += (<usize>rows) << 5;
  }
}

/** out = matrix x, a symmetric matrix of which each entry is read once; four rows at once. */
export function symmetricTimes(out: usize, matrix: usize, size: i32, x: usize): void {
  const strideBytes = (<usize>size) << 3;
  memory.fill(out, 0, strideBytes);
  for (let first: usize = 0; first < strideBytes; first += 32) {
    const row0 = matrix + (first >> 3) * strideBytes;
    const row1 = row0 + strideBytes;
    const row2 = row1 + strideBytes;
    const row3 = row2 + strideBytes;
    const x0 = v128.load64_splat(x + first);
    const x1 = v128.load64_splat(x + first, 8);
    const x2 = v128.load64_splat(x + first, 16);
    const x3 = v128.load64_splat(x + first, 24);
    let sums0 = f64x2.splat(0);
    let sums1 = f64x2.splat(0);
    let sums2 = f64x2.splat(0);
    let sums3 = f64x2.splat(0);
    for (let at = first + 32; at < strideBytes; at += 32) {
      const value = v128.load(x + at);
      const entry0 = v128.load(row0 + at);
      const entry1 = v128.load(row1 + at);
      const entry2 = v128.load(row2 + at);
      const entry3 = v128.load(row3 + at);
      sums0 = f64x2.add(sums0, f64x2.mul(entry0, value));
      sums1 = f64x2.add(sums1, f64x2.mul(entry1, value));
      sums2 = f64x2.add(sums2, f64x2.mul(entry2, value));
      sums3 = f64x2.add(sums3, f64x2.mul(entry3, value));
      const low = f64x2.add(f64x2.mul(entry0, x0), f64x2.mul(entry1, x1));
      const high = f64x2.add(f64x2.mul(entry2, x2), f64x2.mul(entry3, x3));
      v128.store(out + at, f64x2.add(v128.load(out + at), f64x2.add(low, high)));
      const nextValue = v128.load(x + at, 16);
      const next0 = v128.load(row0 + at, 16);
      const next1 = v128.load(row1 + at, 16);
      const next2 = v128.load(row2 + at, 16);
      const next3 = v128.load(row3 + at, 16);
      sums0 = f64x2.add(sums0, f64x2.mul(next0, nextValue));
      sums1 = f64x2.add(sums1, f64x2.mul(next1, nextValue));
      sums2 = f64x2.add(sums2, f64x2.mul(next2, nextValue));
      sums3 = f64x2.add(sums3, f64x2.mul(next3, nextValue));
      const nextLow = f64x2.add(f64x2.mul(next0, x0), f64x2.mul(next1, x1));
      const nextHigh = f64x2.add(f64x2.mul(next2, x2), f64x2.mul(next3, x3));
      v128.store(out + at, f64x2.add(v128.load(out + at, 16), f64x2.add(nextLow, nextHigh)), 16);
    }
    addCorner(out + first, row0 + first, strideBytes, x + first);
    store<f64>(out + first, load<f64>(out + first) + sumLanesF64(sums0));
    store<f64>(out + first, load<f64>(out + first, 8) + sumLanesF64(sums1), 8);
    store<f64>(out + first, load<f64>(out + first, 16) + sumLanesF64(sums2), 16);
    store<f64>(out + first, load<f64>(out + first, 24) + sumLanesF64(sums3), 24);
  }
}

/** The four by four entries on the diagonal. */
// @inline
function addCorner(out: usize, corner: usize, strideBytes: usize, x: usize): void {
  for (let row: usize = 0; row < 32; row += 8) {
    let sum = load<f64>(out + row);
    for (let column: usize = 0; column < 32; column += 8) {
      const entry = load<f64>(corner + (min(row, column) >> 3) * strideBytes + max(row, column));
      sum += entry * load<f64>(x + column);
    }
    store<f64>(out + row, sum);
  }
}

/** matrix = matrix + weight * x x^T; four rows by four columns, so that few instructions are not arithmetic. */
export function rankOne(matrix: usize, size: i32, x: usize, weight: f64): void {
  const strideBytes = (<usize>size) << 3;
  for (let first: usize = 0; first < strideBytes; first += 32) {
    const row0 = matrix + (first >> 3) * strideBytes;
    const row1 = row0 + strideBytes;
    const row2 = row1 + strideBytes;
    const row3 = row2 + strideBytes;
    const x0 = f64x2.splat(weight * load<f64>(x + first));
    const x1 = f64x2.splat(weight * load<f64>(x + first, 8));
    const x2 = f64x2.splat(weight * load<f64>(x + first, 16));
    const x3 = f64x2.splat(weight * load<f64>(x + first, 24));
    for (let at = first; at < strideBytes; at += 32) {
      const low = v128.load(x + at);
      const high = v128.load(x + at, 16);
      addTo(row0 + at, x0, low, high);
      addTo(row1 + at, x1, low, high);
      addTo(row2 + at, x2, low, high);
      addTo(row3 + at, x3, low, high);
    }
  }
}

// @inline
function addTo(at: usize, weight: v128, low: v128, high: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.mul(weight, low)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(weight, high)), 16);
}

/** matrix = keep * matrix + weightX * x x^T + weightY * y y^T. */
export function rankTwo(matrix: usize, size: i32, x: usize, y: usize, keep: f64, weightX: f64, weightY: f64): void {
  const strideBytes = (<usize>size) << 3;
  const keeps = f64x2.splat(keep);
  for (let first: usize = 0; first < strideBytes; first += 16) {
    const row0 = matrix + (first >> 3) * strideBytes;
    const row1 = row0 + strideBytes;
    const x0 = f64x2.splat(weightX * load<f64>(x + first));
    const x1 = f64x2.splat(weightX * load<f64>(x + first, 8));
    const y0 = f64x2.splat(weightY * load<f64>(y + first));
    const y1 = f64x2.splat(weightY * load<f64>(y + first, 8));
    for (let at = first; at < strideBytes; at += 16) {
      const xs = v128.load(x + at);
      const ys = v128.load(y + at);
      const sum0 = f64x2.add(f64x2.mul(x0, xs), f64x2.mul(y0, ys));
      v128.store(row0 + at, f64x2.add(f64x2.mul(keeps, v128.load(row0 + at)), sum0));
      const sum1 = f64x2.add(f64x2.mul(x1, xs), f64x2.mul(y1, ys));
      v128.store(row1 + at, f64x2.add(f64x2.mul(keeps, v128.load(row1 + at)), sum1));
    }
  }
}

/** out (rows) = matrix (rows, size) x; four rows at once. */
export function rowsTimes(out: usize, matrix: usize, rows: i32, size: i32, x: usize): void {
  const strideBytes = (<usize>size) << 3;
  const end = out + ((<usize>rows) << 3);
  for (; out < end; out += 32, matrix += 4 * strideBytes) {
    // Where fewer than four rows are left, the last one stands for those that are missing, and their sums are not stored.
    const left = end - out;
    const row1 = matrix + (left > 8 ? strideBytes : 0);
    const row2 = row1 + (left > 16 ? strideBytes : 0);
    const row3 = row2 + (left > 24 ? strideBytes : 0);
    let sums0 = f64x2.splat(0);
    let sums1 = f64x2.splat(0);
    let sums2 = f64x2.splat(0);
    let sums3 = f64x2.splat(0);
    for (let at: usize = 0; at < strideBytes; at += 16) {
      const value = v128.load(x + at);
      sums0 = f64x2.add(sums0, f64x2.mul(v128.load(matrix + at), value));
      sums1 = f64x2.add(sums1, f64x2.mul(v128.load(row1 + at), value));
      sums2 = f64x2.add(sums2, f64x2.mul(v128.load(row2 + at), value));
      sums3 = f64x2.add(sums3, f64x2.mul(v128.load(row3 + at), value));
    }
    store<f64>(out, sumLanesF64(sums0));
    if (left > 8) store<f64>(out, sumLanesF64(sums1), 8);
    if (left > 16) store<f64>(out, sumLanesF64(sums2), 16);
    if (left > 24) store<f64>(out, sumLanesF64(sums3), 24);
  }
}

/** matrix (rows, size) = matrix + left right^T. */
export function addRows(matrix: usize, rows: i32, size: i32, left: usize, right: usize): void {
  const strideBytes = (<usize>size) << 3;
  for (let row = 0; row < rows; row++, left += 8) {
    const value = v128.load64_splat(left);
    for (let at: usize = 0; at < strideBytes; at += 32, matrix += 32) {
      addTo(matrix, value, v128.load(right + at), v128.load(right + at, 16));
    }
  }
}
