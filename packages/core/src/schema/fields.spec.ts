import { expect } from 'chai';
import { isStockafolioError } from '../errors/index.js';
import { double, int32, int64, money, text, timestamp } from './fields.js';
import type { FieldType } from './types.js';

function refused(make: () => FieldType): string {
  try {
    make();
  } catch (error) {
    if (isStockafolioError(error, 'ERR_SCHEMA_INVALID')) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('the bounds of a field', () => {
  it('default to those of the type', () => {
    expect(int32()).to.include({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    expect(text({ max: 1_000 })).to.include({ min: 0, max: 1_000 });
    expect(double({ min: 0.5 })).to.include({ min: 0.5, max: undefined });
  });

  it('are rejected if they are outside the type', () => {
    for (const make of [
      () => int32({ max: 2 ** 31 }),
      () => int64({ min: -(2 ** 53) }),
      () => money({ max: 0.5 }),
      () => timestamp({ max: Number.POSITIVE_INFINITY }),
      () => double({ min: Number.NaN }),
      () => text({ min: -1 }),
    ])
      expect(refused(make)).to.contain('cannot be a bound of');
  });

  it('are rejected if nothing is within them', () => {
    expect(refused(() => int32({ min: 2, max: 1 }))).to.equal('no int32 can be from 2 to 1');
  });
});
