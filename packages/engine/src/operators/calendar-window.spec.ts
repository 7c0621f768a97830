import { expect } from 'chai';
import { addTo, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { calendar, calendarWindow } from '@stockafolio/core';
import { marbles, trace } from '@stockafolio/testing';

const HOUR = 3_600_000;
/** Days of a town that sets its clocks forward on the third day: this day has 23 hours. */
const starts = [0, 24, 48, 71, 95, 119].map((hours) => hours * HOUR);
const startOf = (time: number): number => starts.findLast((start) => start <= time) ?? 0;
const endOf = (start: number): number => starts.find((next) => next > start) ?? Number.POSITIVE_INFINITY;

describe('calendarWindow', () => {
  it('closes windows of the lengths that the calendar gives them, also across restarts', async () => {
    const line = `${'a'.repeat(71)}#^${'a'.repeat(25)}~`;
    const seen = await trace(sales, marbles(line, { a: (time): Sale => sale({ time }) }, { frame: HOUR }), (sales) =>
      sales.pipe(
        calendarWindow('day', {
          windows: calendar('town', startOf, endOf),
          key: (s) => [s.item],
          state: Sum,
          fold: addTo,
        }),
      ),
    );
    expect(seen.map(({ at, value: { window, value } }) => [at, window.start / HOUR, value.count])).to.eql([
      ['a', 0, 24],
      ['a', 24, 24],
      ['a', 48, 23],
      ['a', 71, 24],
      ['~', 95, 1],
    ]);
  });
});
