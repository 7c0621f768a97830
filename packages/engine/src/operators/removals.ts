import { StockafolioError } from '@stockafolio/core';
import type { StepRows } from '../flow/step-rows.js';
import type { Operator } from '../operator/operator.js';

/** Sends a value that is no more: what was made of it is removed. */
export function sendRemoved(rows: StepRows, send: () => void): void {
  rows.isRemoving = true;
  send();
  rows.isRemoving = false;
}

/**
 * Sends a value that another one replaces, which is sent next. What functions made of it is removed, if they do not make the
 * same of the other: a row with another key, or none. Operators are given it with the value that replaces it.
 */
export function sendReplaced(rows: StepRows, send: () => void): void {
  rows.isReplaced = true;
  sendRemoved(rows, send);
  rows.isReplaced = false;
}

/** Gives an operator a value that is no more. @throws ERR_PIPELINE_INVALID if it knows no removals */
export function receiveRemoved(
  name: string,
  operator: Operator<unknown>,
  rows: StepRows,
  value: unknown,
  input: 0 | 1,
): void {
  if (rows.isReplaced) return;
  const isKnown = input === 0 ? operator.remove !== undefined : operator.removeOther !== undefined;
  if (!isKnown) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${name}' received a value that is removed`, {
      hint: 'directly behind what removes values there may be folds with unfold, and joinLatest; everywhere tables, and topics with compactBy',
    });
  }
  // What the operator emits is a removal only if it says so.
  rows.isRemoving = false;
  try {
    if (input === 0) operator.remove?.(value);
    else operator.removeOther?.(value);
  } finally {
    rows.isRemoving = true;
  }
}
