import { expect } from 'chai';
import { bigDecimal, decimal, money, record, text, type FieldType } from '../schema/index.js';
import { table } from '../table/index.js';
import { columnOrigins } from './state-fits.js';

describe('a state that is to be the rows of a table', () => {
  const origins = (state: FieldType, column: FieldType): unknown =>
    columnOrigins(
      'sums',
      record('sum', { amount: state }),
      table('sums', { partitionBy: ['user'] }, { user: text(), amount: column }),
    );

  it('has decimals of the same scale', () => {
    expect(origins(decimal(4), money())).to.deep.equal([{ part: 0 }, { field: 'amount' }]);
    expect(() => origins(decimal(8), money())).to.throw("holds 'amount' as money, the state as decimal(8)");
    expect(() => origins(decimal(0), bigDecimal(0))).to.throw("'amount' as bigDecimal(0), the state as decimal(0)");
  });
});
