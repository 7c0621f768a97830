import { StockafolioError } from '../errors/index.js';

/**
 * What a fold with the result `R` may return beside a state of the type `S`: a sentence, which the compiler prints in its
 * error, if it is asynchronous, or returns a state instead of setting the fields of the one that it was given.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function without a return statement returns
export type FoldResult<R, S> = [R] extends [void]
  ? R
  : [R] extends [PromiseLike<unknown>]
    ? 'a fold cannot be async: its record would be complete before it has changed the state'
    : [keyof S] extends [never]
      ? R
      : [R] extends [S]
        ? 'a fold sets the fields of the state that it is given: a state that it returns would be ignored'
        : R;

/** What a fold may return if its result is not passed on: anything but an object, which would be meant as a new state. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function without a return statement returns
export type Ignored = void | undefined | null | boolean | number | bigint | string;

/** @throws ERR_PIPELINE_INVALID if it is no function, or one that is not complete when it returns */
export function checkFold(operator: string, fold: unknown, called: 'fold' | 'merge' = 'fold'): void {
  if (typeof fold === 'function' && Object.prototype.toString.call(fold) === '[object Function]') return;
  const what = typeof fold === 'function' ? 'an async function or a generator' : 'not a function';
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': its ${called} is ${what}`, {
    hint: `a ${called} sets the fields of the state that it is given, and returns at once`,
  });
}
