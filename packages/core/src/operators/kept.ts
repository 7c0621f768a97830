import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { PlanBuilder } from '../pipeline/plan-builder.js';
import { onlyFields, type Fields, type ObjectOf, type RecordSchema } from '../schema/index.js';

/** What an operator keeps of each record, for records that come later. */
export interface Kept<T, F extends Fields> {
  /** The fields that are kept. */
  readonly state: RecordSchema<F>;
  /** The values of these fields for a record. */
  readonly select: (record: T) => NoInfer<ObjectOf<F>>;
}

/** What is kept of a record: the fields `F`, or the whole record if none are stated (`never`). */
export type KeptOf<T, F extends Fields> = [F] extends [never] ? T : ObjectOf<F>;

/** The same as a plan knows it. */
export interface KeptNode {
  readonly state: RecordSchema;
  /** Undefined if a record has the fields itself. */
  readonly select: ((record: never) => object) | undefined;
}

/**
 * What is kept of the records of an input.
 *
 * @param option the name of the option that states it
 * @throws ERR_PIPELINE_INVALID if nothing states it, and these are not the records of a stream
 */
export function declaredKept<T, F extends Fields>(
  plan: PlanBuilder,
  operator: string,
  option: string,
  input: Observable<T>,
  kept: Kept<T, F> | undefined,
): KeptNode {
  if (kept !== undefined) return { state: kept.state, select: kept.select };
  const records = plan.recordsOf(input);
  if (records !== undefined) return { state: valuesOf(records), select: undefined };
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}' does not know what to keep of '${option}'`,
    {
      hint: `these are not the records of a stream: state it, such as ${option}: { state: Part, select: ({ id, amount }) => ({ id, amount }) }`,
    },
  );
}

/** The fields of the records; of a changelog those of its values, which are the same but for what may lack in a removal. */
export function valuesOf(read: RecordSchema, without: readonly string[] = []): RecordSchema {
  const of = read.changes?.of;
  if (of === undefined) return read;
  const names = read.names.filter((name) => of.names.includes(name) && !without.includes(name));
  return { ...onlyFields(of, names), check: undefined };
}
