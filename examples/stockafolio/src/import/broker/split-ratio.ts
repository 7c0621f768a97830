import { reduced, type Ratio } from '../../books/reshape.js';

/** A ratio as rare as this is one of a rounded quantity. */
const MOST_DENOMINATOR = 1_000;

/**
 * The ratio of a split that made `after` of `before` shares, both in the same units: exact where it is a plain one, else the
 * simplest that gives `after` within `tolerance`.
 *
 * @returns undefined if there were no shares, or are none left
 */
export function ratioOf(before: number, after: number, tolerance = 0): Ratio | undefined {
  if (before <= 0 || after <= 0) return undefined;
  const exact = reduced(after, before);
  if (exact.denominator <= MOST_DENOMINATOR || tolerance === 0) return exact;
  const [lowest, highest, whole] = [BigInt(after - tolerance), BigInt(after + tolerance), BigInt(before)];
  if (lowest <= 0n) return exact;
  const [numerator, denominator] = simplestWithin([lowest, whole], [highest, whole]);
  return { numerator: Number(numerator), denominator: Number(denominator) };
}

type Fraction = readonly [bigint, bigint];

/** The fraction with the smallest denominator from `low` to `high`, both positive. */
function simplestWithin(low: Fraction, high: Fraction): Fraction {
  const floor = low[0] / low[1];
  if (floor * low[1] === low[0]) return [floor, 1n];
  if (floor < high[0] / high[1]) return [floor + 1n, 1n];
  const [numerator, denominator] = simplestWithin(
    [high[1], high[0] - floor * high[1]],
    [low[1], low[0] - floor * low[1]],
  );
  return [floor * numerator + denominator, numerator];
}
