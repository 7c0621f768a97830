import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { isCalendarDay } from './calendar-day.js';

describe('a calendar day', () => {
  it('is every day from the first to the last, and no other date of that form', () => {
    fc.assert(
      fc.property(fc.integer({ min: daysOfDate('1989-12-31'), max: daysOfDate('2200-12-31') }), (days) => {
        expect(isCalendarDay(dateOfDays(days))).to.equal(true);
      }),
    );
    for (const day of ['2026-02-31', '2026-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00']) {
      expect(isCalendarDay(day), day).to.equal(false);
    }
    expect([isCalendarDay('2028-02-29'), isCalendarDay('1989-12-30'), isCalendarDay('2201-01-01')]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('is no other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d{4}-\d\d-\d\d$/.test(text));
        expect(isCalendarDay(text)).to.equal(false);
      }),
    );
    for (const text of ['', '2026-1-5', ' 2026-01-05', '2026-01-05\n', '+02026-01-05', '２０２６-01-05']) {
      expect(isCalendarDay(text), text).to.equal(false);
    }
  });
});
