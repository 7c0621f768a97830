import { isStockafolioError, messageOf } from '@stockafolio/core';
import { DOLLAR, type StreamEvent } from '../../account-stream.js';
import type { AccountEvent, Cash, CorrectEvent, TradeEvent, TransferEvent } from '../../books/account-event.js';
import { MOST_SHARES, tradeValue } from '../../quantity.js';
import { listingOf } from '../../universe/universe.js';
import { wireForm } from '../../wire-forms.js';
import type { Statement } from './statement.js';

/** An event of the stream, and the line of the file that it is of. */
export interface Sent {
  readonly line: number;
  readonly event: StreamEvent;
  readonly message: Uint8Array;
}

const LONGEST_SYMBOL = 16;

/** What the stream takes of a file, in the order of its events, and the lines that it takes nothing of by their reason. */
export interface AtBorder {
  readonly sent: readonly Sent[];
  readonly notYet: Readonly<Record<string, readonly number[]>>;
}

/**
 * The border between what files say and what the stream knows. An event may become several: a trade that was paid in
 * another currency is also an exchange, and each lot of a transfer is one of its own. Whatever else a file holds has its
 * reason here, by which it is counted. When the stream learns more kinds, only this changes.
 *
 * @param roundPrices take the price rounded to four decimals, where it has more, and what it makes as the value
 */
export function atBorder(
  { events, cashAlone }: Pick<Statement, 'events' | 'cashAlone'>,
  { roundPrices = false } = {},
): AtBorder {
  const currencies = new Map<string, string>();
  for (const event of events) if (event.kind === 'trade') currencies.set(event.symbol, event.currency);
  const sent: Sent[] = [];
  const notYet: Record<string, number[]> = {};
  for (const event of [...events, ...cashAlone].sort((a, b) => a.rank - b.rank)) {
    const { line } = event.place;
    const result = translate(event, (symbol) => currencies.get(symbol), roundPrices);
    const messages = typeof result === 'string' ? result : encoded(result);
    if (typeof messages === 'string') (notYet[messages] ??= []).push(line);
    else sent.push(...messages.map(([made, message]) => ({ line, event: made, message })));
  }
  return { sent, notYet };
}

/** The events of the stream, or why there are none. */
function translate(
  event: AccountEvent,
  currencyOf: (symbol: string) => string | undefined,
  roundPrices: boolean,
): readonly StreamEvent[] | string {
  const place = placeOf(event);
  switch (event.kind) {
    case 'trade':
      return event.origin === 'gift' ? giftOf(event) : tradeOf(event, roundPrices);
    case 'split': {
      const { symbol, numerator, denominator, cashInLieu } = event;
      const own = currencyOf(symbol) ?? DOLLAR;
      if (cashInLieu !== undefined && cashInLieu.currency !== own)
        return 'the stream has no cash in lieu in another currency than that of the shares';
      const cash = cashInLieu === undefined ? {} : { amount: cashInLieu.amount, ...inCurrency(own) };
      return [{ ...place, kind: 'split', symbol, numerator, denominator, ...cash }];
    }
    case 'stock-dividend': {
      const { kind, symbol, quantity } = event;
      return [{ ...place, kind, symbol, quantity }];
    }
    case 'transfer-in':
      return transferOf(event, currencyOf(event.symbol));
    case 'transfer-out': {
      const { kind, symbol, quantity } = event;
      return [{ ...place, kind, symbol, quantity }];
    }
    case 'bust':
      return [{ ...place, kind: 'bust', amends: event.amends }];
    case 'correct':
      return correctionOf(event, roundPrices);
    case 'spin-off':
    case 'merger':
    case 'symbol-change':
    case 'rate':
      return `the stream has no events of the kind '${event.kind}' yet`;
    default: {
      const { kind, symbol, currency, amount } = event;
      // The name of an option contract is longer than a symbol.
      const isNamed = symbol !== undefined && (kind !== 'option' || symbol.length <= LONGEST_SYMBOL);
      return [{ ...place, kind, ...(isNamed ? { symbol } : {}), ...inCurrency(currency), amount }];
    }
  }
}

/** The events in their wire form, as the stream will read them; or what is wrong with one. */
function encoded(events: readonly StreamEvent[]): (readonly [StreamEvent, Uint8Array])[] | string {
  try {
    return events.map((event) => {
      const message = wireForm.encode(event);
      return [wireForm.decode(message), message];
    });
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_BAD_RECORD')) throw error;
    return `the stream does not take it: ${messageOf(error)}`;
  }
}

function tradeOf(trade: TradeEvent, roundPrices: boolean): readonly StreamEvent[] | string {
  const reason = reasonAgainst(trade);
  if (reason !== undefined) return reason;
  const { symbol, side, quantity, price, currency, exactPrice } = trade;
  const isRounded = exactPrice !== undefined && roundPrices;
  const value = isRounded ? tradeValue(quantity, price) : trade.value;
  const own = sumOf(trade.fees, currency);
  // What costs more than a sale brings, or gives back more than was paid, is no cost of the trade.
  const commission = side === 'sell' ? Math.min(own, value) : Math.max(own, 0 - value);
  return [
    {
      ...{ ...placeOf(trade), symbol, sector: sectorOf(symbol), side, quantity, price, ...inCurrency(currency) },
      ...(value === tradeValue(quantity, price) ? {} : { value }),
      ...(commission === 0 ? {} : { commission }),
    },
    ...beside(trade, value, own, commission),
  ];
}

/** A correction of the terms of a trade: what else comes with these is not corrected. */
function correctionOf(event: CorrectEvent, roundPrices: boolean): readonly StreamEvent[] | string {
  const terms = tradeOf(event.trade, roundPrices);
  if (typeof terms === 'string') return terms;
  const [trade, ...others] = terms;
  if (trade === undefined || others.length > 0)
    return 'the stream has no corrections of trades that were paid in another way than their value and commission';
  return [{ ...trade, ...placeOf(event), kind: 'correct', amends: event.amends }];
}

/** The cash of a trade that is in neither its value nor its commission. */
function beside(trade: TradeEvent, value: number, own: number, commission: number): StreamEvent[] {
  const { side, currency, settled, fees } = trade;
  const all: Pick<StreamEvent, 'kind' | 'currency' | 'amount'>[] = [];
  const put = (kind: StreamEvent['kind'], inIt: string, amount: number): void => {
    if (amount !== 0) all.push({ kind, ...inCurrency(inIt), amount });
  };
  put('commission', currency, commission - own);
  for (const fee of fees) if (fee.currency !== currency) put('commission', fee.currency, 0 - fee.amount);
  if (settled !== undefined) {
    const effect = (side === 'buy' ? 0 - value : value) - own;
    if (settled.currency === currency) put('difference', currency, settled.amount - effect);
    else {
      put('exchange', currency, 0 - effect);
      put('exchange', settled.currency, settled.amount + sumOf(fees, settled.currency));
    }
  }
  const place = placeOf(trade);
  return all.map((each, n) => ({ ...place, id: `${trade.id}-cash${n + 1}`, ...each }));
}

/** Shares that came without cash, at a price. */
function giftOf(gift: TradeEvent): readonly StreamEvent[] {
  const { symbol, quantity, value, currency, time, fees } = gift;
  const place = placeOf(gift);
  return [
    {
      ...{ ...place, kind: 'transfer-in', symbol, sector: sectorOf(symbol), quantity },
      ...{ value, opened: time, ...inCurrency(currency) },
    },
    ...fees.map((fee, n): StreamEvent => ({
      ...{ ...place, id: `${gift.id}-cash${n + 1}`, kind: 'commission' },
      ...{ amount: 0 - fee.amount, ...inCurrency(fee.currency) },
    })),
  ];
}

function transferOf(event: TransferEvent, currency: string | undefined): readonly StreamEvent[] {
  const { id, symbol, quantity, lots } = event;
  const place = { ...placeOf(event), kind: 'transfer-in', symbol, sector: sectorOf(symbol) } as const;
  if (lots === undefined) return [{ ...place, quantity, ...inCurrency(currency ?? DOLLAR) }];
  return lots.map((lot, n) => ({
    ...{ ...place, id: n === 0 ? id : `${id}-lot${n + 1}`, quantity: lot.quantity },
    ...{ value: lot.basis.amount, opened: lot.opened, ...inCurrency(lot.basis.currency) },
  }));
}

function reasonAgainst({ quantity, price, symbol }: TradeEvent): string | undefined {
  if (!Number.isSafeInteger(quantity)) return `the stream has no trades of more than ${MOST_SHARES} shares`;
  if (price <= 0) return 'the stream has no trades at a price of 0';
  if (symbol.length > LONGEST_SYMBOL) return `the stream has no symbols of more than ${LONGEST_SYMBOL} characters`;
  return undefined;
}

function placeOf({ id, user, time }: AccountEvent): Pick<StreamEvent, 'id' | 'user' | 'time'> {
  return { id, user, time };
}

/** US dollars are not named. */
function inCurrency(currency: string): { currency?: string } {
  return currency === DOLLAR ? {} : { currency };
}

function sectorOf(symbol: string): string {
  return listingOf(symbol)?.sector ?? 'Unknown';
}

function sumOf(amounts: readonly Cash[], currency: string): number {
  return amounts.reduce((sum, each) => (each.currency === currency ? sum + each.amount : sum), 0);
}
