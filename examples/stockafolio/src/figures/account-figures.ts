import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR } from '../account-stream.js';
import { accountEvents, accounts } from '../account-tables.js';
import { positions } from '../tables.js';
import { readRows } from './read-rows.js';

/** An account in one currency, in 1e-4 of it. */
export interface AccountFigures {
  readonly currency: string;
  /** What is there: of all events, and of all trades at what they cost or brought. */
  readonly cash: bigint;
  readonly deposits: number;
  readonly withdrawals: number;
  readonly dividends: number;
  readonly interest: number;
  readonly fees: number;
  readonly commissions: number;
  readonly taxes: number;
  readonly exchanged: number;
  readonly options: number;
  readonly other: number;
}

const AMOUNTS = [
  ...(['deposits', 'withdrawals', 'dividends', 'interest', 'fees', 'commissions', 'taxes', 'exchanged'] as const),
  ...(['options', 'other'] as const),
] as const;

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
  const known = AMOUNTS.filter((name) => name !== 'commissions');
  if (rows.every((row) => known.every((name) => row[name] === 0))) return [];
  const traded = new Map<string, bigint>();
  for (const { currency = DOLLAR, realized, cost, transferred = 0 } of held)
    traded.set(currency, (traded.get(currency) ?? 0n) + BigInt(realized) - BigInt(cost) + BigInt(transferred));
  const own = new Map(rows.map((row) => [row.currency, row]));
  return [...new Set([...own.keys(), ...traded.keys()])].sort(byCurrency).map((currency) => {
    const amount = (name: (typeof AMOUNTS)[number]): number => own.get(currency)?.[name] ?? 0;
    return {
      currency,
      cash: AMOUNTS.reduce((sum, name) => sum + BigInt(amount(name)), traded.get(currency) ?? 0n),
      ...{ deposits: amount('deposits'), withdrawals: amount('withdrawals'), dividends: amount('dividends') },
      ...{ interest: amount('interest'), fees: amount('fees'), commissions: amount('commissions') },
      ...{ taxes: amount('taxes'), exchanged: amount('exchanged'), options: amount('options'), other: amount('other') },
    };
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
