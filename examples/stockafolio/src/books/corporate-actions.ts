import { StockafolioError } from '@stockafolio/core';
import type { LotMethod } from './choose-lot.js';
import { SHARE, shareOf } from './exact.js';
import type { Lot, Position } from './lot.js';
import { applyToLots, openLots, type Parcel } from './lots.js';
import { mergeLots, positionOf, replaceLots, scaleLots, type Ratio, type Scaled } from './reshape.js';
import { termOf } from './term.js';

/** The event that changes lots: its id and time, the method of the account, and what gets the gains. */
export interface Action {
  readonly id: string;
  readonly time: number;
  readonly method: LotMethod;
  readonly realize: (parcel: Parcel) => void;
}

/** Shares by a ratio. If there is `cash` (1e-4 of the currency), it is for what is beyond the shares that are `kept`. */
export interface Shares extends Ratio {
  readonly cash?: number | undefined;
  /** In 1e-8 shares, without a sign; with `cash` it defaults to whole shares. */
  readonly kept?: number | undefined;
}

/**
 * Applies a split, or a reverse split: quantities by the ratio, the same bases and dates (IRC 307, 1223(4)).
 *
 * Cash in lieu of a fraction counts as if the fraction was received, and then sold (Rev. Rul. 66-365). It leaves by the
 * method of the account, or FIFO if lots are named.
 *
 * @throws ERR_BAD_RECORD if there is a fraction of 1e-8 shares and no cash for it; the position is then unchanged
 * @example split(position, { numerator: 1, denominator: 10, cash: 12_5000 }, action) // 25 shares: 2, and 12.50 for half a share
 */
export function split(position: Position, shares: Shares, action: Action): void {
  const gains: Parcel[] = [];
  const after = withCash(scaleLots(openLots(position, action.method), shares), shares, action, gains);
  replaceLots(position, after);
  gains.forEach(action.realize);
}

/** Applies a dividend in shares of the same symbol: so many new ones for so many held (IRC 305(a), 307). */
export function stockDividend(position: Position, shares: Shares, action: Action): void {
  split(position, { ...shares, numerator: shares.numerator + shares.denominator }, action);
}

/**
 * Applies a spin-off: so many shares of another symbol for those held. `basis` says which part of the basis goes with
 * them, by the values of both (IRC 355, 358(b)(2)). Each lot gives one of the same date (IRC 1223(1)), named after both.
 *
 * @throws ERR_BAD_RECORD as `split`, or if the other position has the other direction; both are then unchanged
 */
export function spinOff(
  from: Position,
  to: Position,
  { basis, ...shares }: Shares & { readonly basis: Ratio },
  action: Action,
): void {
  if (!(basis.numerator >= 0 && basis.denominator >= 1 && basis.numerator <= basis.denominator)) {
    throw new StockafolioError('ERR_BAD_RECORD', `the basis cannot be shared ${basis.numerator}/${basis.denominator}`, {
      hint: 'give the part of the basis that goes to the new shares as two whole numbers, at most 1 as a fraction',
    });
  }
  const { method } = action;
  const lots = openLots(from, method);
  const moved = lots.map((lot) => shareOf(lot.basis, basis.numerator, basis.denominator));
  const spun = lots.map((lot, index): Lot => ({ ...lot, id: `${action.id}:${lot.id}`, basis: moved[index] ?? 0 }));
  const gains: Parcel[] = [];
  const received = withCash(scaleLots(spun, shares), shares, action, gains);
  const there = positionOf(mergeLots(openLots(to, method), openLots(received, method)), method);
  const here = positionOf(
    lots.map((lot, index) => ({ ...lot, basis: lot.basis - (moved[index] ?? 0) })),
    method,
  );
  replaceLots(from, here);
  replaceLots(to, there);
  gains.forEach(action.realize);
}

/**
 * Applies a return of capital: cash for each share reduces the basis of its lot, and what is beyond that is a gain
 * without a sale (IRC 301(c)(2) and (3)). Its parcel has no quantity.
 *
 * @throws ERR_BAD_RECORD if the position is not long
 */
export function returnOfCapital(position: Position, cash: number, action: Action): void {
  if (position.quantity <= 0) {
    throw new StockafolioError('ERR_BAD_RECORD', 'capital is returned for shares that are not held', {
      hint: 'of a short position enter the payment as a fee',
    });
  }
  let [shares, money] = [position.quantity, cash];
  const gains: Parcel[] = [];
  const lots = openLots(position, action.method).map((lot) => {
    const paid = shareOf(money, lot.quantity, shares);
    shares -= lot.quantity;
    money -= paid;
    const basis = Math.min(paid, lot.basis);
    if (paid > basis) gains.push(parcelWithoutShares(lot, action.time, paid, basis));
    return { ...lot, basis: lot.basis - basis };
  });
  replaceLots(position, positionOf(lots, action.method));
  gains.forEach(action.realize);
}

/** A gain of a lot whose shares stay, or are exchanged. */
export function parcelWithoutShares(lot: Lot, closed: number, proceeds: number, basis: number): Parcel {
  return {
    lot: lot.id,
    opened: lot.opened,
    closed,
    tacked: lot.tacked,
    quantity: 0,
    proceeds,
    basis,
    gain: proceeds - basis,
    term: lot.quantity < 0 ? 'short' : termOf(lot.opened, lot.tacked, closed),
  };
}

/** The position of scaled lots without the fraction that was paid in cash. */
export function withCash({ lots, exact }: Scaled, shares: Shares, action: Action, gains: Parcel[]): Position {
  const method = action.method === 'specific' ? 'fifo' : action.method;
  const position = positionOf(lots, action.method);
  const { cash } = shares;
  if (cash === undefined) {
    if (exact) return position;
    throw new StockafolioError('ERR_BAD_RECORD', `${shares.numerator} for ${shares.denominator} leaves a fraction`, {
      hint: 'give the cash in lieu of it: a quantity has at most 8 decimals',
    });
  }
  const all = Math.abs(position.quantity);
  const kept = shares.kept ?? all - (all % SHARE);
  const fraction = all - kept;
  if (fraction < 0 || (fraction === 0 && exact)) {
    throw new StockafolioError('ERR_BAD_RECORD', 'there is no fraction that the cash could be in lieu of', {
      hint: 'check the ratio, the shares that were kept, and that all trades before are entered',
    });
  }
  const [entry] = position.lots;
  if (fraction > 0) {
    const side = position.quantity > 0 ? 'sell' : 'buy';
    const fill = { id: action.id, time: action.time, side, quantity: fraction, value: cash } as const;
    applyToLots(position, fill, method, (parcel) => gains.push(parcel));
  } else if (entry !== undefined) {
    const [proceeds, basis] = position.quantity > 0 ? [cash, 0] : [0, cash];
    gains.push(parcelWithoutShares(entry[1], action.time, proceeds, basis));
  }
  return position;
}
