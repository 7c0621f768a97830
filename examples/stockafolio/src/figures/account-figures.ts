import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR } from '../account-stream.js';
import { accountAmounts, accountEvents, accounts } from '../account-tables.js';
import { positions } from '../tables.js';
import { readRows } from './read-rows.js';

/** The amounts of an account, as in the table. */
type Amounts = Pick<RowOf<typeof accounts>, keyof typeof accountAmounts>;

/** An account in one currency, in 1e-4 of it. */
export interface AccountFigures extends Amounts {
  readonly currency: string;
  /** What is there: of all events, and of all trades at what they cost or brought. */
  readonly cash: bigint;
}

const names = Object.keys(accountAmounts) as (keyof Amounts)[];

/**
 * A user's cash by currency, US dollars first; empty where nothing is known of it, because no event other than trades came.
 *
 * Its formula is in the table {@link accounts}. A commission alone does not make cash known: it comes with trades.
 */
export async function accountFigures(tables: Tables, user: string): Promise<AccountFigures[]> {
  const [rows, held] = await Promise.all([readRows(tables, accounts, [user]), readRows(tables, positions, [user])]);
  return cashByCurrency(rows, held);
}

/** The same of rows that were read. */
export function cashByCurrency(
  rows: readonly RowOf<typeof accounts>[],
  held: readonly RowOf<typeof positions>[],
): AccountFigures[] {
  const known = names.filter((name) => name !== 'commissions');
  if (rows.every((row) => known.every((name) => row[name] === 0))) return [];
  const traded = new Map<string, bigint>();
  for (const { currency = DOLLAR, realized, cost, transferred = 0 } of held)
    traded.set(currency, (traded.get(currency) ?? 0n) + BigInt(realized) - BigInt(cost) + BigInt(transferred));
  const own = new Map(rows.map((row) => [row.currency, row]));
  return [...new Set([...own.keys(), ...traded.keys()])].sort(byCurrency).map((currency) => {
    const row = own.get(currency);
    const amounts = Object.fromEntries(names.map((name) => [name, row?.[name] ?? 0])) as Record<keyof Amounts, number>;
    const cash = names.reduce((sum, name) => sum + BigInt(amounts[name]), traded.get(currency) ?? 0n);
    return { currency, cash, ...amounts };
  });
}

function byCurrency(a: string, b: string): number {
  const rank = (currency: string): string => (currency === DOLLAR ? '' : currency);
  return rank(a) < rank(b) ? -1 : 1;
}

/** A user's newest events that are no trades, newest first. */
export function latestEvents(tables: Tables, user: string, limit: number): Promise<RowOf<typeof accountEvents>[]> {
  return readRows(tables, accountEvents, [user], limit);
}
