import { mulDivHalfEven } from '@stockafolio/core';
import type { FinalEvent } from './account-amendments.js';
import type { SplitEvent } from './account-event.js';
import { SHARE } from './exact.js';
import type { LedgerAccount } from './postings.js';

/** A change of the shares held of a symbol, in 1e-8, and the account that they come from. */
export interface ShareChange {
  readonly symbol: string;
  readonly amount: number;
  readonly from: LedgerAccount;
}

/**
 * What an event changes of the shares held, as its source says it, whether the lots know it or not. Of a short position
 * all but a trade goes the other way.
 *
 * @param held shares of a symbol before the event
 */
export function shareChanges(event: FinalEvent, held: (symbol: string) => number): readonly ShareChange[] {
  if (!('symbol' in event) || event.symbol === undefined) return [];
  const { symbol } = event;
  const before = held(symbol);
  const sign = before < 0 ? -1 : 1;
  switch (event.kind) {
    case 'trade': {
      const amount = event.side === 'buy' ? event.quantity : 0 - event.quantity;
      return [{ symbol, amount, from: event.origin === 'gift' ? 'equity:transfers' : 'equity:market' }];
    }
    case 'split':
      return [{ symbol, amount: splitShares(before, event) - before, from: 'equity:actions' }];
    case 'stock-dividend':
      return [{ symbol, amount: sign * event.quantity, from: 'equity:actions' }];
    case 'spin-off':
      return [{ symbol: event.to, amount: sign * event.quantity, from: 'equity:actions' }];
    case 'merger':
      return [
        { symbol, amount: 0 - before, from: 'equity:actions' },
        ...(event.to === undefined
          ? []
          : [{ symbol: event.to, amount: sign * event.quantity, from: 'equity:actions' } as const]),
      ];
    case 'symbol-change':
      return [
        { symbol, amount: 0 - before, from: 'equity:actions' },
        { symbol: event.to, amount: before, from: 'equity:actions' },
      ];
    case 'transfer-in':
      return [{ symbol, amount: event.quantity, from: 'equity:transfers' }];
    case 'transfer-out':
      return [{ symbol, amount: 0 - sign * event.quantity, from: 'equity:transfers' }];
    default:
      return [];
  }
}

/** The shares after a split, without a fraction that was paid in cash, or of less than 1e-8. */
function splitShares(held: number, { numerator, denominator, cashInLieu }: SplitEvent): number {
  const unit = cashInLieu === undefined ? 1n : BigInt(SHARE);
  const scaled = (BigInt(held) * BigInt(numerator)) / BigInt(denominator);
  return Number(scaled - (scaled % unit));
}

/**
 * What an event makes of shares that are traded but not settled: they take part in it as those held do. They are changed
 * in the map, by symbol.
 *
 * @param held shares of a symbol before the event, unsettled ones among them
 */
export function carryUnsettled(
  unsettled: Map<string, number>,
  event: FinalEvent,
  held: (symbol: string) => number,
): void {
  if (event.kind === 'trade' || event.kind === 'transfer-in' || event.kind === 'transfer-out') return;
  if (!('symbol' in event) || event.symbol === undefined) return;
  const open = unsettled.get(event.symbol) ?? 0;
  const before = held(event.symbol);
  if (open === 0) return;
  if (event.kind === 'split') {
    unsettled.set(event.symbol, mulDivHalfEven(open, event.numerator, event.denominator));
    return;
  }
  if (event.kind === 'symbol-change') {
    unsettled.delete(event.symbol);
    unsettled.set(event.to, (unsettled.get(event.to) ?? 0) + open);
    return;
  }
  if (before === 0) return;
  for (const { symbol, amount } of shareChanges(event, held)) {
    unsettled.set(symbol, (unsettled.get(symbol) ?? 0) + mulDivHalfEven(open, amount, before));
  }
}
