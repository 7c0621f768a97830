import { isStockafolioError, type ErrorCode, type StockafolioError } from '@stockafolio/core';
import { expect } from 'chai';

/** The StockafolioError with this code that the action throws; any other outcome fails the test. */
export async function expectCode(code: ErrorCode, action: () => unknown): Promise<StockafolioError> {
  let outcome: unknown;
  try {
    outcome = await action();
  } catch (error) {
    if (isStockafolioError(error, code)) return error;
    throw error;
  }
  return expect.fail(`${code} was expected, but the action succeeded: ${String(outcome)}`);
}

/** Collects everything that an async iterable yields. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
