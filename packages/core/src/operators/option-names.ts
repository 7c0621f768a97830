import { StockafolioError } from '../errors/index.js';
import type { OperatorNode } from '../pipeline/plan.js';

/** @throws ERR_PIPELINE_INVALID if a name of an output, a timer, a map or a broadcast stream is none, or is there twice */
export function checkNames({ kind, name }: Pick<OperatorNode, 'kind' | 'name'>, names: readonly string[]): void {
  const wrong = names.find((each, n) => !/^[a-z]\w*$/i.test(each) || names.indexOf(each) < n);
  if (wrong === undefined) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `${kind}('${name}') cannot have '${wrong}' as a name`, {
    hint: 'use letters and digits, and each name once',
  });
}
