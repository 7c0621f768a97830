import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { newYork, newYorkMoment } from './new-york-time.js';
import { minuteOfDay, tradingDay } from './trading-day.js';

const wall = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** The day and minute as Intl prints them, computed again for every time. */
function printed(time: number): string {
  return wall.format(time).slice(0, 16);
}

function computed(time: number): string {
  const minute = minuteOfDay(time);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${tradingDay(time)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

const HOUR = 3_600_000;
const moments = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2200, 11, 31) });

describe('the New York day', () => {
  it('is the day and minute that Intl prints, at any moment and in any order', () => {
    fc.assert(
      fc.property(moments, (time) => {
        expect(computed(time)).to.equal(printed(time));
      }),
      { numRuns: 500 },
    );
  });

  it('is right around every change of the clocks, to the millisecond', () => {
    for (let year = 1990; year <= 2040; year++) {
      for (const month of [2, 3, 9, 10]) {
        for (let day = 1; day <= 31; day += 1) {
          const midnight = Date.UTC(year, month, day);
          const [before, after] = [newYork.offsetAt(midnight), newYork.offsetAt(midnight + 24 * HOUR)];
          if (before === after) continue;
          const change = midnight + 2 * HOUR - before;
          for (const time of [
            change - 1,
            change,
            change - HOUR,
            change + HOUR,
            change + 22 * HOUR,
            change - 3 * HOUR,
          ]) {
            expect(computed(time), new Date(time).toISOString()).to.equal(printed(time));
          }
        }
      }
    }
  });

  it('lasts 23 hours when the clocks go forward and 25 when they go back', () => {
    const length = (day: string): number =>
      (newYorkMoment(daysOfDate(day) + 1, 0) - newYorkMoment(daysOfDate(day), 0)) / HOUR;
    expect([length('2026-03-08'), length('2026-03-09'), length('2026-11-01')]).to.deep.equal([23, 24, 25]);
    expect(tradingDay(Date.parse('2026-03-08T04:59:59.999Z'))).to.equal('2026-03-07');
    expect(tradingDay(Date.parse('2026-03-08T05:00:00Z'))).to.equal('2026-03-08');
    expect(tradingDay(Date.parse('2026-03-09T03:59:59.999Z'))).to.equal('2026-03-08');
    expect(tradingDay(Date.parse('2026-11-02T04:59:59.999Z'))).to.equal('2026-11-01');
  });

  it('turns a local time into its moment: the first of two, and past the gap where it is skipped', () => {
    const at = (day: string, minute: number): string => new Date(newYorkMoment(daysOfDate(day), minute)).toISOString();
    expect(at('2026-07-01', 570)).to.equal('2026-07-01T13:30:00.000Z');
    expect(at('2026-01-05', 570)).to.equal('2026-01-05T14:30:00.000Z');
    expect(at('2026-11-01', 90)).to.equal('2026-11-01T05:30:00.000Z');
    expect(at('2026-03-08', 150)).to.equal('2026-03-08T07:30:00.000Z');
  });

  it('converts days in both directions', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (days) => {
        expect(daysOfDate(dateOfDays(days))).to.equal(days);
      }),
    );
  });

  it('rejects an invalid time', () => {
    expect(() => tradingDay(Number.NaN)).to.throw(RangeError);
  });
});
