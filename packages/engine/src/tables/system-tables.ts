import { boolean, int32, int64, oneOf, optional, table, type Table, text, timestamp } from '@stockafolio/core';

/**
 * How far the rows of single keys are exact, and all tables when the run has stopped: one row for every pipeline and
 * source partition.
 */
export const progress = table(
  'progress',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** The next offset to process: everything below it is in the tables. */
    offset: int64(),
    /** Event time below which no record is expected. */
    watermark: optional(timestamp()),
    /** Identity of the source that the tables were made from. */
    source: text(),
  },
);

/**
 * The offset up to which all rows of a partition are in the tables, including those of shared figures, which may be
 * written after the progress. Written before each checkpoint: it shows whether tables that lost acknowledged writes are
 * up to it.
 */
export const checkpointCuts = table(
  'checkpoint_cuts',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  { pipeline: text(), partition: int32(), offset: int64() },
);

/** The writer of each table: without it, rows of equal versions but other values would be lost without an error. */
export const tableWriters = table(
  'table_writers',
  { partitionBy: ['table'], clusterBy: ['runner'] },
  {
    table: text(),
    runner: oneOf('stream', 'batch'),
    pipeline: text(),
    /** The id of the checkpoint store that belongs to the rows of the table: `LOCATION@TIME`, its first location. */
    checkpoints: text({ max: 4_000 }),
  },
);

/**
 * The offset from which the versions of a partition are above a version under which rows were repaired: otherwise the
 * following rows would be lost below the repaired ones. A separate table, because the progress is written with every
 * commit.
 */
export const versionFloors = table(
  'version_floors',
  { partitionBy: ['pipeline'], clusterBy: ['partition', 'offset'] },
  { pipeline: text(), partition: int32(), offset: int64(), above: int64() },
);

/**
 * How the source was partitioned when the tables were made: this determines the partition of a key's records, and so of
 * its totals.
 */
export const partitionings = table(
  'partitionings',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** Number of partitions of the source. */
    partitions: int32(),
    /** The partitioner's name; `function` for any other. */
    partitioner: text(),
    /**
     * The offset up to which the archive of this partition was repartitioned; absent if the tables were not made that
     * way.
     */
    divided: optional(int64()),
  },
);

/**
 * What identifies a source's log: the leader epoch and a checksum of the last message that is in the tables. A separate
 * table instead of columns of `progress`, so that tables of earlier versions, and programs that read them, still work.
 */
export const sourceMarks = table(
  'source_marks',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** The next offset to process. */
    offset: int64(),
    epoch: optional(int32()),
    checksum: optional(int64()),
  },
);

/**
 * Of pipelines that read several streams: where a stream was silent, so that records of others went on without it. From
 * this offset on, its messages count as sent at this time or later. It makes the order the same when messages are read
 * again.
 */
export const streamLulls = table(
  'stream_lulls',
  { partitionBy: ['pipeline'], clusterBy: ['partition', 'offset'] },
  {
    /** With the name of the stream behind it. */
    pipeline: text(),
    partition: int32(),
    offset: int64(),
    /** Epoch milliseconds. */
    sent: int64(),
  },
);

/**
 * Up to which offset the rows of windows that were still open, written in a lull or at a commit, may be in the tables.
 * Written before them: a run that repeats these records removes what the windows' later values do not write.
 */
export const earlyRows = table(
  'early_rows',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    /** With the name of the stream behind it, if there are several. */
    pipeline: text(),
    partition: int32(),
    /** The offset after the last record that such a row is made of. */
    offset: int64(),
  },
);

/**
 * Longest message that is stored whole, in UTF-16 units. Of a longer one only the beginning is stored; the source has
 * it.
 */
export const MAX_MESSAGE = 1 << 24;

/** The part of a longer message that `dead_letters` holds, in UTF-16 units: it keeps pages of dead letters small. */
export const MESSAGE_BEGINNING = 4_096;

/** The length of a row of `dead_letter_parts`, in UTF-16 units. */
export const MESSAGE_PART = 32_768;

/** Messages that were dead-lettered, with the offset at which they remain in the source, and the cause. */
export const deadLetters = table(
  'dead_letters',
  { partitionBy: ['pipeline', 'partition'], clusterBy: ['offset', 'operator'] },
  {
    pipeline: text(),
    partition: int32(),
    offset: int64(),
    /**
     * The only operator for which the record was rejected; `NAME (figure)` if the message is a figure of that operator
     * that failed on its way to a table, at a broadcast record `NAME (figure, partition N)`; `NAME (STREAM KEY)` if a
     * broadcast record was not applied to a key; empty if the record was rejected as a whole.
     */
    operator: text(),
    code: text(),
    cause: text({ max: 4_000 }),
    /** The message: UTF-8 as it is, anything else in base64. */
    message: text({ max: MESSAGE_BEGINNING }),
    encoding: oneOf('utf8', 'base64'),
    /**
     * Whether this is only the beginning of the message: then `dead_letter_parts` has it, up to {@link MAX_MESSAGE}.
     */
    truncated: boolean(),
    /** When the source received it. */
    ingested: timestamp(),
    /** `done` if it was replayed. */
    replayed: optional(text()),
  },
);

/** The messages of the dead letters that are too long for a row, in parts. */
export const deadLetterParts = table(
  'dead_letter_parts',
  { partitionBy: ['pipeline', 'partition', 'offset'], clusterBy: ['operator', 'part'] },
  {
    pipeline: text(),
    partition: int32(),
    offset: int64(),
    operator: text(),
    /** From 0. */
    part: int32(),
    /** Number of parts; no parts are stored for a message longer than {@link MAX_MESSAGE}. */
    parts: int32(),
    /** A part of the message, in the encoding of its dead letter. */
    message: text({ max: MESSAGE_PART }),
  },
);

/** What a run stores about itself in the tables, besides its progress. */
export const runTables: readonly Table[] = [
  versionFloors,
  partitionings,
  checkpointCuts,
  sourceMarks,
  streamLulls,
  earlyRows,
] as Table[];

/** The tables of the dead letters. */
export const deadLetterTables: readonly Table[] = [deadLetters as Table, deadLetterParts as Table];
