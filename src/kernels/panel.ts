/** Rows that a panel holds at most: 32 rows of 1000 values are 256 KB, which a second-level cache keeps. */
export const BLOCK_ROWS = 32;

/** The next multiple of 4, the width of a panel's groups. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Where a panel (groups, rows, 4) holds a value. */
export function panelIndex(rows: number, row: number, column: number): number {
  return (column >> 2) * 4 * rows + 4 * row + (column & 3);
}

/** Writes one row of a panel (groups, rows, 4). Returns 0, or NaN when a value is not finite. */
export function packRow(
  panel: Float64Array,
  rows: number,
  row: number,
  values: ArrayLike<number>,
  length: number,
): number {
  let check = 0;
  for (let column = 0; column < length; column++) {
    const value = values[column]!;
    panel[panelIndex(rows, row, column)] = value;
    check += value * 0;
  }
  return check;
}
