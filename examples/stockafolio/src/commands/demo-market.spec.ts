import { expect } from 'chai';
import { sessionOf, type Session } from '../calendar/sessions.js';
import { demoMarket, type DemoMarket } from './demo-market.js';
import { lastSession } from './trade-flow.js';

const AFTER = 5_000;
const session = (day: string): Session => {
  const found = sessionOf(day);
  if (found === undefined) throw new Error(`no session on ${day}`);
  return found;
};
const market = (trades: number, day: string): DemoMarket =>
  demoMarket({ trades, after: AFTER, users: 50, seed: 1 }, session(day));

describe('the market of the demo', () => {
  for (const [what, day] of [
    ['a whole day', '2026-01-05'],
    ['a half day', '2026-11-27'],
    ['a half day before a holiday', '2026-12-24'],
    ['the day on which the clocks have gone forward', '2026-03-09'],
  ] as const) {
    for (const trades of [1, 10, 3_000]) {
      it(`of ${trades} trades on ${what} has all of them, and all later ones, before its close`, () => {
        const { open, close } = session(day);
        const times = market(trades, day)
          .next(trades + AFTER)
          .map(({ time }) => time);
        expect(times).to.have.length(trades + AFTER);
        expect(times[0]).to.equal(open);
        expect(times).to.deep.equal([...times].sort((a, b) => a - b));
        expect(times.at(-1)).to.be.below(close);
        // The demo itself ends in the middle of the day, so that the dashboards show a part of a day, with some of it
        // left.
        const [last = 0, next = 0] = [times[trades - 1], times[trades]];
        expect((last - open) / (close - open)).to.be.below(0.54);
        expect((next - open) / (close - open)).to.be.within(0.53, 0.55);
      });
    }
  }

  it('is the same from the same seed, in whatever batches it is taken', () => {
    const [one, other] = [market(100, '2026-11-27'), market(100, '2026-11-27')];
    expect([...one.next(70), ...one.next(30)]).to.deep.equal(other.next(100));
  });

  it('is of the last session that had begun, also on the weekend after a half day', () => {
    expect(lastSession(Date.parse('2026-11-28T12:00:00Z')).day).to.equal('2026-11-27');
    expect(lastSession(Date.parse('2026-11-27T14:29:59Z')).day).to.equal('2026-11-25');
    expect(lastSession(Date.parse('2026-11-27T14:30:00Z')).day).to.equal('2026-11-27');
    expect(lastSession(Date.parse('2026-11-30T14:00:00Z')).day).to.equal('2026-11-27');
  });
});
