import { BadRecordError, StockafolioError, isStockafolioError, messageOf } from '../errors/index.js';
import { fieldOf, type Fields, type ObjectOf, type RecordSchema } from '../schema/index.js';
import { checkAmendments, type AmendmentOptions, type Amendments } from './amendments.js';
import type { ChangeReader } from './changelog.js';
import type { Partitioner } from './partitioner.js';

/** One part of a key. */
export type KeyPart = string | number | bigint | boolean;

/** A key: one part, or several in order. */
export type Key = KeyPart | readonly KeyPart[];

/** The fields of a record that can be parts of a key: those that every record has, with one value. */
export type KeyField<T> = { [N in keyof T & string]-?: T[N] extends KeyPart ? N : never }[keyof T & string];

/** The key of a stream that is keyed by nothing: no key of an operator begins with it. */
const NO_KEY: Key = Object.freeze([]);

/** The event times that a record can have, in epoch milliseconds: an ECMAScript time before 2255-06-01. */
const FIRST_TIME = -8.64e15;
/** Versions, which are microseconds, end at 2^53 on 2255-06-05: this leaves some days for versions that run ahead. */
const LAST_TIME = 9_006_768_000_000 - 1;

interface StreamTimes<T> {
  /** The event time, in epoch milliseconds; anything finer is cut off. A record without one is bad. */
  readonly time: (record: T) => number;
  /**
   * How far, in milliseconds, a record's time may be behind the newest before the watermark passes it; defaults to 0.
   */
  readonly outOfOrderness?: number;
  /**
   * How far, in milliseconds, a record's time may be ahead before the record is bad; defaults to one hour. It is
   * compared with the broker's time, or, if messages carry their producer's time, with the clock of the process that
   * reads them.
   */
  readonly maxSkew?: number;
  /** How records withdraw or correct earlier ones; without it, each stands for itself. */
  readonly amendments?: AmendmentOptions<T>;
}

/** A stream whose source is partitioned by a key, or by nothing meaningful. */
export type StreamOptions<T> = StreamTimes<T> &
  (
    | {
        /**
         * What the source is partitioned by: all records of one key are in one partition, in order. The name of a field,
         * several names, or a function. With names, a pipeline whose operators do not fit is refused when it is made.
         */
        readonly key: KeyField<T> | readonly [KeyField<T>, ...KeyField<T>[]] | ((record: T) => Key);
        /** How the partition of a key is chosen; every message is checked for it. Defaults to `murmur2`. */
        readonly partitioner?: Partitioner;
        readonly keyedBy?: never;
        readonly broadcast?: never;
      }
    | {
        /**
         * Messages are in any partition, with any key or none. No operator may then need all records of a key: figures
         * come from `shardedFold`, or from windows into tables with a `shard()` column.
         */
        readonly keyedBy: 'nothing';
        readonly broadcast?: never;
        readonly key?: never;
        readonly partitioner?: never;
      }
    | {
        /**
         * A small stream of rules, names or corporate actions: each partition of a pipeline reads all of its partitions, of
         * which there may be any number, keyed in any way. Its records go into `joinBroadcast` and `everyKey` of
         * `processByKey` and `foldByKey` alone. What changes the same value belongs into one partition, in order, as everywhere.
         */
        readonly broadcast: true;
        readonly key?: never;
        readonly keyedBy?: never;
        readonly partitioner?: never;
      }
  );

/** One partition of a broadcast stream, as an engine reads it: as a stream of its own. */
export interface BroadcastLane {
  /** The name of the broadcast stream. */
  readonly of: string;
  /** The partition of its source. */
  readonly partition: number;
}

/** A typed, keyed, timed sequence of records: a value that names no transport. */
export interface Stream<T> {
  readonly name: string;
  readonly schema: RecordSchema;
  /** The key of a record; without parts if the stream is keyed by nothing. @throws ERR_BAD_RECORD if it has none */
  readonly key: (record: T) => Key;
  /** The fields that make up the key, none if the stream is keyed by nothing; undefined if a function makes it. */
  readonly keyFields: readonly string[] | undefined;
  /** The event time of a record, in whole epoch milliseconds. @throws ERR_BAD_RECORD if it has none */
  readonly time: (record: T) => number;
  readonly outOfOrderness: number;
  readonly maxSkew: number;
  /** How the partition of a key is chosen; undefined if the stream is keyed by nothing. */
  readonly partitioner: Partitioner | undefined;
  /** Whether each partition of a pipeline reads all of it. */
  readonly isBroadcast: boolean;
  /** Of a broadcast stream that is executed: which of its partitions this is. */
  readonly lane?: BroadcastLane;
  /** Of a changelog: how its records are made of messages. */
  readonly changes?: ChangeReader;
  /** How its records withdraw or correct earlier ones. */
  readonly amendments?: Amendments<T>;
}

/** The record type of a stream. */
export type RecordOf<S> = S extends Stream<infer T> ? T : never;

/**
 * Declares a stream of records.
 *
 * @throws ERR_SCHEMA_INVALID if its name or one of its durations is invalid
 * @example
 * const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time });
 * @example
 * // Written by librdkafka with its default partitioner.
 * const clicks = stream('clicks', Click, { key: 'visitor', partitioner: 'crc32', time: (c) => c.time });
 * @example
 * // Few, and needed in every partition.
 * const sectors = stream('sectors', Sector, { broadcast: true, time: (s) => s.since });
 */
export function stream<F extends Fields>(
  name: string,
  schema: RecordSchema<F>,
  options: StreamOptions<ObjectOf<F>>,
): Stream<ObjectOf<F>> {
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `'${name}' cannot be the name of a stream`, {
      hint: 'use lower-case letters, digits, - and _',
    });
  }
  const { outOfOrderness = 0, maxSkew = 3_600_000, amendments } = options;
  checkDuration(name, 'outOfOrderness', outOfOrderness, Number.isSafeInteger(outOfOrderness));
  checkDuration(name, 'maxSkew', maxSkew, !Number.isNaN(maxSkew));
  const isBroadcast = options.broadcast === true;
  const key = options.keyedBy === 'nothing' || options.broadcast === true ? undefined : checked(name, options.key);
  if (amendments !== undefined) checkAmendments(name, schema, amendments, key !== undefined);
  return Object.freeze({
    name,
    schema,
    key: key === undefined ? () => NO_KEY : checkedKey(keyFunction(key)),
    keyFields: key === undefined ? [] : keyFieldsOf(name, schema, key),
    time: checkedTime(options.time),
    outOfOrderness,
    maxSkew,
    partitioner: key === undefined ? undefined : (options.partitioner ?? 'murmur2'),
    isBroadcast,
    ...(amendments === undefined ? {} : { amendments }),
  });
}

function checked<K>(stream: string, key: K | undefined): K {
  if (key !== undefined) return key;
  throw new StockafolioError('ERR_SCHEMA_INVALID', `stream '${stream}' has no key`, {
    hint: "state what its source is partitioned by: key: 'user', or keyedBy: 'nothing', or broadcast: true for a small one",
  });
}

function keyFieldsOf(
  stream: string,
  schema: RecordSchema,
  key: string | readonly string[] | ((record: never) => Key),
): readonly string[] | undefined {
  if (typeof key === 'function') return undefined;
  const fields = typeof key === 'string' ? [key] : key;
  const wrong = fields.find((field) => !schema.names.includes(field) || fieldOf(schema.fields, field).optional);
  if (fields.length > 0 && wrong === undefined) return Object.freeze([...fields]);
  throw new StockafolioError(
    'ERR_SCHEMA_INVALID',
    wrong === undefined
      ? `stream '${stream}' has a key without fields`
      : `stream '${stream}': '${wrong}' cannot be in its key, because not every record has it`,
    { hint: `the fields that every record has are ${required(schema).join(', ')}` },
  );
}

function required({ names, fields }: RecordSchema): string[] {
  return names.filter((name) => !fieldOf(fields, name).optional);
}

function keyFunction<T>(key: string | readonly string[] | ((record: T) => Key)): (record: T) => Key {
  if (typeof key === 'function') return key;
  const read = (record: T, field: string): KeyPart => (record as Readonly<Record<string, KeyPart>>)[field] as KeyPart;
  if (typeof key === 'string') return (record) => read(record, key);
  return (record) => key.map((field) => read(record, field));
}

function checkDuration(stream: string, option: string, ms: number, fits: boolean): void {
  if (fits && ms >= 0) return;
  throw new StockafolioError('ERR_SCHEMA_INVALID', `stream '${stream}': ${option} cannot be ${ms}`, {
    hint: `${option} is a number of milliseconds, 0 or more`,
  });
}

function checkedTime<T>(timeOf: (record: T) => number): (record: T) => number {
  return (record) => {
    let time: number;
    try {
      time = timeOf(record);
    } catch (error) {
      throw functionError('time', error);
    }
    if (Number.isInteger(time) && time >= FIRST_TIME && time <= LAST_TIME) return time;
    const whole = typeof time === 'number' ? Math.floor(time) : Number.NaN;
    if (whole >= FIRST_TIME && whole <= LAST_TIME) return whole;
    const problem = whole > LAST_TIME ? 'is after 2255-05-31' : 'is not a time in epoch milliseconds';
    throw new BadRecordError([{ field: 'time', message: `${String(time)} ${problem}` }]);
  };
}

function checkedKey<T>(keyOf: (record: T) => Key): (record: T) => Key {
  return (record) => {
    let key: Key;
    try {
      key = keyOf(record);
    } catch (error) {
      throw functionError('key', error);
    }
    if (typeof key === 'string' || isKey(key)) return key;
    throw new BadRecordError([{ field: 'key', message: `${String(key)} is not a key` }]);
  };
}

function isKey(key: unknown): boolean {
  if (Array.isArray(key)) return key.length > 0 && key.every(isKeyPart);
  return isKeyPart(key);
}

function isKeyPart(part: unknown): boolean {
  if (typeof part === 'number') return Number.isFinite(part);
  return typeof part === 'string' || typeof part === 'bigint' || typeof part === 'boolean';
}

/** A stream's own function threw: the record is to blame, unless the error is one of these packages. */
function functionError(field: 'time' | 'key', error: unknown): StockafolioError {
  if (isStockafolioError(error)) return error;
  return new BadRecordError([{ field, message: `its function threw: ${messageOf(error)}` }], { cause: error });
}
