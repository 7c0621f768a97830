import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of random numbers that depends on its seed only. */
export interface Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  fraction(): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
}

export function randomOf(seed: number): Random {
  const words = xoroshiro128plus(seed);
  // The state of a small seed begins with mostly equal bits; some steps mix them.
  for (let i = 0; i < 32; i++) words.next();
  const fraction = (): number => (words.next() >>> 0) / 2 ** 32;
  return { fraction, below: (n) => Math.floor(fraction() * n) };
}
