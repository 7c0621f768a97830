import { StockafolioError } from '@stockafolio/core';
import type { LotMethod } from './choose-lot.js';
import { parcelWithoutShares, withCash, type Action, type Shares } from './corporate-actions.js';
import { safe, shareOf } from './exact.js';
import type { Lot, Position } from './lot.js';
import { applyToLots, openLots, type Fill, type Parcel } from './lots.js';
import { mergeLots, positionOf, replaceLots, scaleLots } from './reshape.js';

/** What the holder of a position gets for it, in total; money is in 1e-4 of the currency. */
export interface MergerTerms {
  /** Shares of the other company, by a ratio, and cash in lieu of a fraction. */
  readonly shares?: Shares | undefined;
  /** Cash beside the shares (boot), or alone. */
  readonly cash?: number | undefined;
  /** What the shares are worth. Needed if there are both. */
  readonly value?: number | undefined;
}

/**
 * Applies a merger.
 *
 * - For cash: all lots are sold for it.
 * - For shares: lots keep bases and dates (IRC 354, 358, 1223(1)).
 * - For both: a lot's gain (its value and cash minus its basis) is taxed up to its cash, and a loss is not (IRC 356(a)(1)
 *   and (c), for each lot by Rev. Rul. 68-23). The new basis is the old one, minus the cash, plus that gain (IRC 358(a)).
 *   Its parcel has no quantity.
 *
 * @throws ERR_BAD_RECORD if it gives nothing, the value is missing, or cash and shares come to a short position; the
 *   positions are then unchanged
 */
export function merger(from: Position, to: Position, terms: MergerTerms, action: Action): void {
  const { shares, cash = 0 } = terms;
  if (shares === undefined) {
    if (cash === 0) throw refused('the merger gives nothing', 'give its shares, its cash, or both');
    sellAll(from, cash, action);
    return;
  }
  const gains: Parcel[] = [];
  const held = openLots(from, action.method);
  const lots = cash === 0 ? held : afterBoot(held, from.quantity, cash, terms.value, action, gains);
  const received = withCash(scaleLots(lots, shares), shares, action, gains);
  const after = positionOf(mergeLots(openLots(to, action.method), openLots(received, action.method)), action.method);
  replaceLots(from, positionOf([], action.method));
  replaceLots(to, after);
  gains.forEach(action.realize);
}

/** Moves all lots to another symbol. */
export function changeSymbol(from: Position, to: Position, action: Action): void {
  merger(from, to, { shares: { numerator: 1, denominator: 1 } }, action);
}

function sellAll(position: Position, cash: number, { id, time, method, realize }: Action): void {
  if (position.quantity === 0) return;
  const side = position.quantity > 0 ? 'sell' : 'buy';
  const fill: Fill = { id, time, side, quantity: Math.abs(position.quantity), value: cash };
  applyToLots(position, fill, method === 'specific' ? 'fifo' : method, realize);
}

/** The lots with the basis that their shares of the other company have. */
function afterBoot(
  held: readonly Lot[],
  quantity: number,
  cash: number,
  value: number | undefined,
  action: Action,
  gains: Parcel[],
): readonly Lot[] {
  if (value === undefined) throw refused('the value of the shares is missing', 'give it: the gain depends on it');
  if (quantity < 0)
    throw refused('a short position cannot be exchanged for cash and shares', 'enter its closing trade');
  let [shares, money, worth] = [quantity, cash, value];
  return held.map((lot) => {
    const paid = shareOf(money, lot.quantity, shares);
    const received = shareOf(worth, lot.quantity, shares);
    shares -= lot.quantity;
    money -= paid;
    worth -= received;
    const gain = Math.max(0, Math.min(paid, safe(received + paid) - lot.basis));
    gains.push(parcelWithoutShares(lot, action.time, paid, paid - gain));
    return { ...lot, basis: lot.basis - paid + gain };
  });
}

/**
 * Adds lots that come from another account, with their ids, dates and bases.
 *
 * @throws ERR_BAD_RECORD if the position has the other direction, or a lot has no quantity or a basis of another sign
 */
export function transferIn(position: Position, lots: readonly Lot[], method: LotMethod): void {
  const wrong = lots.find(({ quantity, basis }) => quantity === 0 || (basis !== 0 && basis > 0 !== quantity > 0));
  if (wrong !== undefined) {
    throw refused(
      `lot '${wrong.id}' has no quantity, or a basis of another sign`,
      'give both above 0 for long lots, and both below 0 for short ones',
    );
  }
  replaceLots(position, positionOf(mergeLots(openLots(position, method), lots), method));
}

/**
 * Removes shares by the method of the account, without a gain, and returns their lots.
 *
 * @param out the quantity without a sign, and the lot if one is named
 * @throws ERR_BAD_RECORD if fewer shares are held
 */
export function transferOut(
  position: Position,
  out: { readonly id: string; readonly time: number; readonly quantity: number; readonly lot?: string | undefined },
  method: LotMethod,
): readonly Lot[] {
  if (out.quantity > Math.abs(position.quantity)) {
    throw refused('more shares leave the account than it holds', 'enter the trades or the transfer that brought them');
  }
  const lots: Lot[] = [];
  const side = position.quantity > 0 ? 'sell' : 'buy';
  applyToLots(position, { ...out, side, value: 0 }, method, ({ lot, opened, tacked, quantity, proceeds, basis }) => {
    lots.push({ id: lot, opened, tacked, quantity, basis: quantity < 0 ? 0 - proceeds : basis });
  });
  return lots;
}

function refused(problem: string, hint: string): StockafolioError {
  return new StockafolioError('ERR_BAD_RECORD', problem, { hint });
}
