import { mulDivHalfEven, StockafolioError } from '@stockafolio/core';
import { PER_SHARE_SCALE, type CorporateAction } from './action-stream.js';
import { DOLLAR, inDollars, type CashFlow, type ShareAction } from './account-stream.js';
import { MONEY_SCALE, QUANTITY_SCALE } from './books/account-event.js';
import { times } from './books/reshape.js';
import { SHARE } from './quantity.js';

/** What a corporate action is for one holder: an event of the holder's account. */
export type HolderEvent = ShareAction | (CashFlow & { readonly kind: 'dividend'; readonly symbol: string });

/** What a holder has, in 1e-8 shares, below 0 if short; `currency` is absent for US dollars. */
interface Held {
  readonly quantity: number;
  readonly currency?: string | undefined;
}

/** The units of shares times what is paid for each, in one unit of money. */
const PAID = 10 ** (QUANTITY_SCALE + PER_SHARE_SCALE - MONEY_SCALE);

/**
 * What a corporate action is for a holder; undefined if nothing is held, or nothing comes of it. Amounts are rounded once, a
 * half to the even neighbour.
 *
 * @throws ERR_BAD_RECORD if it is in another currency than the position, or leaves a fraction of 1e-8 shares without a price
 * @example
 * // 1 for 10, and 12.00 for a whole new share: 25 shares become 2, and 6.00
 * holderEvent('ann', { quantity: 25_0000_0000 }, { ...reverseSplit, numerator: 1, denominator: 10, price: 12_0000 });
 */
export function holderEvent(user: string, held: Held, action: CorporateAction): HolderEvent | undefined {
  if (held.quantity === 0) return undefined;
  const { id, symbol, time, kind, numerator = 1, denominator = 1, perShare, price, currency } = action;
  if (perShare !== undefined || price !== undefined) expectCurrency(user, held, action);
  const event = { id, user, symbol, time, ...(currency === undefined ? {} : { currency }) };
  if (kind === 'dividend') {
    const amount = mulDivHalfEven(held.quantity, perShare ?? 0, PAID);
    return amount === 0 ? undefined : { ...event, kind, amount };
  }
  const isSplit = kind === 'split';
  const before = Math.abs(held.quantity);
  const [after, isExact] = times(before, { numerator: isSplit ? numerator : numerator + denominator, denominator });
  if (price === undefined && !isExact) throw leavesFraction(user, action);
  const fraction = after % SHARE;
  // Less than 1e-8 shares has no price, but the split of such a position is paid, as it is not kept.
  const isPaid = price !== undefined && (fraction > 0 || (isSplit && !isExact));
  const amount = isPaid ? { amount: Math.sign(held.quantity) * mulDivHalfEven(fraction, price, SHARE) } : {};
  if (isSplit) return { ...event, kind, numerator, denominator, ...amount };
  return after === before ? undefined : { ...event, kind, quantity: after - before, ...amount };
}

function expectCurrency(user: string, { currency = DOLLAR }: Held, action: CorporateAction): void {
  const own = inDollars(action) ? DOLLAR : action.currency;
  if (currency === own) return;
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `the position of '${user}' in '${action.symbol}' is in ${currency}, and this ${action.kind} is in ${String(own)}`,
    { hint: 'give the shares of another exchange a symbol of their own, such as SAP.DE' },
  );
}

function leavesFraction(user: string, { symbol, kind }: CorporateAction): StockafolioError {
  return new StockafolioError('ERR_BAD_RECORD', `this ${kind} leaves '${user}' less than 1e-8 shares of '${symbol}'`, {
    hint: 'give the price of a share, by which fractions are paid in cash',
  });
}
