import { ranges } from '../../figures/performance.js';
import { list, numberOrNull, session, object, orNull, text, time, type JsonSchema } from './schemas.js';

const decimal: JsonSchema = { type: 'string', description: 'dollars with four decimals', examples: ['-12.3400'] };
const count = (description: string): JsonSchema => ({ type: 'integer', description });
const returned = object({ rates: list({ type: 'number' }), why: orNull(text('why there is no rate')) });
const amounts = { value: orNull(decimal), invested: orNull(decimal), profit: orNull(decimal) };

/** The range of results that is asked for. */
export const performanceRequest = {
  type: 'object',
  properties: {
    range: { type: 'string', enum: [...ranges], default: '1M', description: ranges.join(', ') },
  },
  additionalProperties: false,
} as const;

/** The results of an account over some time. */
export const performanceAnswer = object({
  ...{ user: text(), range: text(ranges.join(', ')), day: text('of New York, of the last point') },
  session,
  progress: object({ watermark: orNull(time), newest: orNull(time) }),
  kept: { type: 'boolean', description: 'whether the tables have results by day' },
  why: orNull(text('why there are no points')),
  hasCash: { type: 'boolean', description: 'if false, what trades cost is paid in with them' },
  points: list(
    object({
      ...{ at: text('a day at its close, or a time'), ...amounts },
      ...{ index: numberOrNull('100 at first, time-weighted'), market: numberOrNull('100 at first') },
      marketValue: orNull(decimal),
      unpriced: count('positions without a price up to then'),
      earlier: count('positions at the close of an earlier day'),
    }),
  ),
  summary: object({
    ...{ ...amounts, timeWeighted: returned, moneyWeighted: returned },
    ...{ marketTimeWeighted: returned, marketMoneyWeighted: returned },
  }),
  dividends: list(object({ symbol: text(), currency: text('such as USD'), amount: text('in the currency') })),
  otherCurrencies: count('positions in other currencies, which are not included'),
  differing: count('positions with other shares now than their days add up to'),
});
