import { formatMoney } from '@stockafolio/core';
import type { AccountEvent, TradeEvent } from '../../books/account-event.js';
import { MOST_SHARES, sharesText } from '../../quantity.js';
import type { Tokens } from '../trade-mapper.js';

/** What the stream takes of an event: the values of a trade's fields, or why it takes nothing yet. */
export type AtBorder = { readonly tokens: Tokens } | { readonly notYet: string };

/** The currency of the stream's prices. */
const CURRENCY = 'USD';

/**
 * The border between what files say and what the stream knows: trades in dollars. Whatever else a file
 * holds has its reason here, by which it is counted. When the stream learns more kinds, only this changes.
 *
 * @param roundPrices take the price rounded to four decimals, where it has more
 */
export function atBorder(event: AccountEvent, { roundPrices = false } = {}): AtBorder {
  if (event.kind !== 'trade') return { notYet: `the stream has no events of the kind '${event.kind}' yet` };
  const reason = reasonAgainst(event, roundPrices);
  if (reason !== undefined) return { notYet: reason };
  const { id, user, symbol, side, quantity, price, time } = event;
  const texts = { id, user, symbol, side, price: formatMoney(price) };
  return {
    tokens: new Map([
      ...Object.entries(texts).map(([field, text]) => [field, JSON.stringify(text)] as const),
      ['quantity', sharesText(quantity)] as const,
      ['time', String(time)] as const,
    ] as Iterable<[keyof typeof texts | 'quantity' | 'time', string]>),
  };
}

function reasonAgainst(
  { currency, quantity, exactPrice, price, symbol }: TradeEvent,
  roundPrices: boolean,
): string | undefined {
  if (currency !== CURRENCY) return `the stream has no trades in ${currency} yet`;
  if (!Number.isSafeInteger(quantity)) return `the stream has no trades of more than ${MOST_SHARES} shares`;
  if (price <= 0) return 'the stream has no trades at a price of 0';
  if (symbol.length > 16) return 'the stream has no symbols of more than 16 characters';
  if (exactPrice !== undefined && !roundPrices) {
    return 'the stream has no prices of more than four decimals (--round-prices rounds them)';
  }
  return undefined;
}
