import { daysOfDate } from '@stockafolio/core';
import { tradingDay } from '../calendar/trading-day.js';
import type { LotMethod } from './choose-lot.js';
import { shareOf } from './exact.js';
import { emptyPosition, type Lot, type Position } from './lot.js';
import { applyToLots, openLots, type Fill, type Parcel } from './lots.js';
import { positionOf, replaceLots } from './reshape.js';
import { daysHeld } from './term.js';

/** A parcel with the part of its loss that is not allowed. What counts for the tax is gain + disallowed. */
export interface WashedParcel extends Parcel {
  readonly disallowed: number;
}

/** The gains and lots of one symbol, with wash sales. */
export interface WashSales {
  readonly parcels: readonly WashedParcel[];
  readonly position: Position;
}

/** Days before and after a sale in which a purchase replaces what was sold at a loss. */
const WINDOW = 30;

/** A loss, and the part of it that no purchase has met. */
interface Loss {
  readonly parcel: Parcel;
  readonly index: number;
  readonly day: number;
  shares: number;
  money: number;
}

/**
 * Applies the trades of one symbol in their order, with wash sales within the account (IRC 1091).
 *
 * - A loss of long shares is not allowed for as many as were bought within 30 days before or after the sale, by the
 *   calendar dates in New York: 61 days in all.
 * - The purchases meet losses in the order of both: the earliest sale first, then the earliest purchase
 *   (26 CFR 1.1091-1(b) and (c)). A share replaces one share only.
 * - Shares bought before the sale replace if they are still held after it. Those of the same purchase as the sold ones do
 *   not (Rev. Rul. 56-602).
 * - The loss goes to the basis of the replacing shares, and the days that the sold ones were held to their holding
 *   period (IRC 1091(d), 1223(3)). They become a lot of their own, before the rest of theirs, unless it is all of it.
 *
 * So the basis of the lots minus the gains that count is what was paid, to the unit. Losses of short sales (IRC 1091(e))
 * and the average basis are not covered.
 *
 * @throws what `applyToLots` throws
 */
export function washSales(fills: readonly Fill[], method: Exclude<LotMethod, 'average'>): WashSales {
  const parcels: Parcel[] = [];
  const disallowed: number[] = [];
  const purchases = new Map<string, string>();
  const washed = new Set<string>();
  const pending: Loss[] = [];
  const position = emptyPosition();

  /** Lets the lots, oldest first, replace the shares of a loss. */
  function replace(loss: Loss, isCandidate: (lot: Lot) => boolean): void {
    const lots: Lot[] = [];
    for (const lot of openLots(position, method)) {
      const free = loss.shares > 0 && lot.quantity > 0 && !washed.has(lot.id) && isCandidate(lot);
      if (!free || Math.abs(dayOf(lot.opened) - loss.day) > WINDOW) {
        lots.push(lot);
        continue;
      }
      const shares = Math.min(loss.shares, lot.quantity);
      const money = shareOf(loss.money, shares, loss.shares);
      loss.shares -= shares;
      loss.money -= money;
      disallowed[loss.index] = (disallowed[loss.index] ?? 0) + money;
      const [replacing, rest] = divided(lot, shares, `${purchases.get(lot.id) ?? lot.id}~${washed.size + 1}`);
      purchases.set(replacing.id, purchases.get(lot.id) ?? lot.id);
      washed.add(replacing.id);
      const { opened, tacked, closed } = loss.parcel;
      lots.push({
        ...replacing,
        basis: replacing.basis + money,
        tacked: replacing.tacked + daysHeld(opened, tacked, closed),
      });
      if (rest !== undefined) lots.push(rest);
    }
    replaceLots(position, positionOf(lots, method));
  }

  for (const fill of fills) {
    const first = parcels.length;
    applyToLots(position, fill, method, (parcel) => parcels.push(parcel));
    const day = dayOf(fill.time);
    const bought = position.lots.last()?.[1].id === fill.id && fill.side === 'buy';
    if (bought) {
      for (const loss of pending) replace(loss, ({ id }) => id === fill.id);
    }
    parcels.slice(first).forEach((parcel, offset) => {
      if (parcel.quantity < 0 || parcel.gain >= 0) return;
      const loss = { parcel, index: first + offset, day, shares: parcel.quantity, money: 0 - parcel.gain };
      const sold = purchases.get(parcel.lot) ?? parcel.lot;
      replace(loss, ({ id }) => (purchases.get(id) ?? id) !== sold);
      pending.push(loss);
    });
    while (pending[0] !== undefined && (pending[0].shares === 0 || day - pending[0].day > WINDOW)) pending.shift();
  }
  return { parcels: parcels.map((parcel, index) => ({ ...parcel, disallowed: disallowed[index] ?? 0 })), position };
}

/** The first shares of a lot, and the rest as the lot that it was. */
function divided(lot: Lot, shares: number, id: string): readonly [Lot, Lot | undefined] {
  if (shares === lot.quantity) return [lot, undefined];
  const basis = shareOf(lot.basis, shares, lot.quantity);
  return [
    { ...lot, id, quantity: shares, basis },
    { ...lot, quantity: lot.quantity - shares, basis: lot.basis - basis },
  ];
}

const dayOf = (time: number): number => daysOfDate(tradingDay(time));
