import { tradingDay } from '../calendar/trading-day.js';
import { amendAccount } from './account-amendments.js';
import { cashOf, type AccountEvent } from './account-event.js';
import { add } from './exact.js';
import type { Ledger, LedgerEntry } from './ledger.js';
import type { LedgerAccount } from './postings.js';
import { settlesOn } from './settlement.js';
import { carryUnsettled, shareChanges } from './share-changes.js';

/** Whether a trade counts from its own day, or from the day on which it settles. */
export type BalanceDate = 'trade' | 'settlement';

/** What an account has: cash in 1e-4 by currency, and shares in 1e-8 by symbol. None is 0. */
export interface Balances {
  readonly cash: ReadonlyMap<string, number>;
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * What an account has at the end of a New York day, from its events in any order of arrival. Shares that are not settled
 * take part in a split or another action, so that what settles later is what they became.
 *
 * @param by `trade`: what was traded; `settlement`: what was paid and delivered
 * @throws ERR_OVERFLOW if a figure is past 2^53
 * @example balancesAt(events, '2026-01-06', 'settlement').cash.get('USD') // 2000_0000: what was bought today is not paid
 */
export function balancesAt(events: readonly AccountEvent[], day: string, by: BalanceDate): Balances {
  const [cash, shares, unsettled] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const held = (symbol: string): number => shares.get(symbol) ?? 0;
  for (const event of amendAccount(events).events) {
    if (tradingDay(event.time) > day) break;
    const isOpen = by === 'settlement' && event.kind === 'trade' && settlesOn(event) > day;
    carryUnsettled(unsettled, event, held);
    for (const { symbol, amount } of shareChanges(event, held)) {
      add(shares, symbol, amount);
      if (isOpen) add(unsettled, symbol, amount);
    }
    if (!isOpen) for (const { currency, amount } of cashOf(event)) add(cash, currency, amount);
  }
  for (const [symbol, amount] of unsettled) add(shares, symbol, 0 - amount);
  return { cash: withoutZeros(cash), shares: withoutZeros(shares) };
}

/**
 * The balances of the ledger's accounts, in money: by account, then by currency, in 1e-4.
 *
 * @param day the last one that counts, `YYYY-MM-DD`; absent: all
 */
export function accountBalances(
  { entries }: Pick<Ledger, 'entries'>,
  day?: string,
): ReadonlyMap<LedgerAccount, ReadonlyMap<string, number>> {
  const balances = new Map<LedgerAccount, Map<string, number>>();
  const counts = (entry: LedgerEntry): boolean => day === undefined || entry.day <= day;
  for (const { postings } of entries.filter(counts)) {
    for (const posting of postings) {
      if (posting.kind !== 'money') continue;
      let own = balances.get(posting.account);
      if (own === undefined) balances.set(posting.account, (own = new Map()));
      add(own, posting.currency, posting.amount);
    }
  }
  return new Map(
    [...balances].map(([account, own]) => [account, withoutZeros(own)] as const).filter(([, { size }]) => size > 0),
  );
}

const withoutZeros = (balances: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...balances].filter(([, amount]) => amount !== 0));
