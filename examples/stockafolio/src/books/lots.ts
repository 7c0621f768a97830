import { StockafolioError } from '@stockafolio/core';
import type { Side } from '../trade.js';
import { checkNamedLot, nextLot, type LotMethod } from './choose-lot.js';
import { safe, shareOf } from './exact.js';
import type { Lot, Position } from './lot.js';
import { termOf, type Term } from './term.js';

/** What the lots see of a trade. `quantity` >= 1 is in 1e-8 shares, `value` >= 0 in 1e-4 of the currency, with costs. */
export interface Fill {
  readonly id: string;
  readonly time: number;
  readonly side: Side;
  readonly quantity: number;
  readonly value: number;
  /** The lot that it closes, if the account or the trade chooses. */
  readonly lot?: string | undefined;
}

/**
 * Shares of one lot that a trade closed. Of a short lot `quantity` is negative, `proceeds` are what was received when
 * it was opened, and `basis` is what was paid to close it. `gain` is proceeds - basis.
 */
export interface Parcel {
  readonly lot: string;
  readonly opened: number;
  readonly closed: number;
  /** Days of a holding period that was taken over. */
  readonly tacked: number;
  readonly quantity: number;
  readonly proceeds: number;
  readonly basis: number;
  readonly gain: number;
  readonly term: Term;
}

/**
 * Applies a trade to the lots of its position. It opens a lot, or closes lots by `method`. A trade that crosses zero
 * closes all of them, and opens the rest.
 *
 * - A lot that is closed in part keeps its basis x left / held; what leaves is basis x closed / held, rounded half to
 *   even. So the basis of the lots minus all gains is what was paid, to the unit.
 * - The value of the trade is shared among what it closes and opens by quantity, in the same way.
 * - A trade that names a lot closes that one, except with `average`, where lots have no basis of their own.
 * - A closed short position is short-term: the shares that close it were bought to close it (IRC 1233(b)).
 *
 * @param realize gets each parcel, in the order in which lots are closed
 * @throws ERR_OVERFLOW if a figure would pass 2^53, ERR_BAD_RECORD if the trade is not possible or its lot is not open;
 *   the position is then unchanged
 * @example
 * const position = emptyPosition();
 * const gains: Parcel[] = [];
 * const shares = 1e8;
 * const trade = (id: string, time: number, side: Side, quantity: number, value: number): void =>
 *   applyToLots(position, { id, time, side, quantity, value }, 'fifo', (parcel) => gains.push(parcel));
 * trade('a', Date.UTC(2026, 0, 5, 15), 'buy', 10 * shares, 1000_0000);
 * trade('b', Date.UTC(2026, 0, 6, 15), 'sell', 4 * shares, 500_0000);
 * gains[0]?.gain; // 100_0000: 500.00 - 400.00
 */
export function applyToLots(
  position: Position,
  fill: Fill,
  method: LotMethod,
  realize: (parcel: Parcel) => void,
): void {
  checkFill(fill);
  const sign = fill.side === 'buy' ? 1 : -1;
  const held = position.quantity * -sign;
  if (held <= 0) {
    if (fill.lot !== undefined) nothingToClose(fill.lot);
    open(position, fill, sign, fill.quantity, fill.value, method);
    return;
  }
  const by = methodOf(fill, method);
  const closed = Math.min(held, fill.quantity);
  if (by === 'specific') checkNamedLot(position.lots, fill.lot, fill.quantity);
  const value = shareOf(fill.value, closed, fill.quantity);
  close(position, fill, by, closed, value, realize);
  const rest = fill.quantity - closed;
  if (rest > 0) open(position, fill, sign, rest, fill.value - value, method);
}

/** The method of one trade: a lot that it names goes before the method of the account. */
function methodOf({ lot }: Fill, method: LotMethod): LotMethod {
  if (lot === undefined) return method;
  if (method !== 'average') return 'specific';
  throw new StockafolioError('ERR_BAD_RECORD', `the trade names lot '${lot}', but the account has the average basis`, {
    hint: 'leave the lot out, or choose another method for the account',
  });
}

function nothingToClose(lot: string): never {
  throw new StockafolioError('ERR_BAD_RECORD', `the trade names lot '${lot}' to close, but opens shares`, {
    hint: 'leave the lot out, or correct the side of the trade',
  });
}

function checkFill({ id, quantity, value }: Fill): void {
  safe(quantity);
  safe(value);
  if (quantity >= 1 && value >= 0) return;
  throw new StockafolioError('ERR_BAD_RECORD', `trade '${id}' has no quantity, or a value below 0`, {
    hint: 'give the quantity without a sign, and costs that are more than the proceeds as a fee',
  });
}

function open(position: Position, fill: Fill, sign: number, quantity: number, value: number, method: LotMethod): void {
  const total = safe(position.quantity + sign * quantity);
  const basis = safe(position.basis + sign * value);
  const own = method === 'average' ? 0 : sign * value + 0;
  const { lots } = position;
  const last = lots.lastKey();
  lots.set(last === undefined ? 0 : last + 1, {
    id: fill.id,
    opened: fill.time,
    tacked: 0,
    quantity: sign * quantity,
    basis: own,
  });
  position.quantity = total;
  position.basis = basis;
}

/** Closes shares for a value; `quantity` is positive and at most what is held. */
function close(
  position: Position,
  fill: Fill,
  method: LotMethod,
  quantity: number,
  value: number,
  realize: (parcel: Parcel) => void,
): void {
  const sign = position.quantity > 0 ? 1 : -1;
  let pool = method === 'average' ? shareOf(Math.abs(position.basis), quantity, Math.abs(position.quantity)) : 0;
  let received = value;
  let left = quantity;
  while (left > 0) {
    const [rank, lot] = nextLot(position.lots, method, fill.lot);
    const held = Math.abs(lot.quantity);
    const taken = Math.min(left, held);
    const exchanged = shareOf(received, taken, left);
    const carried = method === 'average' ? shareOf(pool, taken, left) : shareOf(Math.abs(lot.basis), taken, held);
    if (taken === held) position.lots.delete(rank);
    else position.lots.set(rank, remaining(lot, sign * taken, method === 'average' ? 0 : sign * carried));
    position.quantity -= sign * taken;
    position.basis = position.basis - sign * carried + 0;
    pool -= carried;
    received -= exchanged;
    left -= taken;
    realize(parcelOf(lot, fill.time, sign * taken, exchanged, carried));
  }
}

/** The lot without shares that left, and without their basis. */
export function remaining(lot: Lot, quantity: number, basis: number): Lot {
  return {
    id: lot.id,
    opened: lot.opened,
    tacked: lot.tacked,
    quantity: lot.quantity - quantity,
    basis: lot.basis - basis + 0,
  };
}

/**
 * @param exchanged the money that closed it
 * @param carried the money of its opening
 */
function parcelOf(lot: Lot, closed: number, quantity: number, exchanged: number, carried: number): Parcel {
  const short = quantity < 0;
  const proceeds = short ? carried : exchanged;
  const basis = short ? exchanged : carried;
  return {
    lot: lot.id,
    opened: lot.opened,
    closed,
    tacked: lot.tacked,
    quantity,
    proceeds,
    basis,
    gain: proceeds - basis,
    term: short ? 'short' : termOf(lot.opened, lot.tacked, closed),
  };
}

/**
 * The open lots, oldest first. Those of a pool, see {@link Position}, share its basis by quantity; their sum is the
 * basis of the position, to the unit.
 */
export function openLots({ quantity, basis, lots }: Position, method: LotMethod): readonly Lot[] {
  const all = Array.from(lots, ([, lot]) => lot);
  if (method !== 'average') return all;
  let [shares, money] = [quantity, basis];
  return all.map((lot) => {
    const own = shareOf(money, lot.quantity, shares);
    shares -= lot.quantity;
    money -= own;
    return { ...lot, basis: own };
  });
}
