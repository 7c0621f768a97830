import { SHARE } from '../quantity.js';
import type { Random } from './random.js';

/** Most trades are round lots, many are multiples of ten, the rest any number. */
const lots = [100, 100, 100, 100, 100, 100, 100, 100, 200, 200, 200, 200, 300, 300, 400, 500];
const tens = [10, 10, 10, 20, 20, 30, 40, 50, 50, 60, 70, 80, 90, 150, 250, 350];

/** A quantity from 1 to 500 whole shares, in units of 1e-8. */
export function quantityOf(random: Random): number {
  return SHARE * sharesOf(random);
}

function sharesOf(random: Random): number {
  const kind = random.fraction();
  if (kind < 0.6) return lots[random.below(lots.length)] ?? 100;
  if (kind < 0.85) return tens[random.below(tens.length)] ?? 10;
  return 1 + random.below(500);
}

/** A quantity of up to 20 shares in units of 1e-8: some of thousandths, most with all decimals, a few very small. */
export function fractionalQuantityOf(random: Random): number {
  const kind = random.fraction();
  if (kind < 0.3) return (1 + random.below(20_000)) * (SHARE / 1000);
  return 1 + random.below(kind < 0.9 ? 20 * SHARE : 1000);
}
