import { expect } from 'chai';
import { daysHeld, termOf } from './term.js';

/** Noon in New York. */
const noon = (day: string): number => Date.parse(`${day}T17:00:00Z`);

describe('the term of a holding', () => {
  const cases: readonly [string, string, string, string][] = [
    ['exactly one year is short', '2025-03-03', '2026-03-03', 'short'],
    ['a day more is long', '2025-03-03', '2026-03-04', 'long'],
    ['a leap day within the year counts', '2023-06-01', '2024-06-01', 'short'],
    ['and the day after it is long', '2023-06-01', '2024-06-02', 'long'],
    ['bought on 29 February, sold on 28 February', '2024-02-29', '2025-02-28', 'short'],
    ['bought on 29 February, sold on 1 March', '2024-02-29', '2025-03-01', 'long'],
    ['bought on 28 February before a leap year, sold on 29 February', '2023-02-28', '2024-02-29', 'short'],
    ['bought on 28 February before a leap year, sold on 1 March', '2023-02-28', '2024-03-01', 'long'],
    ['bought on 28 February of a leap year', '2024-02-28', '2025-02-28', 'short'],
    ['and sold a day later', '2024-02-28', '2025-03-01', 'long'],
    ['the same day', '2025-03-03', '2025-03-03', 'short'],
    ['many years', '2005-03-03', '2025-03-03', 'long'],
  ];
  for (const [name, opened, closed, term] of cases) {
    it(name, () => {
      expect(termOf(noon(opened), 0, noon(closed))).to.equal(term);
    });
  }

  it('goes by the date in New York, not in UTC', () => {
    const lateInNewYork = Date.UTC(2026, 2, 4, 4, 59);
    expect(termOf(noon('2025-03-03'), 0, lateInNewYork)).to.equal('short');
    expect(termOf(noon('2025-03-03'), 0, lateInNewYork + 60_000)).to.equal('long');
  });

  it('adds the days that were taken over', () => {
    expect(termOf(noon('2025-03-13'), 10, noon('2026-03-03'))).to.equal('short');
    expect(termOf(noon('2025-03-13'), 10, noon('2026-03-04'))).to.equal('long');
    expect(daysHeld(noon('2025-03-13'), 10, noon('2026-03-04'))).to.equal(366);
  });
});
