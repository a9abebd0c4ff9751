/** Chance as a port: `next()` is uniform in [0, 1). */
export interface Random {
  next(): number;
}

/** The runtime's own unseeded generator. */
export const systemRandom: Random = { next: () => Math.random() };

/** Mulberry32: 32 bits of state, the same sequence from a seed on every machine and runtime. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
  };
}

const ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** An id that sorts by time: 9 characters of milliseconds and 9 of chance (45 bits), Crockford base 32. */
export function newId(nowMs: number, random: Random): string {
  let id = "";
  let rest = Math.max(0, Math.floor(nowMs));
  for (let place = 0; place < 9; place++) {
    id = ID_ALPHABET[rest % 32] + id;
    rest = Math.floor(rest / 32);
  }
  for (let place = 0; place < 9; place++) id += ID_ALPHABET[Math.floor(random.next() * 32)];
  return id;
}
