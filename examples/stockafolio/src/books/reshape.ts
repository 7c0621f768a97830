import { StockafolioError } from '@stockafolio/core';
import type { LotMethod } from './choose-lot.js';
import { commonFactor, safe } from './exact.js';
import { LotList, type Lot, type Position } from './lot.js';

/** So many for so many: 4 for 1 is a split of four, 1 for 10 a reverse split. Both are whole numbers >= 1. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** The ratio of two whole numbers above 0 in lowest terms: 15 for 10 is 3 for 2. */
export function reduced(numerator: number, denominator: number): Ratio {
  const factor = commonFactor(numerator, denominator);
  return { numerator: numerator / factor, denominator: denominator / factor };
}

/** Lots by a ratio, and whether the last of them lost a fraction of 1e-8 shares. */
export interface Scaled {
  readonly lots: readonly Lot[];
  readonly exact: boolean;
}

/**
 * The lots with their quantities multiplied by a ratio, and the same bases. What the first n lots have together is
 * multiplied and rounded down to 1e-8 shares, for each n. So the total is exact if it can be, and no lot is off by more
 * than that unit. A lot that comes to nothing leaves its basis to its neighbour.
 */
export function scaleLots(lots: readonly Lot[], ratio: Ratio): Scaled {
  checkRatio(ratio);
  const sign = (lots[0]?.quantity ?? 0) < 0 ? -1 : 1;
  const scaled: Lot[] = [];
  let [before, after, homeless, exact] = [0, 0, 0, true];
  for (const lot of lots) {
    before = safe(before + Math.abs(lot.quantity));
    const [total, whole] = times(before, ratio);
    exact = whole;
    const quantity = total - after;
    after = total;
    if (quantity === 0) {
      homeless += lot.basis;
      continue;
    }
    scaled.push({ ...lot, quantity: sign * quantity, basis: lot.basis + homeless });
    homeless = 0;
  }
  const last = scaled.at(-1);
  if (last === undefined && lots.length > 0) {
    throw new StockafolioError('ERR_BAD_RECORD', 'the ratio leaves less than 1e-8 shares', {
      hint: 'enter the cash that was paid for them as the value of a trade that closes the position',
    });
  }
  if (last !== undefined && homeless !== 0) scaled.splice(-1, 1, { ...last, basis: last.basis + homeless });
  return { lots: scaled, exact };
}

/** A quantity without a sign by a ratio, rounded down, and whether that is exact. @throws ERR_OVERFLOW */
export function times(quantity: number, { numerator, denominator }: Ratio): readonly [number, boolean] {
  const product = quantity * numerator;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % denominator;
    return [(product - rest) / denominator, rest === 0];
  }
  const [exact, divisor] = [BigInt(quantity) * BigInt(numerator), BigInt(denominator)];
  return [safe(Number(exact / divisor)), exact % divisor === 0n];
}

function checkRatio({ numerator, denominator }: Ratio): void {
  if (Number.isSafeInteger(numerator) && numerator >= 1 && Number.isSafeInteger(denominator) && denominator >= 1)
    return;
  throw new StockafolioError('ERR_BAD_RECORD', `${numerator} for ${denominator} is no ratio of shares`, {
    hint: 'give two whole numbers of 1 or more: 3 for 2, not 1.5 for 1',
  });
}

/** A position of these lots, oldest first. With the average method they become a pool. */
export function positionOf(lots: readonly Lot[], method: LotMethod): Position {
  const position: Position = { quantity: 0, basis: 0, lots: new LotList() };
  for (const lot of lots) {
    position.quantity = safe(position.quantity + lot.quantity);
    position.basis = safe(position.basis + lot.basis);
    position.lots.set(position.lots.size, method === 'average' ? { ...lot, basis: 0 } : lot);
  }
  return position;
}

/** Gives a position what another one has. */
export function replaceLots(position: Position, by: Position): void {
  const entries = [...by.lots];
  position.lots.clear();
  for (const [rank, lot] of entries) position.lots.set(rank, lot);
  position.quantity = by.quantity;
  position.basis = by.basis;
}

/**
 * Lots and others that come to them, oldest first; of equal times those that were there before.
 *
 * @throws ERR_BAD_RECORD if one side is long and the other short
 */
export function mergeLots(held: readonly Lot[], received: readonly Lot[]): readonly Lot[] {
  const all = [...held, ...received];
  const sign = Math.sign(all[0]?.quantity ?? 0);
  if (all.some((lot) => Math.sign(lot.quantity) !== sign)) {
    throw new StockafolioError('ERR_BAD_RECORD', 'shares would come to a position of the other direction', {
      hint: 'enter the trade that closes the position before: a corporate action or a transfer closes none',
    });
  }
  return all.sort((a, b) => a.opened - b.opened);
}
