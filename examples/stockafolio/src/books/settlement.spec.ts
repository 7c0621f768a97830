import { expect } from 'chai';
import fc from 'fast-check';
import { RUNS } from '../../test/random-fills.js';
import { dayAfter, isHoliday } from '../calendar/holidays.js';
import { isSettlementDay, settlementDay, settlesOn } from './settlement.js';

/** The schedules of the NASD's Notices to Members: dates of trades, and the dates on which they settle. */
const notices: Record<string, readonly string[]> = {
  '88-82: Veterans Day': [
    '1988-11-03 11-10, 11-04 11-14, 11-07 11-15, 11-08 11-16, 11-09 11-17, 11-10 11-18, 11-11 11-18, 11-14 11-21',
    '1988-11-16 11-23, 11-17 11-25, 11-18 11-28, 11-21 11-29, 11-22 11-30, 11-23 12-01, 11-25 12-02',
  ],
  '88-99: Martin Luther King day, before the exchange kept it': [
    '1989-01-05 01-12, 01-06 01-13, 01-09 01-17, 01-10 01-18, 01-11 01-19, 01-12 01-20, 01-13 01-23, 01-16 01-23',
  ],
  '92-54: Veterans Day': [
    '1992-11-02 11-09, 11-03 11-10, 11-04 11-12, 11-05 11-13, 11-09 11-17, 11-10 11-18, 11-11 11-18, 11-12 11-19',
    '1992-11-18 11-25, 11-19 11-27, 11-20 11-30, 11-25 12-03, 11-27 12-04',
  ],
  '94-49: Independence Day': ['1994-06-24 07-01, 06-27 07-05, 06-30 07-08, 07-01 07-11, 07-05 07-12'],
  '95-77: Columbus Day': [
    '1995-10-02 10-05, 10-03 10-06, 10-04 10-10, 10-05 10-11, 10-06 10-12, 10-09 10-12, 10-10 10-13',
  ],
  '97-93: Good Friday': [
    '1998-04-02 04-07, 04-03 04-08, 04-06 04-09, 04-07 04-13, 04-08 04-14, 04-09 04-15, 04-13 04-16',
  ],
  '97-93: Presidents and Memorial Day': [
    '1998-02-10 02-13, 02-11 02-17, 02-13 02-19, 02-17 02-20, 05-20 05-26, 05-22 05-28, 05-26 05-29',
  ],
  '99-83: Columbus Day': ['1999-10-05 10-08, 10-06 10-12, 10-07 10-13, 10-08 10-14, 10-11 10-14, 10-12 10-15'],
  '99-94: Christmas on a Saturday': ['1999-12-20 12-23, 12-21 12-27, 12-22 12-28, 12-23 12-29, 12-27 12-30'],
};

describe('the day of settlement', () => {
  for (const [notice, rows] of Object.entries(notices)) {
    it(`is that of the notice ${notice}`, () => {
      for (const row of rows) {
        const year = row.slice(0, 4);
        for (const pair of row.slice(5).split(', ')) {
          const [traded = '', settles = ''] = pair.split(' ');
          expect(settlementDay(`${year}-${traded}`), pair).to.equal(`${year}-${settles}`);
        }
      }
    });
  }

  it('changes with the rule: three days, then two, then one', () => {
    expect(settlementDay('1995-06-06')).to.equal('1995-06-13');
    expect(settlementDay('1995-06-07')).to.equal('1995-06-12');
    // Both are known as double days: two days of trades settled on one.
    expect([settlementDay('2017-09-01'), settlementDay('2017-09-05')]).to.deep.equal(['2017-09-07', '2017-09-07']);
    expect([settlementDay('2024-05-24'), settlementDay('2024-05-28')]).to.deep.equal(['2024-05-29', '2024-05-29']);
  });

  it('was not changed by the closure of 2018-12-05, and a bank holiday on a Saturday is kept on no other day', () => {
    expect(settlementDay('2018-12-03')).to.equal('2018-12-05');
    expect(settlementDay('2018-12-04')).to.equal('2018-12-06');
    expect(isSettlementDay('2023-11-10')).to.equal(true);
    expect(isSettlementDay('2018-11-12')).to.equal(false);
  });

  it('is a settlement day after the trade, and never earlier for a later trade', () => {
    const day = fc.integer({ min: 0, max: 13_000 }).map((n) => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000));
    fc.assert(
      fc.property(day, (date) => {
        const traded = date.toISOString().slice(0, 10);
        const settles = settlementDay(traded);
        expect(settles > traded).to.equal(true);
        expect(isSettlementDay(settles)).to.equal(true);
        expect(isHoliday(settles) && settles !== '2018-12-05').to.equal(false);
        expect(settlementDay(dayAfter(traded)) >= settles).to.equal(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('is the own one of a trade, but not before it; a gift is settled at once', () => {
    const terms = { symbol: 'A', side: 'buy', quantity: 1e8, price: 1, value: 1, currency: 'USD', fees: [] } as const;
    const place = { id: 't', user: 'ann', time: Date.UTC(2026, 0, 5, 15), rank: 0, place: { file: 'a', line: 1 } };
    const trade = { kind: 'trade', ...place, ...terms } as const;
    expect(settlesOn(trade)).to.equal('2026-01-06');
    expect(settlesOn({ ...trade, settlementDate: '2026-01-09' })).to.equal('2026-01-09');
    expect(settlesOn({ ...trade, settlementDate: '2025-12-31' })).to.equal('2026-01-05');
    expect(settlesOn({ ...trade, origin: 'gift' })).to.equal('2026-01-05');
  });
});
