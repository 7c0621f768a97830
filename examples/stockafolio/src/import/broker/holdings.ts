import type { AccountEvent } from '../../books/account-event.js';
import { accountBooks } from '../../books/account-books.js';
import type { LotMethod } from '../../books/choose-lot.js';
import { lotEvents } from '../../books/lot-events.js';
import type { Lot } from '../../books/lot.js';
import { openLots } from '../../books/lots.js';

/** What is held of a symbol, and what it has gained: quantities in 1e-8, money in 1e-4 of the currency. */
export interface Holding {
  readonly symbol: string;
  readonly currency: string;
  readonly quantity: number;
  readonly basis: number;
  /** Gains of what was closed, those of held shares and of a symbol that is not held any more. */
  readonly realized: number;
  readonly lots: readonly Lot[];
}

/** The lots and gains of an account by its events, and what these do not say. */
export interface Holdings {
  readonly method: LotMethod;
  /** By symbol and currency. */
  readonly all: readonly Holding[];
  /** What makes figures wrong or incomplete, by line. */
  readonly doubts: readonly { readonly line: number; readonly what: string }[];
}

/** Keeps the books of events that a file has. @param method which lots are closed first */
export function holdingsOf(events: readonly AccountEvent[], method: LotMethod): Holdings {
  const { byCurrency, withoutBasis, unknown } = lotEvents(events);
  const lines = new Map(events.map(({ id, place }) => [id, place.line]));
  const all: Holding[] = [];
  const doubts = [
    ...withoutBasis.map(({ place, symbol }) => ({
      line: place.line,
      what: `the file does not say what these shares of ${symbol} cost: their basis is 0`,
    })),
    ...unknown.map(({ place, kind }) => ({ line: place.line, what: `the lots do not know a ${kind} yet` })),
  ];
  for (const [currency, own] of byCurrency) {
    const { positions, realized, rejected } = accountBooks(own, method);
    for (const { id, problem } of rejected)
      doubts.push({ line: lines.get(id) ?? 0, what: `not in the lots: ${problem}` });
    const gains = new Map<string, number>();
    for (const { symbol, gain } of realized) gains.set(symbol, (gains.get(symbol) ?? 0) + gain);
    for (const symbol of new Set([...positions.keys(), ...gains.keys()])) {
      const position = positions.get(symbol);
      all.push({
        ...{ symbol, currency, quantity: position?.quantity ?? 0, basis: position?.basis ?? 0 },
        realized: gains.get(symbol) ?? 0,
        lots: position === undefined ? [] : openLots(position, method),
      });
    }
  }
  const order = ({ symbol, currency }: Holding): string => `${symbol}\u0000${currency}`;
  return {
    method,
    all: all.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    doubts: doubts.sort((a, b) => a.line - b.line),
  };
}
