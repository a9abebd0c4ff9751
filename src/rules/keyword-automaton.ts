/**
 * Aho-Corasick over UTF-16 code units with ASCII case folded: all keywords in one pass, one table look-up for each
 * character (Aho and Corasick, "Efficient string matching", 1975). Code units that occur in no keyword share one column.
 */
export class KeywordAutomaton {
  /** Column of each code unit, case folded; 0 for a unit that occurs in no keyword. Length 65536. */
  readonly columnOf: Uint8Array;
  /** Number of columns. */
  readonly columns: number;
  /** Next state times `columns`, at `state * columns + column`: states are kept premultiplied. */
  readonly next: Int32Array;
  /** First output of a state (by state number), ended by -1 in `outputs`; 0 when it has none. */
  readonly firstOutput: Int32Array;
  /** Keyword numbers, in lists that end in -1; position 0 is unused. */
  readonly outputs: Int32Array;

  /** Throws a TypeError for an empty keyword or one that is not in lower case. */
  constructor(keywords: readonly string[]) {
    this.columnOf = new Uint8Array(65536);
    let columns = 1;
    for (const keyword of keywords) {
      if (keyword === "" || keyword !== keyword.toLowerCase())
        throw new TypeError(`Cannot build the automaton: expected a lower-case keyword, got "${keyword}"`);
      for (let index = 0; index < keyword.length; index++) {
        const unit = keyword.charCodeAt(index);
        if (this.columnOf[unit] !== 0) continue;
        if (columns === 256) throw new RangeError("Cannot build the automaton: more than 255 different characters");
        this.columnOf[unit] = columns++;
        const upper = String.fromCharCode(unit).toUpperCase();
        if (upper.length === 1) this.columnOf[upper.charCodeAt(0)] = this.columnOf[unit]!;
      }
    }
    this.columns = columns;

    const children: Map<number, number>[] = [new Map()];
    const ends: number[][] = [[]];
    keywords.forEach((keyword, number) => {
      let state = 0;
      for (let index = 0; index < keyword.length; index++) {
        const column = this.columnOf[keyword.charCodeAt(index)]!;
        let child = children[state]!.get(column);
        if (child === undefined) {
          child = children.length;
          children[state]!.set(column, child);
          children.push(new Map());
          ends.push([]);
        }
        state = child;
      }
      ends[state]!.push(number);
    });

    // Breadth first: a state's failure link points to a shallower state whose row is already complete.
    this.next = new Int32Array(children.length * columns);
    const failure = new Int32Array(children.length);
    const queue: number[] = [0];
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head]!;
      const row = state * columns;
      const fallback = failure[state]! * columns;
      if (state !== 0) {
        for (let column = 1; column < columns; column++) this.next[row + column] = this.next[fallback + column]!;
        ends[state]!.push(...ends[failure[state]!]!);
      }
      for (const [column, child] of children[state]!) {
        failure[child] = state === 0 ? 0 : this.next[fallback + column]! / columns;
        this.next[row + column] = child * columns;
        queue.push(child);
      }
    }

    this.firstOutput = new Int32Array(children.length);
    const outputs = [-1];
    ends.forEach((numbers, state) => {
      if (numbers.length === 0) return;
      this.firstOutput[state] = outputs.length;
      outputs.push(...numbers, -1);
    });
    this.outputs = Int32Array.from(outputs);
  }
}
