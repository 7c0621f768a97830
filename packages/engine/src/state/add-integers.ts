/** Which half of a 64-bit integer comes first in memory. */
const [LOW, HIGH] = new Int32Array(new BigInt64Array([1n]).buffer)[0] === 1 ? [0, 1] : [1, 0];
const TWO_32 = 2 ** 32;

/**
 * Adds a whole number to a 128-bit integer in four cells from `at` on, the lower half first; returns whether the sum
 * fits. It does not fit if the upper half is the smallest value, which marks an absent value.
 */
export function addInt128(cells: Int32Array, at: number, amount: number): boolean {
  if (!Number.isSafeInteger(amount)) return false;
  const upper = Math.floor(amount / TWO_32);
  const low = ((cells[at + LOW] as number) >>> 0) + (amount - upper * TWO_32);
  const second = (cells[at + HIGH] as number) + upper + (low >= TWO_32 ? 1 : 0);
  // Nearly all sums fit into the lower half, before and after: the upper half is then their sign.
  const sign = (cells[at + HIGH] as number) >> 31;
  if ((second | 0) === second && cells[at + 2] === sign && cells[at + 3] === sign) {
    cells[at + LOW] = low;
    cells[at + HIGH] = second;
    if (second >> 31 !== sign) cells[at + 2] = cells[at + 3] = second >> 31;
    return true;
  }
  return addWide(cells, at, amount, low);
}

/** The same if the sum does not fit into the lower half, before or after; `low` is the sum of the lowest words. */
function addWide(cells: Int32Array, at: number, amount: number, low: number): boolean {
  const sign = amount < 0 ? -1 : 0;
  const upper = Math.floor(amount / TWO_32) >>> 0;
  const second = ((cells[at + HIGH] as number) >>> 0) + upper + (low >= TWO_32 ? 1 : 0);
  const third = ((cells[at + 2 + LOW] as number) >>> 0) + (sign >>> 0) + (second >= TWO_32 ? 1 : 0);
  const high = (cells[at + 2 + HIGH] as number) + sign + (third >= TWO_32 ? 1 : 0);
  if ((high | 0) !== high || (high === -0x80000000 && third % TWO_32 === 0)) return false;
  cells[at + LOW] = low;
  cells[at + HIGH] = second;
  cells[at + 2 + LOW] = third;
  cells[at + 2 + HIGH] = high;
  return true;
}

/**
 * Adds a whole number to a 64-bit integer in two cells from `at` on; returns whether the sum fits. The smallest 64-bit
 * integer does not: it marks an absent value.
 */
export function addInt64(cells: Int32Array, at: number, amount: number): boolean {
  if (!Number.isSafeInteger(amount)) return false;
  const upper = Math.floor(amount / TWO_32);
  const low = ((cells[at + LOW] as number) >>> 0) + (amount - upper * TWO_32);
  const high = (cells[at + HIGH] as number) + upper + (low >= TWO_32 ? 1 : 0);
  if ((high | 0) !== high || (high === -0x80000000 && low % TWO_32 === 0)) return false;
  cells[at + LOW] = low;
  cells[at + HIGH] = high;
  return true;
}
