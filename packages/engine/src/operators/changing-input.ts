import { StockafolioError } from '@stockafolio/core';

/** The error if an operator receives a value that may still change. */
export function changingInput(operator: string, sender: string): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}' received a value of '${sender}' that may still change, and that is emitted when a commit happens`,
    { hint: 'such values go into tables only; of windows, whenFinal() makes records of their final values' },
  );
}
