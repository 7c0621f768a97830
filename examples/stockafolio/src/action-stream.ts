import { decimal, int64, money, oneOf, optional, record, stream, type Infer } from '@stockafolio/core';
import { eventFields } from './trade.js';

/** Decimals of what is paid for each share: dividends have up to six. */
export const PER_SHARE_SCALE = 8;

const fields = {
  id: eventFields.id,
  symbol: eventFields.symbol,
  kind: oneOf('split', 'stock-dividend', 'dividend'),
  time: eventFields.time,
  numerator: optional(int64({ min: 1 })),
  denominator: optional(int64({ min: 1 })),
  price: optional(money({ min: 1 })),
  perShare: optional(decimal(PER_SHARE_SCALE, { min: 1 })),
  currency: optional(eventFields.currency),
};

export type CorporateAction = Infer<{ readonly fields: typeof fields }>;

/**
 * What a company does to all holders of its shares, long and short: one record, which counts for everybody who holds them at
 * its `time`.
 *
 * | `kind` | is | needs |
 * | --- | --- | --- |
 * | `split` | `denominator` shares become `numerator`: 4 and 1, or 1 and 10 for a reverse split | `numerator`, `denominator` |
 * | `stock-dividend` | `numerator` new shares for each `denominator` | `numerator`, `denominator` |
 * | `dividend` | cash, `perShare` for each share | `perShare` |
 *
 * - `time` is when it takes effect, in epoch milliseconds: after the events of accounts of that time.
 * - `price` is what a whole share was worth for those who are paid a fraction in cash, in 1e-4 of the currency. Without it,
 *   fractions are kept.
 * - `perShare` is in 1e-8 of the currency.
 * - `currency` is of `price` and `perShare`; without it they are in US dollars.
 */
export const CorporateAction = record('corporate_action', fields, {
  needs: ({ kind }) => (kind === 'dividend' ? ['perShare'] : ['numerator', 'denominator']),
});

/** The corporate actions of all symbols. Each partition of the pipeline reads all of them. */
export const actions = stream('actions', CorporateAction, { broadcast: true, time: (action) => action.time });
