import { expect } from 'chai';
import fc from 'fast-check';
import { dayAfter, weekdayOf } from './holidays.js';
import { nextSession, sessionOf } from './sessions.js';

const hours = (day: string): string | undefined => {
  const session = sessionOf(day);
  if (session === undefined) return undefined;
  return `${new Date(session.open).toISOString().slice(11, 16)}-${new Date(session.close).toISOString().slice(11, 16)}`;
};

/** The days from Monday to Friday of a year that satisfy the condition. */
function weekdays(year: number, condition: (day: string) => boolean): string[] {
  const found: string[] = [];
  for (let day = `${year}-01-01`; day.startsWith(`${year}`); day = dayAfter(day)) {
    const weekday = weekdayOf(day);
    if (weekday !== 0 && weekday !== 6 && condition(day)) found.push(day.slice(5));
  }
  return found;
}

const closed = (year: number): string => weekdays(year, (d) => sessionOf(d) === undefined).join(' ');
const short = (year: number): string =>
  weekdays(year, (d) => {
    const s = sessionOf(d);
    return s !== undefined && s.close - s.open < 5 * 3_600_000;
  }).join(' ');

describe('the sessions of New York', () => {
  it('last from 9:30 to 16:00 local time, even in the week in which the clocks change', () => {
    expect(hours('2026-03-06')).to.equal('14:30-21:00');
    expect(hours('2026-03-09')).to.equal('13:30-20:00');
    expect(hours('2026-10-30')).to.equal('13:30-20:00');
    expect(hours('2026-11-02')).to.equal('14:30-21:00');
  });

  it('end at 13:00 on a short day', () => {
    expect(hours('2025-11-28')).to.equal('14:30-18:00');
    expect(hours('2025-07-03')).to.equal('13:30-17:00');
  });

  it('are not held at weekends and on the holidays that the exchange published', () => {
    expect(closed(2024)).to.equal('01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25');
    expect(closed(2025)).to.equal('01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25');
    expect(closed(2026)).to.equal('01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25');
    expect(closed(2027)).to.equal('01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24');
    expect(closed(2028)).to.equal('01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25');
    expect(closed(2022)).to.equal('01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26');
    expect(closed(2012)).to.equal('01-02 01-16 02-20 04-06 05-28 07-04 09-03 10-29 10-30 11-22 12-25');
    expect(closed(2001)).to.equal('01-01 01-15 02-19 04-13 05-28 07-04 09-03 09-11 09-12 09-13 09-14 11-22 12-25');
    expect(sessionOf('2026-01-03')).to.equal(undefined);
    expect(sessionOf('2026-01-04')).to.equal(undefined);
  });

  it('are short on the days that the exchange published', () => {
    expect([2023, 2024, 2025, 2026, 2027, 2028].map(short)).to.deep.equal([
      '07-03 11-24',
      '07-03 11-29 12-24',
      '07-03 11-28 12-24',
      '11-27 12-24',
      '11-26',
      '07-03 11-24',
    ]);
    expect(short(2002)).to.equal('07-05 11-29 12-24');
    expect(short(2013)).to.equal('07-03 11-29 12-24');
  });

  it('follow one another: the next is the current one, or the first to begin', () => {
    const moments = fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(moments, (time) => {
        const session = nextSession(time);
        expect(time).to.be.below(session.close);
        expect(session).to.equal(sessionOf(session.day));
        const previous = nextSession(session.open - 8 * 86_400_000);
        expect(previous.close).to.be.below(session.open);
        expect(nextSession(session.close).open).to.be.above(session.close);
        expect(session.open - time).to.be.below(7 * 86_400_000);
      }),
      { examples: [[Date.UTC(2001, 8, 10, 20)]] }, // The longest closure: four days and a weekend, in September 2001.
    );
  });

  it('are the same whatever the time zone of the machine', () => {
    const zone = process.env['TZ'];
    try {
      for (const [i, other] of [
        'Pacific/Auckland',
        'America/Los_Angeles',
        'America/Sao_Paulo',
        'Asia/Kolkata',
      ].entries()) {
        process.env['TZ'] = other;
        const year = 2040 + i;
        expect(closed(year)).to.equal(
          [
            '01-02 01-16 02-20 03-30 05-28 06-19 07-04 09-03 11-22 12-25',
            '01-01 01-21 02-18 04-19 05-27 06-19 07-04 09-02 11-28 12-25',
            '01-01 01-20 02-17 04-04 05-26 06-19 07-04 09-01 11-27 12-25',
            '01-01 01-19 02-16 03-27 05-25 06-19 07-03 09-07 11-26 12-25',
          ][i],
        );
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
