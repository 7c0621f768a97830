import { StockafolioError } from '@stockafolio/core';
import { shownValue } from '@stockafolio/core/ports';

/** The error of a state setter for a text that is not a value of its field. */
export function misfit(owner: string, field: string, value: unknown, problem: string): never {
  throw new StockafolioError('ERR_ROW_INVALID', `${owner}: ${shownValue(value)} cannot be '${field}': it ${problem}`, {
    hint: 'set a value of the type that the state declares, within its bounds',
  });
}

/** The error of a state setter for a value that its cell does not hold exactly. */
export function overflow(owner: string, field: string, value: unknown): never {
  throw new StockafolioError('ERR_OVERFLOW', `${owner}: ${String(value)} does not fit '${field}' exactly`, {
    hint: 'money(), decimal() and int64() end at 2^53; use bigMoney(), bigDecimal() or int64({ range: "full" }) for larger sums',
  });
}
