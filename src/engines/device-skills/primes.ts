/** Trial division up to its root takes half a million steps: a few milliseconds. */
export const LARGEST_FACTORED = 1e12;

/** The prime factors of a whole number from 2 to 10^12, ascending, repeated as often as they divide it. O(√n). */
export function primeFactors(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let divisor = 2; divisor * divisor <= rest; divisor += divisor === 2 ? 1 : 2) {
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}

/** Whether a whole number up to 10^12 is prime. O(√n). */
export function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) if (n % divisor === 0) return false;
  return true;
}

/** The smallest prime above n. */
export function nextPrime(n: number): number {
  let candidate = Math.floor(n) + 1;
  while (!isPrime(candidate)) candidate++;
  return candidate;
}

/** All divisors of a whole number from 1 to 10^12, ascending. O(√n). */
export function divisorsOf(n: number): number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let divisor = 1; divisor * divisor <= n; divisor++) {
    if (n % divisor !== 0) continue;
    low.push(divisor);
    if (divisor * divisor !== n) high.push(n / divisor);
  }
  return [...low, ...high.reverse()];
}
