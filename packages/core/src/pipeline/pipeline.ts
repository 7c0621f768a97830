import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { RecordOf, Stream } from '../stream/index.js';
import type { Branch } from './into.js';
import { buildPlan } from './plan-builder.js';
import { samePlan } from './same-plan.js';
import type { Plan } from './plan.js';

type Streams = Readonly<Record<string, Stream<never>>>;

type Inputs<S> = { readonly [N in keyof S]: Observable<RecordOf<S[N]>> };

/** The names of the fields of a pipeline's records. */
type FieldOf<S> = keyof RecordOf<S[keyof S]> & string;

/** The inputs, with only the fields that the pipeline declares to read. */
type NarrowInputs<S, R> = { readonly [N in keyof S]: Observable<Pick<RecordOf<S[N]>, R & keyof RecordOf<S[N]>>> };

export interface PipelineOptions<R extends string = string> {
  /**
   * The fields that the pipeline reads, including those of the stream's key and time; defaults to all. The batch runner
   * then reads only their columns. Accessing another field does not compile; if the types are circumvented, it throws
   * ERR_FIELD_NOT_READ, in the batch runner and in the test harness.
   */
  readonly reads?: readonly R[];
}

/** How records become rows: a frozen value, made once, which any runner executes. */
export interface Pipeline {
  readonly name: string;
  readonly stream: Stream<unknown>;
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
 * @param streams the stream it reads, under the name by which `build` gets it
 * @param build declares the operators and their destinations. It is called immediately, and again for every partition
 * that is executed, so that RxJS operators such as `share` share nothing between partitions; it must declare the same
 * each time
 * @throws ERR_PIPELINE_INVALID if there is not exactly one stream, if it lacks a field of `reads`, or if operators and
 * tables do not fit; ERR_OPERATOR_NAME_TAKEN; ERR_SHARD_MISSING
 * @example
 * const totals = pipeline('totals', { trades }, ({ trades }) => [
 *   into(userTotals, trades.pipe(foldByKey('user-totals', { key: (t) => [t.user], state: Totals, fold: addTrade }))),
 * ]);
 * @example
 * // The batch reads three of the eight columns.
 * const sectors = pipeline('sectors', { trades }, ({ trades }) => [...], { reads: ['user', 'sector', 'time'] });
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
  { reads }: PipelineOptions = {},
): Pipeline {
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `'${name}' cannot be the name of a pipeline`, {
      hint: 'use lower-case letters, digits, - and _',
    });
  }
  const names = Object.keys(streams);
  const [first] = names;
  if (first === undefined || names.length > 1) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${name}' reads ${names.length} streams`, {
      hint: 'a pipeline reads exactly one stream; write one pipeline for each stream',
    });
  }
  const source = streams[first] as unknown as Stream<unknown>;
  const unknown = reads?.find((field) => !source.schema.names.includes(field));
  if (unknown !== undefined) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `pipeline '${name}' reads '${unknown}', which its stream does not have`,
      {
        hint: `its fields are ${source.schema.names.join(', ')}`,
      },
    );
  }
  const declare = (records: Observable<unknown>): unknown => build({ [first]: records } as never);
  const plan = buildPlan(name, source, declare);
  return Object.freeze({
    name,
    stream: source,
    reads: reads === undefined ? undefined : Object.freeze([...reads]),
    plan,
    instantiate: () => samePlan(name, plan, buildPlan(name, source, declare)),
  });
}
