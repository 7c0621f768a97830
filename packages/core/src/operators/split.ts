import { filter, type Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { planInProgress } from '../pipeline/ambient.js';

/** Which values are in a branch; a type guard also narrows their type there. */
type Predicate<T> = (value: T) => boolean;

type Guarded<T, P> = P extends ((value: T) => value is infer U extends T) ? U : never;

/** The values of a branch: those of its type guard, or of any type. */
type Passed<T, P> = [Guarded<T, P>] extends [never] ? T : Guarded<T, P>;

/** The streams that {@link split} makes, by name. */
export type Split<T, B extends Readonly<Record<string, Predicate<T>>>> = {
  readonly [N in keyof B]: Observable<Passed<T, B[N]>>;
} & {
  /** The values that are in no other branch. */
  readonly rest: Observable<Exclude<T, { [N in keyof B]: Guarded<T, B[N]> }[keyof B]>>;
};

/**
 * Divides a stream: each value is in exactly one branch, the first whose predicate is true, otherwise in `rest`.
 *
 * It has no state, and predicates are pure: one may be called more than once for a value. A type guard narrows its branch
 * and `rest`; where guards cover all types, `rest` is a stream of `never`. A predicate that throws rejects the record
 * everywhere.
 *
 * The branches of a stream itself cost next to nothing: operators directly behind them take records in batches, as those
 * of the stream do. Behind RxJS `filter` they get one record after the other. A key may name a field that is optional in
 * the stream: the branch has those records that have it.
 *
 * @throws ERR_PIPELINE_INVALID for a branch named `rest`, or by a whole number, whose order would not be kept
 * @example
 * const { large, rest } = split(sales, { large: (sale) => sale.pieces >= 100 });
 * @example
 * const { busts, rest } = split(trades, { busts: (t): t is Bust => t.kind === 'bust' });
 */
export function split<T, const B extends Readonly<Record<string, Predicate<T>>>>(
  source: Observable<T>,
  branches: B & { readonly rest?: never },
): Split<T, B> {
  const entries = Object.entries<Predicate<T>>(branches);
  const wrong = entries.find(([name]) => name === 'rest' || /^\d+$/.test(name));
  if (wrong !== undefined) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `split() cannot have a branch '${wrong[0]}'`, {
      hint: 'rest has what is in no other branch; whole numbers as names are not kept in order',
    });
  }
  const streams = entries.map(([name, isIn], n) => {
    const earlier = entries.slice(0, n).map(([, is]) => is);
    const isOnly = earlier.length === 0;
    return [name, some(source, isOnly ? isIn : (value) => !earlier.some((is) => is(value)) && isIn(value))];
  });
  const rest = some(source, (value) => !entries.some(([, is]) => is(value)));
  return { ...Object.fromEntries(streams), rest } as Split<T, B>;
}

/** Those of the values for which a function is true. */
function some<T>(source: Observable<T>, isIn: Predicate<T>): Observable<T> {
  const known = planInProgress()?.some<T>(source, isIn as Predicate<unknown>);
  return known ?? source.pipe(filter(isIn));
}
