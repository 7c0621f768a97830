import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { PlanBuilder } from '../pipeline/plan-builder.js';
import type { Fields, ObjectOf, RecordSchema } from '../schema/index.js';
import { stream, type Key, type KeyField, type Partitioner, type Stream } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';

/** What records are partitioned by: the name of a field, several names, or a function. */
export type RepartitionKey<T> = KeyField<T> | readonly [KeyField<T>, ...KeyField<T>[]] | ((record: T) => Key);

export interface RepartitionOptions<T, F extends Fields = never> {
  readonly key: RepartitionKey<T>;
  /** The fields of the records; defaults to those of the stream, if these are a stream's own records. */
  readonly schema?: T extends ObjectOf<F> ? RecordSchema<F> : never;
  /** The event time of a record, in epoch milliseconds; defaults to the stream's, as `schema` does. */
  readonly time?: (record: T) => number;
  /**
   * How far, in milliseconds, a record's time may be behind the newest before the watermark passes it; defaults to that
   * of the streams before it. State it if records come in another order than they did, as from timers.
   */
  readonly outOfOrderness?: number;
  /** How the partition of a key is chosen; defaults to `murmur2`. */
  readonly partitioner?: Partitioner;
}

/**
 * Partitions records by another key: what follows may need all records of this key, wherever they came from.
 *
 * They go through a topic of the pipeline's own (in the batch, through files), and are processed behind it in one order,
 * as those of several streams are: by event time, and no record waits longer than the pipeline's `idleAfter` for one of
 * another partition. So stream and batch agree, and nothing is lost or doubled when a process is killed.
 *
 * Only a stream of records can be partitioned anew. Records whose shape a function has changed need `schema` and `time`.
 *
 * @param name unique in the pipeline, in the form of a stream's name: the topic is `PIPELINE-NAME`
 * @throws ERR_SCHEMA_INVALID if the name or the key does not fit; ERR_PIPELINE_INVALID if it is not known what the
 * records are, if they change, or if nothing reads what comes after it; ERR_OPERATOR_NAME_TAKEN
 * @example
 * // Top pages over all visitors: hits are partitioned by visitor.
 * hits.pipe(repartition('by-page', 'page'), foldByKey('views', { key: ['page'], state: Views, fold: addHit }))
 * @example
 * hits.pipe(
 *   map(({ url, time }) => ({ site: siteOf(url), time })),
 *   repartition('by-site', { key: 'site', schema: SiteHit, time: (hit) => hit.time }),
 * )
 */
export function repartition<T, F extends Fields = never>(
  name: string,
  options: (RepartitionKey<T> | RepartitionOptions<T, F>) & StreamOnly<T>,
): OperatorFunction<T, RepartitionedOf<T, F>> {
  return (source: Observable<T>) => {
    const plan = currentPlan(`repartition('${name}')`);
    return plan.addRepartition(repartitioned(plan, name, source, optionsOf<T>(options)), source);
  };
}

/** What records are behind a repartition: they have the fields that it was given, or are as they were. */
export type RepartitionedOf<T, F extends Fields> = [F] extends [never] ? T : ObjectOf<F>;

type AnyOptions<T> = Omit<RepartitionOptions<T>, 'schema'> & { readonly schema?: RecordSchema };

function optionsOf<T>(given: RepartitionKey<T> | AnyOptions<T>): AnyOptions<T> {
  return typeof given === 'object' && 'key' in given ? given : { key: given };
}

/** A key of records whose fields are known when the plan is made. */
type StreamKey = readonly [never, ...never[]];

/** The stream that records are once they are partitioned anew. */
function repartitioned<T>(
  plan: PlanBuilder,
  name: string,
  source: Observable<T>,
  options: AnyOptions<T>,
): Stream<unknown> {
  const { key, schema = plan.recordsOf(source), partitioner } = options;
  const time = options.time ?? (plan.streamOf(source)?.time as ((record: T) => number) | undefined);
  const { outOfOrderness = plan.outOfOrderness(source) } = options;
  if (schema === undefined || time === undefined) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `repartition '${name}' does not know ${schema === undefined ? 'the fields' : 'the time'} of its records`,
      {
        hint: 'these are not the records of a stream: state it, such as { key, schema: Hit, time: (hit) => hit.time }',
      },
    );
  }
  const made: Stream<never> = stream(name, schema, {
    key: key as StreamKey,
    time: time as (record: object) => number,
    outOfOrderness,
    // They were checked where they came from.
    maxSkew: Number.POSITIVE_INFINITY,
    ...(partitioner === undefined ? {} : { partitioner }),
  });
  return made as Stream<unknown>;
}
