import { StockafolioError, type ErrorDetails } from './stockafolio-error.js';

/**
 * What is wrong with one field; `field` is its name in the incoming message, empty if the message as a whole is bad.
 */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** A message that is not a record of its stream. Names all bad fields at once. */
export class BadRecordError extends StockafolioError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], details: ErrorDetails = {}) {
    super('ERR_BAD_RECORD', problems.map(describe).join('; '), details);
    this.name = 'BadRecordError';
    this.problems = problems;
  }
}

function describe({ field, message }: Problem): string {
  return field === '' ? message : `${field}: ${message}`;
}
