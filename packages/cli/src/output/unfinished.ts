import { StockafolioError, type ErrorCode, type ErrorDetails } from '@stockafolio/core';
import { stoppedBy } from './stop.js';

/** The work that a command has done, for machines: the members of its last line. */
export type Facts = Readonly<Record<string, unknown>>;

/** Work that ended early: what was done, in words and for machines, and how to continue. */
export class Unfinished extends StockafolioError {
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, facts: Facts, details: ErrorDetails = {}) {
    super(code, message, details);
    this.facts = facts;
  }
}

/**
 * Work that Ctrl-C or SIGTERM ended early.
 *
 * @param soFar what is done: `25,435 lines are in the source`
 * @param hint how to continue
 */
export function stoppedEarly(soFar: string, facts: Facts, hint: string): Unfinished {
  return new Unfinished('ERR_ABORTED', `stopped by ${stoppedBy() ?? 'its signal'}: ${soFar}`, facts, { hint });
}
