import { list, object, orNull, text, time, type JsonSchema } from './schemas.js';

const money: JsonSchema = {
  type: 'string',
  description: 'with four decimals, in the currency',
  examples: ['-12.3400'],
};
const shares: JsonSchema = { type: ['number', 'string'], description: 'shares with up to eight decimals' };
const count: JsonSchema = { type: 'integer' };
const listOrNull = (items: JsonSchema): JsonSchema => ({ ...list(items), nullable: true });
const named = { symbol: text(), name: text(), currency: text('such as USD') };

/** What answers about gains and lots give. */
export const gainAnswers = {
  gains: object({
    symbols: list(object({ ...named, quantity: shares, realized: money })),
    years: listOrNull(
      object({
        ...{ year: text('of New York'), ...named, closings: count, proceeds: money, basis: money, gain: money },
        ...{ short: money, long: money },
      }),
    ),
    since: orNull(time),
  }),
  lots: object({
    lots: listOrNull(
      object({
        ...{ number: count, lot: text(), opened: time, quantity: shares, currency: text(), basis: orNull(money) },
        ...{ marketValue: orNull(money), gain: orNull(money), term: text('short or long, if it were closed now') },
      }),
    ),
    complete: { type: 'boolean' },
  }),
};
