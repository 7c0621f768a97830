import { BadRecordError, StockafolioError } from '../errors/index.js';
import { type ChangeFacts, changeOf, changeSchema, type RecordSchema, type Value } from '../schema/index.js';
import { isKeyOf, keyReaderOf } from './key-values.js';
import type { Stream } from './stream.js';
import type { Topic } from './topic.js';

declare const changed: unique symbol;

/**
 * A record of a changelog: it sets the value of its key, or removes it; then it has only the fields of the key. It goes into
 * `currentByKey` and `joinAsOf`, which tell the two apart.
 */
export type Change<T, C extends readonly string[]> = Pick<T, C[number] & keyof T> &
  Partial<Omit<T, C[number]>> & {
    /** Type only. */
    readonly [changed]?: readonly [T, C];
  };

/** The record type of the topic whose changes these are; `never` if they are no changes. */
export type ChangedRecord<X> = typeof changed extends keyof X
  ? NonNullable<X[typeof changed & keyof X]> extends readonly [infer T, unknown]
    ? T
    : never
  : never;

/** The fields that identify what these changes set or remove; none if they are no changes. */
export type ChangedBy<X> = typeof changed extends keyof X
  ? NonNullable<X[typeof changed & keyof X]> extends readonly [unknown, infer C extends readonly string[]]
    ? C
    : readonly []
  : readonly [];

/** A record, or of a changelog the record that a change sets. */
export type ValueOfChange<X> = [ChangedRecord<X>] extends [never] ? X : ChangedRecord<X>;

/** What is known of a message of a changelog beside its value. */
export interface ChangeMessage extends ChangeFacts {
  readonly key: Uint8Array | null;
}

/** Makes the records of a changelog of messages. */
export interface ChangeReader {
  /** The fields of the key of a message, in order. */
  readonly by: readonly string[];
  /** The record of a message without a value. @throws BadRecordError if its key, or its time, is not there or not valid */
  removal(message: ChangeMessage): Readonly<Record<string, Value>>;
  /** The record of a message with a value, which was decoded. @throws BadRecordError if its key is another one */
  update(record: Readonly<Record<string, Value>>, message: ChangeMessage): Readonly<Record<string, Value>>;
}

/**
 * A compacted topic as a pipeline reads it as a changelog: a message replaces what an earlier one of its key has set, and a
 * message without a value (a tombstone) removes it. Any producer may write the topic. Of what pipelines of this library send
 * the highest version of a key counts, however often it is sent; of all others, the order in the topic.
 *
 * The fields of `compactBy` are read from the key of a message: their texts joined by U+0000. Texts, words and days are as
 * they are, numbers in decimal digits: times in epoch milliseconds, money in units of 1e-4. The time of a tombstone is its
 * header `time` in epoch milliseconds, else the time of its message.
 *
 * @throws ERR_SCHEMA_INVALID if the topic is not compacted, a function makes its stream's key, `compactBy` does not begin with
 * that key, or a field of it cannot be read back
 * @example
 * const stock = changelog(topic(stockChanges, { compactBy: ['shop', 'article'] }));
 * pipeline('shelves', { stock }, ({ stock }) => [into(shelves, stock.pipe(currentByKey('shelves')))]);
 */
export function changelog<T, const C extends readonly string[]>({
  stream,
  compactBy,
}: Topic<T, C>): Stream<Change<T, C>> {
  const { amendments, ...plain } = stream;
  const { name, keyFields } = plain;
  if (amendments !== undefined)
    throw new StockafolioError('ERR_SCHEMA_INVALID', `changelog of topic '${name}': its stream has amendments`, {
      hint: 'a message of a changelog replaces the one before: declare its stream without amendments',
    });
  checkReadable(name, keyFields, compactBy);
  const schema = changeSchema(stream.schema, compactBy);
  const isRemoval = (record: unknown): record is ChangeFacts => (record as ChangeFacts).$removed === true;
  return Object.freeze({
    ...plain,
    schema,
    // The key has only fields that removals have too.
    key: stream.key as Stream<Change<T, C>>['key'],
    time: (record: Change<T, C>): number =>
      isRemoval(record) ? (record.$time ?? 0) : stream.time(record as unknown as T),
    changes: readerOf(`changelog of topic '${name}'`, schema, compactBy),
  });
}

function readerOf(owner: string, schema: RecordSchema, by: readonly string[]): ChangeReader {
  const readKey = keyReaderOf(owner, schema, by);
  return Object.freeze({
    by,
    removal({ key, ...facts }: ChangeMessage) {
      if (key === null) throw bad('', 'the message has no key and no value');
      if (facts.$time === undefined) throw bad('time', 'the message has no value, and no time');
      return changeOf(schema, readKey(key), { ...facts, $removed: true });
    },
    update(record: Readonly<Record<string, Value>>, { key, ...facts }: ChangeMessage) {
      const values = by.map((field) => record[field]);
      if (key === null) throw bad('', 'the message has no key, so nothing could replace it');
      if (!isKeyOf(key, values)) throw bad('', `the key of the message is not that of its value: ${by.join(', ')}`);
      return changeOf(schema, record, { ...facts, $removed: undefined, $time: undefined });
    },
  });
}

function bad(field: string, message: string): BadRecordError {
  return new BadRecordError([{ field, message }]);
}

function checkReadable(name: string, keyFields: readonly string[] | undefined, compactBy: readonly string[]): void {
  const refuse = (what: string, hint: string): never => {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `topic '${name}' cannot be read as a changelog: ${what}`, {
      hint,
    });
  };
  if (compactBy.length === 0)
    refuse('it is not compacted', "name the fields of its messages' keys: topic(stream, { compactBy: ['user'] })");
  if (keyFields === undefined)
    refuse(
      'a function makes the key of its stream, and a tombstone has no record to call it with',
      "declare the key of the stream by the names of fields: key: 'user'",
    );
  if (keyFields?.every((field, n) => compactBy[n] === field) !== true)
    refuse(
      'compactBy does not begin with the key of its stream',
      `write compactBy: ${JSON.stringify([...(keyFields ?? []), ...compactBy.filter((field) => !keyFields?.includes(field))])}`,
    );
}
