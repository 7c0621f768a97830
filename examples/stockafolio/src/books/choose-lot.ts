import { StockafolioError } from '@stockafolio/core';
import { compareRatios } from './exact.js';
import type { Lot, LotRows } from './lot.js';

/**
 * Which lots a closing trade closes first.
 *
 * - `fifo`: the oldest. US law's default (26 CFR 1.1012-1(c)).
 * - `lifo`: the newest.
 * - `hifo`: the one with the most money for each share, paid or, if short, received; of equal ones the oldest.
 * - `average`: the oldest, but at the average basis of all shares (26 CFR 1.1012-1(e)).
 * - `specific`: the one that the trade names.
 */
export type LotMethod = 'fifo' | 'lifo' | 'hifo' | 'average' | 'specific';

/** The lot of which shares leave next. There is at least one. */
export function nextLot(lots: LotRows, method: LotMethod, id: string | undefined): readonly [number, Lot] {
  const entry =
    method === 'specific'
      ? namedLot(lots, id)
      : method === 'lifo'
        ? lots.last()
        : method === 'hifo'
          ? dearest(lots)
          : lots.first();
  if (entry === undefined) throw new StockafolioError('ERR_INTERNAL', 'a position has shares, but no lot');
  return entry;
}

function dearest(lots: LotRows): readonly [number, Lot] | undefined {
  let best: readonly [number, Lot] | undefined;
  for (const entry of lots) {
    if (best === undefined) best = entry;
    else if (isDearer(entry[1], best[1])) best = entry;
  }
  return best;
}

function isDearer(lot: Lot, best: Lot): boolean {
  return compareRatios(Math.abs(lot.basis), Math.abs(lot.quantity), Math.abs(best.basis), Math.abs(best.quantity)) > 0;
}

function namedLot(lots: LotRows, id: string | undefined): readonly [number, Lot] | undefined {
  for (const entry of lots) if (entry[1].id === id) return entry;
  return undefined;
}

/**
 * Checks that a trade names a lot that has the shares which it closes.
 *
 * @throws ERR_BAD_RECORD with the lots that could be named
 */
export function checkNamedLot(lots: LotRows, id: string | undefined, quantity: number): void {
  const lot = namedLot(lots, id)?.[1];
  if (lot !== undefined && Math.abs(lot.quantity) >= quantity) return;
  const open = Array.from(lots, ([, each]) => each.id);
  const shown = open.length > 10 ? [...open.slice(0, 10), `${open.length - 10} more`] : open;
  const problem =
    id === undefined
      ? 'the trade names no lot, and the account chooses lots itself'
      : lot === undefined
        ? `no open lot has the id '${id}'`
        : `lot '${id}' has fewer shares than the trade closes`;
  throw new StockafolioError('ERR_BAD_RECORD', problem, {
    hint: `name one of the open lots with enough shares, or split the trade by lot. Open are: ${shown.join(', ')}`,
  });
}
