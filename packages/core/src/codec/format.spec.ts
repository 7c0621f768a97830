import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '../errors/index.js';
import { bigMoney, boolean, date, int32, int64, money, oneOf, optional, text, timestamp } from '../schema/index.js';
import { table } from '../table/index.js';
import { formatMoney, formatRow, formatValue, parseMoney, parseValue } from './format.js';

const codeOf = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('formatRow', () => {
  const positions = table(
    'positions',
    { partitionBy: ['user'], clusterBy: ['symbol'] },
    {
      user: text(),
      symbol: text(),
      quantity: int64(),
      total: int64({ range: 'full' }),
      cost: money(),
      firmCost: bigMoney(),
      lastTime: timestamp(),
      day: date(),
      note: optional(text()),
    },
  );

  it('prints what a dump shows', () => {
    const values = [
      'al"ice',
      'AAPL',
      -5,
      2n ** 53n,
      -123_400,
      10n ** 30n + 1n,
      1_484_924_400_000,
      '2017-01-20',
      undefined,
    ];
    expect(formatRow(positions, values)).to.equal(
      '{"user":"al\\"ice","symbol":"AAPL","quantity":-5,"total":"9007199254740992","cost":"-12.3400",' +
        '"firm_cost":"100000000000000000000000000.0001","last_time":"2017-01-20T15:00:00.000Z","day":"2017-01-20"}',
    );
  });
});

describe('money as text', () => {
  it('has exactly four decimals and is read back as the same amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (units) => {
        expect(formatMoney(units)).to.match(/^-?\d+\.\d{4}$/);
        expect(parseMoney(formatMoney(units))).to.equal(units);
      }),
    );
  });

  it('is rejected if it is not exact, or rounded on request', () => {
    expect(parseMoney('12.34000000')).to.equal(123_400);
    expect(parseMoney('1.2e3')).to.equal(12_000_000);
    expect(codeOf(() => parseMoney('12.34567'))).to.equal('ERR_ROW_INVALID');
    expect(codeOf(() => parseMoney('12,34'))).to.equal('ERR_ROW_INVALID');
    expect(codeOf(() => parseMoney('900719925474.0992'))).to.equal('ERR_OVERFLOW');
    const rounded = ['12.34565', '12.34575', '-0.00005', '0.00015', '0.000050001', '1e-9'];
    expect(rounded.map((amount) => parseMoney(amount, { round: true }))).to.deep.equal([123_456, 123_458, 0, 2, 1, 0]);
  });
});

describe('parseValue', () => {
  it('inverts formatValue', () => {
    const cases = [
      [text(), 'a b'],
      [int32(), -5],
      [int64(), 2 ** 53 - 1],
      [int64({ range: 'full' }), -(2n ** 63n)],
      [money(), 5],
      [bigMoney(), -(2n ** 127n)],
      [timestamp(), 1_484_924_400_123],
      [date(), '2017-01-20'],
      [boolean(), false],
      [oneOf('buy', 'sell'), 'sell'],
      [optional(int32()), undefined],
    ] as const;
    for (const [type, value] of cases) expect(parseValue(type, formatValue(type, value))).to.equal(value);
  });

  it('reports what does not fit', () => {
    expect(() => parseValue(int32(), 'x')).to.throw("'x' is not a number");
    expect(() => parseValue(oneOf('buy', 'sell'), 'hold')).to.throw("'hold' is none of buy, sell");
    expect(() => parseValue(date(), '2017-02-29')).to.throw('is not a date');
  });
});
