import { StockafolioError, decimalProduct, isStockafolioError } from '@stockafolio/core';
import { amend, type Rejected } from './amendments.js';
import type { LotMethod } from './choose-lot.js';
import { returnOfCapital, spinOff, split, stockDividend, type Action } from './corporate-actions.js';
import type { ActionEvent, BookEvent, TradeEvent, TradeTerms } from './events.js';
import { safe } from './exact.js';
import { emptyPosition, type Position } from './lot.js';
import { applyToLots, type Parcel } from './lots.js';
import { changeSymbol, merger, transferIn, transferOut } from './mergers.js';

/** A gain, with the symbol of its shares. */
export interface Realized extends Parcel {
  readonly symbol: string;
}

/** The lots and gains of an account. A position that is closed may be missing. */
export interface AccountBooks {
  readonly positions: Map<string, Position>;
  readonly realized: Realized[];
  readonly rejected: Rejected[];
}

/**
 * The lots and gains of an account from its events, in any order of arrival. This is the plain form of the law: it
 * sorts, makes the amendments, and folds. An event that is not possible is rejected, and changes nothing.
 *
 * @param method of all positions of the account; a trade that names a lot closes that one
 */
export function accountBooks(arrived: readonly BookEvent[], method: LotMethod): AccountBooks {
  const { events, rejected } = amend(arrived);
  const books: AccountBooks = { positions: new Map(), realized: [], rejected: [...rejected] };
  for (const event of events) {
    try {
      applyToBooks(books, event, method);
    } catch (error) {
      if (!isStockafolioError(error) || error.domain !== 'user') throw error;
      books.rejected.push({ id: event.id, problem: error.message, hint: error.hint ?? '' });
    }
  }
  for (const [symbol, { quantity }] of books.positions) if (quantity === 0) books.positions.delete(symbol);
  return books;
}

/**
 * Applies the next event of an account.
 *
 * @throws ERR_OVERFLOW, or ERR_BAD_RECORD if the event is not possible; the books are then unchanged
 */
export function applyToBooks(books: AccountBooks, event: TradeEvent | ActionEvent, method: LotMethod): void {
  const position = positionIn(books, event.symbol);
  const realize = (parcel: Parcel): void => {
    books.realized.push({ symbol: event.symbol, ...parcel });
  };
  const { id, time } = event;
  if (event.kind === 'trade') applyToLots(position, { ...event, value: costOf(event) }, method, realize);
  else applyAction(books, position, event, { id, time, method, realize });
}

function applyAction(books: AccountBooks, position: Position, event: ActionEvent, action: Action): void {
  if (event.kind === 'transfer-in') {
    transferIn(position, event.lots, action.method);
    return;
  }
  if (position.quantity === 0) {
    if ('cash' in event && event.cash !== undefined) throw notHeld(event.symbol);
    if (event.kind !== 'transfer-out') return;
  }
  switch (event.kind) {
    case 'split':
      split(position, event, action);
      return;
    case 'stock-dividend':
      stockDividend(position, event, action);
      return;
    case 'return-of-capital':
      returnOfCapital(position, event.cash, action);
      return;
    case 'spin-off':
      spinOff(position, otherIn(books, event), event, action);
      return;
    case 'merger':
      merger(position, otherIn(books, event), event, action);
      return;
    case 'symbol-change':
      changeSymbol(position, otherIn(books, event), action);
      return;
    case 'transfer-out':
      transferOut(position, event, action.method);
  }
}

/** The value of a quantity at a price, rounded once. */
const valueOf = decimalProduct({ of: [8, 4], to: 4 });

/** What the lots count as the value of a trade: with its commission. */
export function costOf({ side, quantity, price, value, commission = 0 }: Omit<TradeTerms, 'symbol'>): number {
  const exchanged = value ?? valueOf(quantity, price);
  if (side === 'buy') return safe(exchanged + commission);
  if (commission <= exchanged) return exchanged - commission;
  throw new StockafolioError('ERR_BAD_RECORD', 'the commission is more than the proceeds', {
    hint: 'enter what is beyond the proceeds as a fee',
  });
}

function positionIn({ positions }: AccountBooks, symbol: string): Position {
  let position = positions.get(symbol);
  if (position === undefined) {
    position = emptyPosition();
    positions.set(symbol, position);
  }
  return position;
}

function otherIn(books: AccountBooks, { symbol, to }: { readonly symbol: string; readonly to: string }): Position {
  if (to !== symbol) return positionIn(books, to);
  throw new StockafolioError('ERR_BAD_RECORD', `'${symbol}' cannot become itself`, { hint: 'name the other symbol' });
}

function notHeld(symbol: string): StockafolioError {
  return new StockafolioError('ERR_BAD_RECORD', `'${symbol}' is not held, so no cash can come of it`, {
    hint: 'enter the trades or the transfer that brought the shares',
  });
}
