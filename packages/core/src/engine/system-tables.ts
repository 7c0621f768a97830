import { boolean, int32, int64, oneOf, optional, text, timestamp } from '../schema/index.js';
import { table, type Table } from '../table/index.js';

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

/**
 * Up to where all rows of a partition are in the tables, those of shared figures among them, which may come after their
 * progress. Written before each checkpoint: tables that lost what they acknowledged are up to it, or not, by this.
 */
export const checkpointCuts = table(
  'checkpoint_cuts',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  { pipeline: text(), partition: int32(), offset: int64() },
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

/**
 * From which offset on the versions of a partition lie above one under which rows were mended: else what comes next would be
 * lost below these. A table of its own, as the progress is written with every commit.
 */
export const versionFloors = table(
  'version_floors',
  { partitionBy: ['pipeline'], clusterBy: ['partition', 'offset'] },
  { pipeline: text(), partition: int32(), offset: int64(), above: int64() },
);

/**
 * How the source was divided when the tables were made, by its partitions: a key's records are where that puts them, and so
 * are its totals.
 */
export const partitionings = table(
  'partitionings',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** How many partitions the source had. */
    partitions: int32(),
    /** The partitioner's name; `function` for any other. */
    partitioner: text(),
    /** The offset up to which the archive of this partition was divided anew; absent where the tables were not made so. */
    divided: optional(int64()),
  },
);

/**
 * By what a source is known again: of the last message that is in the tables, the leader epoch and a checksum. A table of its
 * own, and not columns of `progress`, so that tables of earlier versions, and programs that read them, go on as they are.
 */
export const sourceMarks = table(
  'source_marks',
  { partitionBy: ['pipeline'], clusterBy: ['partition'] },
  {
    pipeline: text(),
    partition: int32(),
    /** The next offset to be taken in. */
    offset: int64(),
    epoch: optional(int32()),
    checksum: optional(int64()),
  },
);

/** Longest message that is kept whole, in UTF-16 units; of a longer one there is the beginning, and the source has it. */
export const MAX_LETTER = 1 << 24;

/** Of a longer message `dead_letters` has so much, in UTF-16 units: a page of letters is small, whatever was sent. */
export const LETTER_BEGINNING = 4_096;

/** The length of a row of `dead_letter_parts`, in UTF-16 units. */
export const LETTER_PART = 32_768;

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
    message: text({ max: LETTER_BEGINNING }),
    encoding: oneOf('utf8', 'base64'),
    /** Whether only the beginning of the message is here: then `dead_letter_parts` has it, up to {@link MAX_LETTER}. */
    truncated: boolean(),
    /** When the source took it in. */
    ingested: timestamp(),
    /** `done` when it was replayed. */
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
    /** How many parts there are; none is kept of a message that is longer than {@link MAX_LETTER}. */
    parts: int32(),
    /** A part of the message, in the letter's encoding. */
    message: text({ max: LETTER_PART }),
  },
);

/** What a run keeps of itself in the tables, beside its progress. */
export const runTables: readonly Table[] = [versionFloors, partitionings, checkpointCuts, sourceMarks] as Table[];

/** The tables that hold what was set aside. */
export const letterTables: readonly Table[] = [deadLetters as Table, deadLetterParts as Table];
