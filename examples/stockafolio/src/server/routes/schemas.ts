import { FIRST_DAY, isCalendarDay, LAST_DAY } from '../../calendar/calendar-day.js';

/** JSON schemas of requests and answers, for validation and for the page of the API. */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly [keyword: string]: unknown;
}

export const text = (description?: string): JsonSchema => ({ type: 'string', ...(description ? { description } : {}) });
const decimal: JsonSchema = { type: 'string', description: 'dollars with four decimals', examples: ['-12.3400'] };
const shares: JsonSchema = {
  type: ['number', 'string'],
  description: 'shares with up to eight decimals; a string where a number would have other digits',
};
const whole: JsonSchema = { type: ['integer', 'string'], description: 'a string past 2^53' };
const integer = (description?: string): JsonSchema => ({ type: 'integer', ...(description ? { description } : {}) });
const basisPoints = integer('in hundredths of a per cent');
export const time: JsonSchema = { type: 'string', format: 'date-time' };
export const orNull = ({ type, ...schema }: JsonSchema): JsonSchema => ({
  ...schema,
  type: [...(type === undefined ? [] : [type].flat()), 'null'],
});
export const numberOrNull = (description?: string): JsonSchema =>
  orNull({ type: 'number', ...(description ? { description } : {}) });
export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
/** An object or null, which the serializer tells apart. */
const maybe = (schema: JsonSchema): JsonSchema => ({ ...schema, nullable: true });

const asOf = { watermark: orNull(time), newest: orNull(time) };
const counts = {
  records: integer('messages that are in the tables'),
  rate: orNull(integer('a second')),
  behind: orNull(integer('messages of the source that are not in the tables yet')),
};
const progress = object({ ...asOf, ...counts });
/** Viewers outside the firm see only the times. */
const seenProgress = { ...object({ ...asOf, ...counts }), required: Object.keys(asOf) };
export const session = maybe(object({ open: integer('minute of the day'), close: integer('minute of the day') }));
const sums = { trades: whole, volume: shares, value: decimal, buyValue: decimal };
const trader = object({ user: text(), trades: whole, volume: shares, value: decimal });
const sectorTotal = object({ sector: text(), ...sums });
const move = { symbol: text(), name: text(), price: decimal, dayOpen: decimal, basisPoints };
const holding = {
  ...{ symbol: text(), name: text(), sector: text(), currency: text('such as USD'), quantity: shares },
  ...{ averageCost: decimal, cost: decimal, realized: decimal, price: orNull(decimal) },
  ...{ marketValue: orNull(decimal), unrealized: orNull(decimal), dayChange: orNull(decimal) },
  ...{ dayMove: orNull(basisPoints), weight: orNull(basisPoints) },
};
const dayGain = {
  ...{ gain: orNull(decimal), basisPoints: orNull(basisPoints), before: decimal, bought: decimal, sold: decimal },
  ...{ trades: whole, now: decimal, atStake: decimal },
};
const dayTotals = {
  ...{ day: text('of New York'), ...dayGain, fromClose: whole, fromFirstPrice: whole, unknown: whole },
  closeDay: orNull(text()),
};
const dayBase = { price: decimal, kind: text('close or first price'), day: text('of New York') };
const position = {
  ...{ ...holding, priceTime: orNull(time), base: maybe(object(dayBase)), day: maybe(object(dayGain)) },
};
const totals = {
  ...{ trades: whole, volume: shares, value: decimal, realized: decimal, openPositions: whole },
  ...{
    marketValue: decimal,
    cost: decimal,
    grossCost: decimal,
    unrealized: decimal,
    day: object(dayTotals),
    gross: decimal,
  },
};
const trade = {
  ...{ id: text(), time, symbol: text(), sector: text(), side: text() },
  ...{ quantity: shares, price: decimal, value: decimal, currency: text('such as USD') },
};
const money: JsonSchema = {
  type: 'string',
  description: 'with four decimals, in the currency',
  examples: ['-12.3400'],
};
const account = {
  ...{ currency: text('an ISO code, or as the source has it'), cash: money, deposits: money, withdrawals: money },
  ...{ dividends: money, interest: money, fees: money, commissions: money, taxes: money },
  ...{ exchanged: money, options: money, other: money },
};
const event = {
  ...{ id: text(), time, kind: text(), symbol: orNull(text()), quantity: orNull(shares), currency: text() },
  ...{ amount: orNull(money), value: orNull(money) },
};
const close = maybe(object({ progress, total: object(sums), sectors: list(sectorTotal) }));

/** What answers give. */
export const answers = {
  progress: object({ now: time, live: seenProgress, close: maybe(seenProgress) }),
  days: object({ days: list(text('YYYY-MM-DD')) }),
  users: object({ users: list(text()), complete: { type: 'boolean' } }),
  viewer: object({
    login: text('off, tokens or oidc'),
    session: { type: 'boolean', description: 'whether signed in by a cookie, at the provider' },
    ...{ user: orNull(text()), name: orNull(text('to be shown')), firm: { type: 'boolean' } },
  }),
  login: object({ login: text('off, tokens or oidc'), signIn: orNull(text('the address that begins a sign-in')) }),
  totals: object(totals),
  holdings: object({ holdings: list(object(holding)) }),
  trades: object({ trades: list(object(trade)) }),
  accounts: object({
    accounts: list(object(account)),
    events: list(object(event)),
  }),
  dayValue: object({ day: text(), session, points: list(object({ time, value: decimal })) }),
  symbol: object({
    ...{ user: text(), progress: object(asOf), position: object(position), trades: list(object(trade)) },
  }),
  prices: object({
    ...{ symbol: text(), span: text('day, week or year'), day: text(), session },
    ...{ points: list(object({ time, price: decimal })), trades: list(object(trade)) },
  }),
  lines: object({ day: text(), lines: list(object({ symbol: text(), prices: list(decimal) })) }),
  portfolio: object({
    user: text(),
    progress: object(asOf),
    totals: object(totals),
    holdings: list(object(holding)),
    sectors: list(object({ sector: text(), value: decimal, weight: basisPoints })),
    trades: list(object(trade)),
  }),
  firm: object({
    ...{ day: text(), newestDay: text(), session, progress, total: object(sums) },
    ...{ byValue: list(trader), byVolume: list(trader), byTrades: list(trader) },
    sectors: list(sectorTotal),
    symbols: list(object({ symbol: text(), name: text(), ...sums })),
    moves: list(object(move)),
    minutes: list(object({ minute: integer('from midnight in New York'), ...sums })),
    close,
    hasClose: { type: 'boolean' },
  }),
  symbols: object({
    ...{ day: text(), newestDay: text() },
    symbols: list(
      object({
        ...{ symbol: text(), name: text(), sector: orNull(text()), ...sums },
        ...{ price: orNull(decimal), basisPoints: orNull(basisPoints) },
      }),
    ),
  }),
  health: object({ alive: { type: 'boolean' } }),
  ready: {
    type: 'object',
    properties: { ready: { type: 'boolean' }, why: text('what keeps it from being ready') },
    required: ['ready'],
  },
  error: object({ error: object({ code: text(), message: text() }) }),
} as const;

/* The description of a parameter says what it must be: refusals quote it, see `parameter-failure.ts`. */
/** Neither a zero byte nor half a character: no text of a table contains them. */
const WELL_FORMED = '^[^\\u0000\\ud800-\\udfff]*$';
const userId: JsonSchema = {
  ...{ type: 'string', minLength: 1, maxLength: 64, pattern: WELL_FORMED },
  description: 'the id of a user, 1 to 64 characters, none of them a zero byte',
};
const symbolId: JsonSchema = {
  ...{ type: 'string', minLength: 1, maxLength: 16, pattern: WELL_FORMED },
  description: 'a symbol, 1 to 16 characters, none of them a zero byte',
};
const day: JsonSchema = {
  ...{ type: 'string', format: 'calendar-day' },
  description: `a day that exists, as YYYY-MM-DD, from ${FIRST_DAY} to ${LAST_DAY}`,
};
const limit = (most: number, standard: number): JsonSchema => ({
  ...{ type: 'integer', minimum: 1, maximum: most, default: standard },
  description: `a whole number from 1 to ${most}`,
});

/** Symbols whose prices are given at once. */
const MOST_LINES = 60;

/** The formats of these schemas that Ajv does not have. */
export const formats = { 'calendar-day': isCalendarDay } as const;

/** The allowed content of requests; anything else is refused. */
export const requests = {
  user: { type: 'object', properties: { user: userId }, required: ['user'] },
  day: { type: 'object', properties: { day }, additionalProperties: false },
  symbol: { type: 'object', properties: { user: userId, symbol: symbolId }, required: ['user', 'symbol'] },
  span: {
    type: 'object',
    properties: {
      span: { type: 'string', enum: ['day', 'week', 'year'], default: 'day', description: 'day, week or year' },
    },
    additionalProperties: false,
  },
  lines: {
    type: 'object',
    properties: {
      symbol: {
        ...{ type: 'array', items: symbolId, maxItems: MOST_LINES, default: [] },
        description: `up to ${MOST_LINES} symbols, each as a parameter of its own`,
      },
    },
    additionalProperties: false,
  },
  search: {
    type: 'object',
    properties: {
      prefix: {
        ...{ type: 'string', maxLength: 64, pattern: WELL_FORMED, default: '' },
        description: 'the beginning of an id, at most 64 characters, none of them a zero byte',
      },
      limit: limit(50, 8),
    },
    additionalProperties: false,
  },
  trades: { type: 'object', properties: { limit: limit(10_000, 50) }, additionalProperties: false },
  none: { type: 'object', properties: {}, additionalProperties: false },
} as const;

/** The errors of every route. */
export const failures = { '4xx': answers.error, '5xx': answers.error };
