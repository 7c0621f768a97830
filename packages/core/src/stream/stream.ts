import { StockafolioError } from '../errors/index.js';
import type { Fields, ObjectOf, RecordSchema } from '../schema/index.js';

/** One part of a key. */
export type KeyPart = string | number | bigint | boolean;

/** A key: one part, or several in order. */
export type Key = KeyPart | readonly KeyPart[];

export interface StreamOptions<T> {
  /** What the source is partitioned by: all records of one key are in one partition, in order. */
  readonly key: (record: T) => Key;
  /** The event time, in epoch milliseconds. */
  readonly time: (record: T) => number;
  /** How far, in milliseconds, a record's time may lie behind the newest before the watermark passes it; 0 unless told. */
  readonly outOfOrderness?: number;
  /** How far, in milliseconds, a record's time may lie ahead of the broker's before it is bad; one hour unless told. */
  readonly maxSkew?: number;
}

/** A typed, keyed, timed sequence of records: a value that names no transport. */
export interface Stream<T> {
  readonly name: string;
  readonly schema: RecordSchema;
  readonly key: (record: T) => Key;
  readonly time: (record: T) => number;
  readonly outOfOrderness: number;
  readonly maxSkew: number;
}

/** The record type of a stream. */
export type RecordOf<S> = S extends Stream<infer T> ? T : never;

/**
 * Declares a stream of records.
 *
 * @example
 * const trades = stream('trades', Trade, { key: (t) => t.user, time: (t) => t.time });
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
  return Object.freeze({
    name,
    schema,
    key: options.key,
    time: options.time,
    outOfOrderness: options.outOfOrderness ?? 0,
    maxSkew: options.maxSkew ?? 3_600_000,
  });
}
