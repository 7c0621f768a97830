import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR } from '../account-stream.js';
import { termOf, type Term } from '../books/term.js';
import { lots } from '../lot-tables.js';
import { worth } from '../quantity.js';
import { quoteOf } from './quotes.js';
import { readRows } from './read-rows.js';

/** An open lot at the latest price. Money in 1e-4 of its currency. */
export interface LotFigures extends Pick<RowOf<typeof lots>, 'number' | 'lot' | 'opened' | 'quantity'> {
  readonly currency: string;
  /** Undefined with the average method, where all lots share the cost of the position. */
  readonly basis: number | undefined;
  /** Undefined where no price is known. */
  readonly marketValue: bigint | undefined;
  /** Market value - basis; undefined if one of them is. */
  readonly gain: bigint | undefined;
  /** That of a closing now. Shares sold short are always `short`, as in books/lots. */
  readonly term: Term;
}

/** The open lots of a position, the oldest first. */
export interface OpenLots {
  readonly lots: readonly LotFigures[];
  /** Whether there are no more. */
  readonly complete: boolean;
}

/** @param now for the terms, epoch milliseconds */
export async function openLots(
  tables: Tables,
  {
    user,
    symbol,
    most,
    now,
  }: { readonly user: string; readonly symbol: string; readonly most: number; readonly now: number },
): Promise<OpenLots> {
  const [rows, quote] = await Promise.all([readRows(tables, lots, [user, symbol], most + 1), quoteOf(tables, symbol)]);
  const found = rows.slice(0, most).map((row): LotFigures => {
    const { number, lot, opened, quantity, basis, currency = DOLLAR } = row;
    const price = currency === DOLLAR ? quote?.price : undefined;
    const marketValue = price === undefined ? undefined : worth(quantity, price);
    return {
      ...{ number, lot, opened, quantity, basis, currency, marketValue },
      gain: marketValue === undefined || basis === undefined ? undefined : marketValue - BigInt(basis),
      term: quantity < 0 ? 'short' : termOf(opened, 0, now),
    };
  });
  return { lots: found, complete: rows.length <= most };
}
