import { StockafolioError } from '../errors/index.js';
import type { KeyField, RecordOf, Stream } from './stream.js';

export interface TopicOptions<T, C extends readonly (KeyField<T> & string)[]> {
  /**
   * The fields that identify what a message replaces: the key of a message is made of them, so that Kafka may compact the
   * topic. The first ones are usually the stream's key, which still determines the partition. Defaults to the stream's
   * key, of a topic that is not compacted.
   */
  readonly compactBy?: C;
  /**
   * Whether each commit is sent in one transaction of Kafka: then also consumers that know nothing of the headers get each
   * record once, if they read what is committed alone. They see it with the commit. Defaults to false.
   */
  readonly transactional?: boolean;
  /**
   * With `remove`, a figure that expires (`expires` or `expiresAfter` of the fold directly before the topic) is removed from
   * it too: by a tombstone, once the watermark passes that time. Defaults to `keep`, because what expires is often final,
   * such as the figures of a day; rows of tables are kept as well.
   */
  readonly expired?: 'keep' | 'remove';
}

/** A topic that pipelines send records to, for others to read: a value that names no transport. */
export interface Topic<T = unknown, C extends readonly string[] = readonly string[]> {
  /** What it holds: its name is that of the topic. */
  readonly stream: Stream<T>;
  /** The fields that identify what a message replaces; none if the topic is not compacted. */
  readonly compactBy: C;
  /** Whether it is sent in transactions. */
  readonly isTransactional: boolean;
  /** Whether what expires is removed from it. */
  readonly removesExpired: boolean;
}

/** The record type of a topic. */
export type TopicRecord<D> = D extends { readonly stream: infer S } ? RecordOf<S> : never;

/**
 * Declares a topic as a destination of `into`. Whoever declares the same stream can read it: another pipeline, or any
 * consumer.
 *
 * A message has the stream's key, the record as JSON of its schema, and headers that tell a repeat from a new message.
 *
 * @throws ERR_SCHEMA_INVALID if a field of `compactBy` is not in every record, or if they do not determine the partition
 * @example
 * const alerts = stream('alerts', Alert, { key: 'user', time: (alert) => alert.time });
 * const big = pipeline('big-trades', { trades }, ({ trades }) => [
 *   into(topic(alerts), trades.pipe(filter((trade) => trade.quantity > 10_000), map(toAlert))),
 * ]);
 * @example
 * // The newest position of each user and symbol, compacted by Kafka.
 * into(topic(positionChanges, { compactBy: ['user', 'symbol'] }), trades.pipe(foldByKey('positions', { ... })))
 */
export function topic<T, const C extends readonly (KeyField<T> & string)[] = readonly []>(
  stream: Stream<T>,
  options: TopicOptions<T, C> = {},
): Topic<T, C> {
  const { compactBy = [] as unknown as C, transactional: isTransactional = false, expired = 'keep' } = options;
  checkCompactBy(stream, compactBy);
  const removesExpired = expired === 'remove';
  if (removesExpired && compactBy.length === 0)
    throw new StockafolioError(
      'ERR_SCHEMA_INVALID',
      `topic '${stream.name}' is not compacted, so nothing can be removed`,
      {
        hint: "name the fields of the keys: topic(stream, { compactBy: [...], expired: 'remove' })",
      },
    );
  return Object.freeze({ stream, compactBy: Object.freeze(compactBy), isTransactional, removesExpired });
}

function checkCompactBy<T>({ name, schema, keyFields, partitioner }: Stream<T>, compactBy: readonly string[]): void {
  if (compactBy.length === 0) return;
  const refuse = (what: string, hint: string): never => {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `topic '${name}': ${what}`, { hint });
  };
  const missing = compactBy.find((field) => schema.fields[field]?.optional !== false);
  if (missing !== undefined)
    refuse(`'${missing}' cannot be in compactBy, because not every record has it`, 'name fields that all records have');
  if (partitioner === undefined)
    refuse(
      'its stream is keyed by nothing, so two messages that replace each other may be in different partitions',
      "declare the stream with a key: key: 'user'",
    );
  const apart = keyFields?.find((field) => !compactBy.includes(field));
  if (apart !== undefined)
    refuse(
      `compactBy lacks '${apart}', a part of the stream's key: messages that replace each other may be in different partitions`,
      `write compactBy: ${JSON.stringify([...(keyFields ?? []), ...compactBy.filter((field) => !keyFields?.includes(field))])}`,
    );
}
