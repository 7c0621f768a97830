import { list, numberOrNull, object, orNull, requests, text, time, type JsonSchema } from './schemas.js';

const flag: JsonSchema = { type: 'boolean' };
const rows: JsonSchema = { type: 'integer', description: 'rows' };
const offset: JsonSchema = { type: 'integer', description: 'the next offset' };
const sums = object({
  ...{ trades: { type: ['integer', 'string'] }, volume: { type: ['number', 'string'], description: 'shares' } },
  ...{ value: text('dollars with four decimals'), buyValue: text('the part of it that was bought') },
});
const twin = object({ name: text(), live: sums, close: sums, difference: sums });
const side: JsonSchema = {
  ...object({ offset: numberOrNull('the next offset of its partition'), version: time, sums }),
  nullable: true,
};
const comparison = object({
  ...{ comparedAt: time, against: text('archive or batch'), day: orNull(text('up to its end')), isWhole: flag },
  ...{ compared: rows, newer: rows, differences: rows, repaired: rows },
  since: { type: 'integer', description: 'messages that the live tables have taken since' },
  isOther: { type: 'boolean', description: 'whether the tables were made anew since' },
  partitions: list(
    object({ partition: { type: 'integer' }, expected: offset, found: offset, now: numberOrNull('the next offset') }),
  ),
  tables: list(
    object({
      ...{ table: text(), compared: rows, newer: rows, changed: rows, missing: rows, extra: rows, stale: rows },
    }),
  ),
  first: list(
    object({
      ...{ table: text(), kind: text('changed, missing, extra or stale'), key: text() },
      columns: list(object({ column: text(), expected: orNull(text()), found: orNull(text()) })),
    }),
  ),
});
const of: JsonSchema = {
  type: 'string',
  enum: ['sectors', 'symbols'],
  default: 'sectors',
  description: 'sectors or symbols',
};
const day = requests.day.properties.day;

/** What the answers about the close give. */
export const closeAnswers = {
  comparison: object({ comparison: { ...comparison, nullable: true } }),
  twins: object({
    ...{ day: text(), newestDay: text(), hasClose: flag, isClosed: flag, of: text('sectors or symbols') },
    ...{ total: twin, twins: list(twin) },
  }),
  rows: object({
    table: text(),
    rows: list(object({ key: text(), shard: { type: 'integer' }, live: side, close: side })),
  }),
} as const;

const name = {
  ...{ type: 'string', minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$' },
  description: 'a sector or a symbol, 1 to 64 characters, none of them a zero byte',
} as const;

export const closeRequests = {
  twins: { type: 'object', properties: { day, of }, additionalProperties: false },
  rows: {
    type: 'object',
    properties: { day, of, name },
    required: ['name'],
    additionalProperties: false,
  },
} as const;
