import { expect } from 'chai';
import fc from 'fast-check';
import { atHome, inNewYork, momentText } from './moments.js';

const AT = Date.UTC(2026, 10, 27, 20, 59, 32);

describe('a moment on the pages', () => {
  it('has a date where it is not of today, in New York', () => {
    expect(momentText(inNewYork(AT, AT + 3_600_000))).to.equal('15:59:32');
    expect(momentText(inNewYork(AT, AT + 86_400_000))).to.match(/27.*, 15:59:32$/);
    // Past midnight in London, still the evening before in New York.
    const late = Date.UTC(2026, 10, 28, 1, 0, 0);
    expect(inNewYork(AT, late).date).to.equal(undefined);
  });

  it('is shown on the visitor’s clock too, by the name of its city, unless it shows the same', () => {
    expect(atHome(AT, AT, 'Europe/Berlin')).to.deep.equal({ time: '21:59:32', date: undefined, zone: 'Berlin' });
    expect(atHome(AT, AT, 'Asia/Ho_Chi_Minh')).to.deep.include({ time: '03:59:32', zone: 'Ho Chi Minh' });
    expect(atHome(AT, AT, 'UTC')).to.deep.include({ time: '20:59:32', zone: 'UTC' });
    for (const same of ['America/New_York', 'America/Toronto']) expect(atHome(AT, AT, same)).to.equal(undefined);
  });

  it('is never shown without a date on a day that is not that clock’s today', () => {
    const day = (at: number, timeZone: string): string =>
      new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
    const zones = fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'Pacific/Auckland', 'America/Los_Angeles', 'UTC');
    fc.assert(
      fc.property(
        fc.integer({ min: AT, max: AT + 40 * 86_400_000 }),
        fc.nat(86_400_000 * 2),
        zones,
        (at, age, zone) => {
          const home = atHome(at, at + age, zone);
          expect(home?.date === undefined).to.equal(home === undefined || day(at, zone) === day(at + age, zone));
          expect(inNewYork(at, at + age).date === undefined).to.equal(
            day(at, 'America/New_York') === day(at + age, 'America/New_York'),
          );
        },
      ),
    );
  });
});
