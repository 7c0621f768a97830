import { boolean, int32, int64, oneOf, optional, text, timestamp } from '../schema/index.js';
import { table } from '../table/index.js';

/** What the rows of single keys are exact up to, and at rest all tables: one row for every pipeline and source partition. */
export const progress = table(
  'progress',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** The next offset to be taken in: everything below it is in the tables. */
    offset: int64(),
    /** Event time that no record is expected to lie before. */
    watermark: optional(timestamp()),
    /** Identity of the source that the tables were made from. */
    source: text(),
  },
);

/** Who writes each table: rows of equal versions but other values would else be lost without a word. */
export const tableWriters = table(
  'table_writers',
  { partitionBy: ['table'], clusterBy: ['runner'] },
  {
    table: text(),
    runner: oneOf('stream', 'batch'),
    pipeline: text(),
    /** The id of the store of checkpoints that go with what the tables hold: `LOCATION@TIME`, where they were first. */
    checkpoints: text({ max: 4_000 }),
  },
);

/** Longest message kept in a dead letter, in UTF-16 units; of a longer one the beginning is kept, and it stays in the source. */
export const MAX_LETTER = 1 << 20;

/** Messages that were set aside, with the position at which they stay in the source, and the cause. */
export const deadLetters = table(
  'dead_letters',
  { partitionBy: ['pipeline', 'partition'], clusterBy: ['offset', 'operator'] },
  {
    pipeline: text(),
    partition: int32(),
    offset: int64(),
    /**
     * The operator for which alone the record was set aside; `NAME (figure)` where the message is a figure of its that failed
     * on its way to a table; empty where the record was set aside as a whole.
     */
    operator: text(),
    code: text(),
    cause: text({ max: 4_000 }),
    /** The message: UTF-8 as it is, anything else in base64. */
    message: text({ max: MAX_LETTER }),
    encoding: oneOf('utf8', 'base64'),
    /** Whether only the beginning of the message is kept here. */
    truncated: boolean(),
    /** When the source took it in. */
    ingested: timestamp(),
    /** `done` when it was replayed; before that `pending:PARTITION:OFFSET`, from where on its message is looked for. */
    replayed: optional(text()),
  },
);
