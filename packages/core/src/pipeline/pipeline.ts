import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { CHANGE_FACTS } from '../schema/index.js';
import type { RecordOf, Stream } from '../stream/index.js';
import type { Branch } from './into.js';
import { buildPlan } from './build-plan.js';
import { samePlan } from './same-plan.js';
import type { Plan } from './plan.js';

type Streams = Readonly<Record<string, Stream<never>>>;

type Inputs<S> = { readonly [N in keyof S]: Observable<RecordOf<S[N]>> };

/** The names of the fields of a pipeline's records. */
type FieldOf<S> = { [N in keyof S]: keyof RecordOf<S[N]> & string }[keyof S];

/** The inputs, with only the fields that the pipeline declares to read. */
type NarrowInputs<S, R> = { readonly [N in keyof S]: Observable<Pick<RecordOf<S[N]>, R & keyof RecordOf<S[N]>>> };

export interface PipelineOptions<R extends string = string> {
  /**
   * The fields that the pipeline reads, including those of the stream's key and time; defaults to all. The batch runner
   * then reads only their columns. Accessing another field does not compile; if the types are circumvented, it throws
   * ERR_FIELD_NOT_READ, in the batch runner and in the test harness.
   */
  readonly reads?: readonly R[];
  /**
   * Of a pipeline that reads several streams: how long, in milliseconds, a record waits for an earlier one of another
   * stream, by the times at which their messages were sent or received. Defaults to one second. A stream from which
   * nothing arrives delays the records of the others by as much.
   */
  readonly idleAfter?: number;
}

const IDLE_AFTER = 1_000;

/** How records become rows: a frozen value, made once, which any runner executes. */
export interface Pipeline {
  readonly name: string;
  /** The stream that it reads; the first one if it reads several. */
  readonly stream: Stream<unknown>;
  /** All streams that it reads, as declared; of records with equal times that of an earlier stream comes first. */
  readonly streams: readonly Stream<unknown>[];
  /** How long a record waits for an earlier one of another stream, in milliseconds. */
  readonly idleAfter: number;
  /** The fields of its records that it reads; undefined for all of them. */
  readonly reads: readonly string[] | undefined;
  /** Its operators and tables, and how they are connected. */
  readonly plan: Plan;
  /**
   * The same plan with its own observables and functions, for one engine. @throws ERR_PIPELINE_INVALID if it differs
   */
  readonly instantiate: () => Plan;
}

/**
 * Declares a pipeline.
 *
 * @param streams the streams it reads, each under the name by which `build` gets it. Records of several streams are
 * processed in the order of their event times
 * @param build declares the operators and their destinations. It is called immediately, and again for every partition
 * that is executed, so that RxJS operators such as `share` share nothing between partitions; it must declare the same
 * each time
 * @throws ERR_PIPELINE_INVALID if there is no stream, or broadcast streams alone, if none has a field of `reads`, or if operators and tables do not
 * fit; ERR_OPERATOR_NAME_TAKEN; ERR_SHARD_MISSING; ERR_NOT_COPARTITIONED if an operator needs all records of a key from
 * streams that are partitioned otherwise
 * @example
 * const totals = pipeline('totals', { trades }, ({ trades }) => [
 *   into(userTotals, trades.pipe(foldByKey('user-totals', { key: (t) => [t.user], state: Totals, fold: addTrade }))),
 * ]);
 * @example
 * // The batch reads three of the eight columns.
 * const sectors = pipeline('sectors', { trades }, ({ trades }) => [...], { reads: ['user', 'sector', 'time'] });
 * @example
 * // What users ordered and paid, in one figure.
 * const balances = pipeline('balances', { orders, payments }, ({ orders, payments }) => [
 *   into(balance, merge(orders.pipe(map(asDebit)), payments.pipe(map(asCredit))).pipe(foldByKey('balance', ...))),
 * ]);
 */
export function pipeline<S extends Streams>(
  name: string,
  streams: S,
  build: (inputs: Inputs<S>) => readonly Branch[],
): Pipeline;
export function pipeline<S extends Streams, R extends FieldOf<S>>(
  name: string,
  streams: S,
  build: (inputs: NarrowInputs<S, R>) => readonly Branch[],
  options: PipelineOptions<R>,
): Pipeline;
export function pipeline(
  name: string,
  streams: Streams,
  build: (inputs: never) => readonly Branch[],
  { reads: declared, idleAfter = IDLE_AFTER }: PipelineOptions = {},
): Pipeline {
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `'${name}' cannot be the name of a pipeline`, {
      hint: 'use lower-case letters, digits, - and _',
    });
  }
  const entries = Object.entries(streams as Readonly<Record<string, unknown>>) as [string, Stream<unknown>][];
  const sources = Object.freeze(entries.map(([, source]) => source));
  const [first] = sources;
  if (first === undefined) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${name}' reads no stream`, {
      hint: "write pipeline('totals', { trades }, ({ trades }) => [...])",
    });
  }
  checkStreams(name, sources);
  checkBroadcasts(name, sources);
  checkIdleAfter(name, idleAfter);
  checkReads(name, sources, declared);
  const hasChanges = sources.some(({ changes }) => changes !== undefined);
  const reads = declared !== undefined && hasChanges ? [...declared, ...CHANGE_FACTS] : declared;
  const declare = (records: readonly Observable<unknown>[]): unknown =>
    build(Object.fromEntries(entries.map(([input], n) => [input, records[n]])) as never);
  const plan = buildPlan(name, sources, declare, reads);
  return Object.freeze({
    name,
    stream: first,
    streams: sources,
    idleAfter,
    reads: reads === undefined ? undefined : Object.freeze([...reads]),
    plan,
    instantiate: () => samePlan(name, plan, buildPlan(name, sources, declare, reads)),
  });
}

function checkStreams(pipeline: string, streams: readonly Stream<unknown>[]): void {
  const names = streams.map(({ name }) => name);
  const twice = names.find((name, n) => names.indexOf(name) < n);
  if (twice === undefined) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${pipeline}' reads stream '${twice}' twice`, {
    hint: 'give it once, and use it in as many places as you like; two topics are two streams with names of their own',
  });
}

function checkBroadcasts(pipeline: string, streams: readonly Stream<unknown>[]): void {
  if (streams.some(({ isBroadcast }) => !isBroadcast)) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${pipeline}' reads broadcast streams only`, {
    hint: 'its partitions are those of another stream: read that one too, or declare this one with a key',
  });
}

function checkIdleAfter(pipeline: string, idleAfter: number): void {
  if (Number.isFinite(idleAfter) && idleAfter >= 0) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${pipeline}': idleAfter cannot be ${idleAfter}`, {
    hint: 'it is a number of milliseconds, 0 or more',
  });
}

function checkReads(pipeline: string, streams: readonly Stream<unknown>[], reads: readonly string[] = []): void {
  const unknown = reads.find((field) => !streams.some(({ schema }) => schema.names.includes(field)));
  if (unknown === undefined) return;
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}' reads '${unknown}', which ${streams.length > 1 ? 'none of its streams has' : 'its stream does not have'}`,
    {
      hint: streams.map(({ name, schema }) => `the fields of '${name}' are ${schema.names.join(', ')}`).join('; '),
    },
  );
}
