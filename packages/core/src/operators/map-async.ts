import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { AsyncCall, AsyncMapping } from '../pipeline/async-mapping.js';
import type { PlanBuilder } from '../pipeline/plan-builder.js';
import type { Fields, ObjectOf, RecordSchema } from '../schema/index.js';
import { stream, type Key, type Stream } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import type { RepartitionKey } from './repartition.js';

interface Mapping<T, F extends Fields> {
  /** Asks for one record; what it resolves to goes on in its place. */
  readonly map: (record: T, call: AsyncCall) => PromiseLike<ObjectOf<F>>;
  /** The fields of what it resolves to. */
  readonly schema: RecordSchema<F>;
  /** How many calls are pending at once in a process; defaults to 16. */
  readonly concurrency?: number;
  /** How long a call may take, in milliseconds; defaults to 10,000. */
  readonly timeout?: number;
  /**
   * How often it is called for a record at most, before the record is dead-lettered; defaults to 3. `Infinity` waits
   * until the service is back.
   */
  readonly attempts?: number;
  /** The delay before the second attempt, in milliseconds, which doubles for each further one; defaults to 200. */
  readonly retryAfter?: number;
  /**
   * How far, in milliseconds, a record's time may be behind the newest before the watermark passes it; defaults to that
   * of the stream before it.
   */
  readonly outOfOrderness?: number;
}

interface Placed<R> {
  /** What the result is keyed by: the same key as the record had. Defaults to the key of the stream. */
  readonly key?: RepartitionKey<R>;
  /** The event time of the result, in epoch milliseconds; defaults to the function of the stream. */
  readonly time?: (result: R) => number;
}

/** Options of {@link mapAsync}: a result that lacks fields of the record has its own key and time. */
export type MapAsyncOptions<T, F extends Fields> = Mapping<T, F> &
  ([ObjectOf<F>] extends [T] ? Placed<ObjectOf<F>> : Required<Placed<ObjectOf<F>>>);

/**
 * Replaces each record by what an asynchronous function answers for it, as a lookup in another system does.
 *
 * It stands at the head of a pipeline: directly behind a stream, a `repartition`, or an operator that passes their records
 * on. Calls are pending side by side, and results keep the order of the records. A call that throws or takes too long is
 * repeated; after the last attempt the record is dead-lettered, and can be replayed. A `BadRecordError` rejects it at once.
 *
 * Another call may answer otherwise. So results are recorded in a topic of the pipeline's own, `PIPELINE-NAME`, before
 * anything is made of them: whatever is killed, the first recorded result of a record counts. A batch asks again, and
 * keeps its results as it keeps what passes through a `repartition`.
 *
 * @param name unique in the pipeline, in the form of a stream's name
 * @throws ERR_PIPELINE_INVALID if it is not at the head; ERR_SCHEMA_INVALID if an option or the key does not fit;
 * ERR_OPERATOR_NAME_TAKEN
 * @example
 * const Rated = record('rated', { ...Order.fields, rate: double() });
 * orders.pipe(
 *   mapAsync('rated', {
 *     schema: Rated,
 *     map: async (order, { signal }) => ({ ...order, rate: await rateOf(order.currency, signal) }),
 *   }),
 *   foldByKey('totals', { key: ['user'], state: Total, fold: addOrder }),
 * )
 */
export function mapAsync<T, F extends Fields>(
  name: string,
  options: MapAsyncOptions<T, F> & StreamOnly<T>,
): OperatorFunction<T, ObjectOf<F>> {
  return (source: Observable<T>) => {
    const plan = currentPlan(`mapAsync('${name}')`);
    const given: AnyOptions = options as unknown as AnyOptions;
    const from = sourceOf(plan, name, source);
    const mapping: AsyncMapping = {
      ...{ from, map: given.map },
      concurrency: checked(name, 'concurrency', given.concurrency ?? 16, isCount),
      timeout: checked(name, 'timeout', given.timeout ?? 10_000, isCount),
      attempts: checked(name, 'attempts', given.attempts ?? 3, (n) => isCount(n) || n === Number.POSITIVE_INFINITY),
      retryAfter: checked(name, 'retryAfter', given.retryAfter ?? 200, (n) => n === 0 || isCount(n)),
    };
    return plan.addRepartition(resultsOf(name, from, given), source, mapping);
  };
}

type AnyOptions = Mapping<unknown, Fields> & {
  readonly map: AsyncMapping['map'];
  readonly schema: RecordSchema;
  readonly key?: RepartitionKey<object>;
  readonly time?: (result: unknown) => number;
};

/** The stream whose records are asked for, with the fields that the pipeline reads. */
function sourceOf(plan: PlanBuilder, name: string, source: Observable<unknown>): Stream<unknown> {
  const from = plan.streamOf(source);
  const schema = plan.recordsOf(source);
  if (from !== undefined && schema !== undefined) return { ...from, schema };
  throw new StockafolioError('ERR_PIPELINE_INVALID', `mapAsync '${name}' is not at the head of the pipeline`, {
    hint: 'put it directly behind a stream or a repartition, and filter(), map() and other operators behind it',
  });
}

/** What the results are: a stream in the same partitions. */
function resultsOf(name: string, from: Stream<unknown>, options: AnyOptions): Stream<unknown> {
  const { schema, key, time, outOfOrderness = from.outOfOrderness } = options;
  const missing = from.schema.names.find((field) => !schema.names.includes(field));
  if (missing !== undefined && (key === undefined || time === undefined)) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `mapAsync '${name}' does not know the key and the time of its results, which have no field '${missing}'`,
      { hint: "state them: { key: 'user', time: (result) => result.time }" },
    );
  }
  const timed = {
    time: time ?? from.time,
    outOfOrderness,
    // They were checked where they came from.
    maxSkew: Number.POSITIVE_INFINITY,
  };
  const made: Stream<never> =
    from.partitioner === undefined
      ? stream(name, schema, { ...timed, keyedBy: 'nothing' })
      : stream(name, schema, { ...timed, key: (key ?? keyOf(from)) as never, partitioner: from.partitioner });
  return made as Stream<unknown>;
}

function keyOf({ key, keyFields }: Stream<unknown>): readonly string[] | ((record: unknown) => Key) {
  return keyFields ?? key;
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n > 0;
}

function checked(name: string, option: string, value: number, fits: (value: number) => boolean): number {
  if (fits(value)) return value;
  throw new StockafolioError('ERR_SCHEMA_INVALID', `mapAsync '${name}': ${option} cannot be ${value}`, {
    hint: 'concurrency and attempts are whole numbers from 1 on; timeout and retryAfter are whole milliseconds',
  });
}
