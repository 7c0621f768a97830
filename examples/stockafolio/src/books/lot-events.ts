import { mulDivHalfEven } from '@stockafolio/core';
import type { AccountEvent, TradeEvent as AccountTrade, TransferEvent } from './account-event.js';
import type { BookEvent, EventPlace, TradeTerms } from './events.js';
import type { Lot } from './lot.js';
import { reduced } from './reshape.js';

/** What the lots see of an account's events. A lot has one currency, so there are books of each. */
export interface LotEvents {
  /** By currency, in the order of the events. */
  readonly byCurrency: ReadonlyMap<string, readonly BookEvent[]>;
  /** Transfers that do not say what their shares cost: their lots have a basis of 0. */
  readonly withoutBasis: readonly TransferEvent[];
  /** Events that change lots, but do not say all that the books must know: spin-offs and mergers. */
  readonly unknown: readonly AccountEvent[];
}

/**
 * The events that change lots, as {@link accountBooks} takes them. Costs of a trade in its own currency are its
 * commission; those in another one are not part of a basis. What has no currency, as a split, is in the books of all.
 *
 * @param events in the order of their times; equal times by their rank
 */
export function lotEvents(events: readonly AccountEvent[]): LotEvents {
  const currencies = currenciesOf(events);
  const byCurrency = new Map([...currencies.all].map((name): [string, BookEvent[]] => [name, []]));
  const [withoutBasis, unknown]: [TransferEvent[], AccountEvent[]] = [[], []];
  const held = new Map<string, number>();
  const hold = (symbol: string, change: number): void => void held.set(symbol, (held.get(symbol) ?? 0) + change);
  const put = (currency: string, event: BookEvent): void => void byCurrency.get(currency)?.push(event);
  const putInAll = (event: BookEvent): void => [...byCurrency.keys()].forEach((currency) => put(currency, event));
  for (const event of events) {
    const place: EventPlace = { id: event.id, time: event.time, rank: event.rank };
    switch (event.kind) {
      case 'trade':
        hold(event.symbol, event.side === 'buy' ? event.quantity : 0 - event.quantity);
        put(event.currency, { kind: 'trade', ...place, ...termsOf(event) });
        break;
      case 'bust':
        putInAll({ kind: 'bust', ...place, amends: event.amends });
        break;
      case 'correct':
        put(event.trade.currency, { kind: 'correct', ...place, amends: event.amends, trade: termsOf(event.trade) });
        break;
      case 'split': {
        const { symbol, numerator, denominator, cashInLieu } = event;
        held.set(symbol, mulDivHalfEven(held.get(symbol) ?? 0, numerator, denominator));
        for (const currency of byCurrency.keys()) {
          const cash = cashInLieu?.currency === currency ? { cash: cashInLieu.amount } : {};
          put(currency, { kind: 'split', ...place, symbol, numerator, denominator, ...cash });
        }
        break;
      }
      case 'stock-dividend':
        putInAll({
          ...{ kind: 'stock-dividend', ...place, symbol: event.symbol },
          ...reduced(event.quantity, Math.abs(held.get(event.symbol) ?? 0)),
        });
        // A short position owes the new shares.
        hold(event.symbol, (held.get(event.symbol) ?? 0) < 0 ? 0 - event.quantity : event.quantity);
        break;
      case 'symbol-change':
        hold(event.to, held.get(event.symbol) ?? 0);
        held.delete(event.symbol);
        putInAll({ kind: 'symbol-change', ...place, symbol: event.symbol, to: event.to });
        break;
      case 'transfer-in':
        hold(event.symbol, event.quantity);
        if (event.lots === undefined) withoutBasis.push(event);
        for (const [currency, lots] of lotsOf(event, currencies.of(event.symbol)))
          put(currency, { kind: 'transfer-in', ...place, symbol: event.symbol, lots });
        break;
      case 'transfer-out':
        hold(event.symbol, 0 - event.quantity);
        put(currencies.of(event.symbol), {
          ...{ kind: 'transfer-out', ...place, symbol: event.symbol, quantity: event.quantity },
        });
        break;
      case 'spin-off':
      case 'merger':
        unknown.push(event);
        break;
      default:
    }
  }
  return { byCurrency, withoutBasis, unknown };
}

interface Currencies {
  readonly all: ReadonlySet<string>;
  /** That of a symbol: of its first trade or lot; if it has none, of the first one of all. */
  of(symbol: string): string;
}

function currenciesOf(events: readonly AccountEvent[]): Currencies {
  const bySymbol = new Map<string, string>();
  const all = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'trade' && event.kind !== 'transfer-in' && event.kind !== 'transfer-out') continue;
    const own = event.kind === 'trade' ? [event.currency] : (event.lots ?? []).map(({ basis }) => basis.currency);
    for (const currency of own) {
      all.add(currency);
      if (!bySymbol.has(event.symbol)) bySymbol.set(event.symbol, currency);
    }
  }
  const [first = 'USD'] = all;
  // Shares without a price may be all that there is.
  all.add(first);
  return { all, of: (symbol) => bySymbol.get(symbol) ?? first };
}

function termsOf({ symbol, side, quantity, price, value, currency, fees }: AccountTrade): TradeTerms {
  const own = fees.filter((fee) => fee.currency === currency);
  const commission = own.reduce((sum, { amount }) => sum + amount, 0);
  return { symbol, side, quantity, price, value, ...(commission === 0 ? {} : { commission }) };
}

/** The lots of a transfer by currency; if they are not known, one without a basis that was opened when it came. */
function lotsOf({ id, time, quantity, lots }: TransferEvent, currency: string): ReadonlyMap<string, Lot[]> {
  const known = lots ?? [{ quantity, basis: { currency, amount: 0 }, opened: time }];
  const byCurrency = new Map<string, Lot[]>();
  for (const [n, { quantity: own, basis, opened }] of known.entries()) {
    const all = byCurrency.get(basis.currency) ?? [];
    all.push({ id: n === 0 ? id : `${id}:${n + 1}`, opened, tacked: 0, quantity: own, basis: basis.amount });
    byCurrency.set(basis.currency, all);
  }
  return byCurrency;
}
