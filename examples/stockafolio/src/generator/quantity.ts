import type { Random } from './random.js';

/** Most trades are round lots, many are multiples of ten, the rest any number. */
const lots = [100, 100, 100, 100, 100, 100, 100, 100, 200, 200, 200, 200, 300, 300, 400, 500];
const tens = [10, 10, 10, 20, 20, 30, 40, 50, 50, 60, 70, 80, 90, 150, 250, 350];

/** A quantity from 1 to 500 shares. */
export function quantityOf(random: Random): number {
  const kind = random.fraction();
  if (kind < 0.6) return lots[random.below(lots.length)] ?? 100;
  if (kind < 0.85) return tens[random.below(tens.length)] ?? 10;
  return 1 + random.below(500);
}
