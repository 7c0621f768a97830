import type { Random } from './random.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const SHORTEST = 3;

function letter(random: Random): string {
  return LETTERS.charAt(random.below(LETTERS.length));
}

/** A text of 3 to `most` - 1 letters, of which each 13th on average is `special`, without spaces at its ends. */
export function textBelow(random: Random, most: number, special = ' '): string {
  const length = SHORTEST + random.below(most - SHORTEST);
  return textOf(length, () => (random.below(13) === 0 ? special : letter(random))).trim();
}

/** Letters, so that an event that has `size` bytes already has `mean` on average, at most a fifth of the rest away. */
export function extraFor(random: Random, size: number, mean: number): string {
  if (size > mean) return '';
  const rest = mean - size;
  const spread = Math.round(rest * 0.2);
  const length = rest - spread + (spread === 0 ? 0 : random.below(2 * spread));
  return textOf(length, () => letter(random));
}

/** One text of so many characters: made by adding them, it would hold an object for each of them in memory. */
function textOf(length: number, next: () => string): string {
  return Array.from({ length }, next).join('');
}

/** From 100 to 100 million cents; each power of ten is as likely. */
export function price(random: Random): number {
  return Math.round(10 ** (random.fraction() * 6) * 100);
}
