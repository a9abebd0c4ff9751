/** One turn that holds a term. */
export interface Posting {
  readonly seq: number;
  /** How often the term occurs in it. */
  readonly frequency: number;
  /** How many terms it has in all. */
  readonly length: number;
}

/** The turns of one project that hold each of some terms, and the size of the whole. */
export interface PostingLists {
  readonly documents: number;
  /** Terms of all turns together. */
  readonly totalLength: number;
  readonly byTerm: ReadonlyMap<string, readonly Posting[]>;
}

const K1 = 1.2;
const B = 0.75;

/**
 * Ranks turns by Okapi BM25 (Robertson and Zaragoza 2009, equation 3.15; k1 1.2, b 0.75), with 1 added inside the idf's
 * logarithm so that a term in most turns counts little rather than against. Equal scores: the newer turn first.
 */
export function rankPostings(lists: PostingLists, limit: number): { readonly seq: number; readonly score: number }[] {
  const { documents, totalLength, byTerm } = lists;
  const averageLength = documents === 0 ? 0 : totalLength / documents;
  const scores = new Map<number, number>();
  // In the order of the terms, so that sums round alike whatever order a store returns.
  for (const term of [...byTerm.keys()].sort()) {
    const postings = byTerm.get(term)!;
    const idf = Math.log(1 + (documents - postings.length + 0.5) / (postings.length + 0.5));
    for (const { seq, frequency, length } of postings) {
      const norm = averageLength === 0 ? 1 : 1 - B + (B * length) / averageLength;
      const score = (idf * frequency * (K1 + 1)) / (frequency + K1 * norm);
      scores.set(seq, (scores.get(seq) ?? 0) + score);
    }
  }
  return [...scores]
    .map(([seq, score]) => ({ seq, score }))
    .sort((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, limit);
}

/**
 * The terms worth reading, rarest first: as many as have `maxPostings` turns together, and the rarest in any case. What is
 * left out of a long history is the commonest words of the question, which say least.
 */
export function rarestTerms(documentFrequencies: ReadonlyMap<string, number>, maxPostings: number): string[] {
  const byRarity = [...documentFrequencies].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  const chosen: string[] = [];
  let postings = 0;
  for (const [term, count] of byRarity) {
    postings += count;
    if (postings > maxPostings && chosen.length > 0) break;
    chosen.push(term);
  }
  return chosen;
}
