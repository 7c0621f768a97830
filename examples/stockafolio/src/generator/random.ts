import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const WORD = 2 ** 32;

/** A source of random numbers that depends on its seed only. */
export interface Random {
  /** A number from 0 to 1, both exclusive, of 32 bits. */
  fraction(): number;
  /** A whole number from 0 to n - 1; n is so far below 2^32 that the bias is not noticeable. */
  below(n: number): number;
  /** A number of the normal distribution with mean 0 and variance 1. */
  gauss(): number;
}

/**
 * @param seed a whole number from 0 to 2^53-1
 * @param purpose sources of one seed and different purposes are independent
 */
export function randomOf(seed: number, purpose: number): Random {
  const words = xoroshiro128plus(mix(mix(seed % WORD, Math.floor(seed / WORD)), purpose));
  // The state begins with mostly equal bits; some steps mix them.
  for (let i = 0; i < 32; i++) words.next();
  const fraction = (): number => ((words.next() >>> 0) + 0.5) / WORD;
  let spare: number | undefined;

  /** The polar method (Marsaglia and Bray, 1964): it makes two numbers at a time; one is kept for the next call. */
  const gauss = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = words.next() / 2 ** 31;
      const v = words.next() / 2 ** 31;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };

  return { fraction, below: (n) => Math.floor(fraction() * n), gauss };
}

/** Mixes two words into 32 bits: rounds and final steps of MurmurHash3 (Austin Appleby, 2011). */
export function mix(a: number, b: number): number {
  let h = scrambled(scrambled(0x9747b28c, a), b) ^ 8;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function scrambled(h: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const mixed = h ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** Fractions as in {@link Random}, but from a key: the same key gives the same ones again. */
export function fractionsOf(seed: number): (key: number) => () => number {
  const salt = mix(seed % WORD, Math.floor(seed / WORD));
  let word = 0;
  let turn = 0;
  const fraction = (): number => (mix(word, turn++) + 0.5) / WORD;
  return (key) => {
    word = mix(salt, key);
    turn = 0;
    return fraction;
  };
}
