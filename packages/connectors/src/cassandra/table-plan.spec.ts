import {
  bigDecimal,
  decimal,
  int64,
  isStockafolioError,
  money,
  optional,
  table,
  text,
  type Value,
} from '@stockafolio/core';
import { expect } from 'chai';
import type { CassandraOptions } from './options.js';
import { planTable } from './table-plan.js';

const sums = table(
  'sums',
  { partitionBy: ['user'] },
  { user: text(), count: int64(), value: money(), remark: optional(text()) },
);

function read(stored: readonly unknown[], unreadable?: CassandraOptions['unreadable']): Value[] | string {
  try {
    return planTable('k', sums, unreadable).decoders.map((decode, n) => decode(stored[n]));
  } catch (error) {
    if (isStockafolioError(error)) return `${error.code}: ${error.message}; ${String(error.hint)}`;
    throw error;
  }
}

describe('a row as Cassandra returns it', () => {
  it('is read', () => {
    expect(read(['ann', '7', '1.5', null])).to.deep.equal(['ann', 7, 15_000, undefined]);
  });

  it('has decimals in units of the scale of their column, whatever scale they were written with', () => {
    const coins = table(
      'coins',
      { partitionBy: ['coin'] },
      { coin: text(), amount: decimal(8), sum: bigDecimal(18), count: decimal(0) },
    );
    const { decoders } = planTable('k', coins);
    const decoded = (...stored: readonly string[]): Value[] => decoders.map((decode, n) => decode(stored[n]));
    expect(decoded('btc', '1.5', '-0.000000000000000001', '7.00')).to.deep.equal(['btc', 1_5000_0000, -1n, 7]);
    expect(() => decoded('btc', '0.000000001', '0', '0')).to.throw('is not a valid decimal(8)');
    expect(() => decoded('btc', '0', '0', '0.5')).to.throw('is not a valid decimal(0)');
    expect(() => decoded('btc', '90071992.54740992', '0', '0')).to.throw('is not a valid decimal(8)');
  });

  it('is refused if someone wrote an invalid value, with what to do', () => {
    for (const [row, words] of [
      [['ann', null, '1.5', null], "column 'count' holds null"],
      [['ann', '7', '1.23456', null], "column 'value' holds 1.23456"],
      [['ann', '9223372036854775807', '1', null], "column 'count' holds 9223372036854775807"],
    ] as const) {
      expect(read(row))
        .to.match(/^ERR_ROW_INVALID: .*reconcile --repair/)
        .and.to.contain(words);
    }
  });

  it('is read without that value if the option says so', () => {
    const rows = [
      [
        ['ann', null, null, 'hm'],
        ['ann', undefined, undefined, 'hm'],
      ],
      [
        ['ann', '9223372036854775807', '1.23456', null],
        ['ann', undefined, undefined, undefined],
      ],
    ] as const;
    for (const [stored, values] of rows) expect(read(stored, 'absent')).to.deep.equal(values);
  });
});
