import { expect } from 'chai';
import { Turn } from './turn.js';

describe('a turn', () => {
  it('comes for each of several at its own offset in the interval', () => {
    const turns = [0, 1, 2, 3].map((index) => new Turn(1000, index, 4, 0));
    const first = turns.map((turn) => moments(turn, 0, 2000));
    expect(first).to.deep.equal([[1000], [750, 1750], [500, 1500], [250, 1250]]);
  });

  it('keeps its offset when it is taken late', () => {
    const turn = new Turn(1000, 1, 4, 0);
    turn.done(3_100);
    expect(turn.isDue(3_749)).to.equal(false);
    expect(turn.isDue(3_750)).to.equal(true);
  });

  it('keeps its offset when it is taken early', () => {
    const turn = new Turn(1000, 1, 4, 0);
    turn.done(700);
    expect(turn.isDue(750)).to.equal(true);
  });

  it('is always due with an interval of 0, and never with an infinite one', () => {
    const always = new Turn(0, 1, 4, 5);
    always.done(5);
    expect(always.isDue(5)).to.equal(true);
    const never = new Turn(Infinity, 1, 4, 5);
    never.done(1e15);
    expect(never.isDue(1e15)).to.equal(false);
  });
});

/** The times at which a turn is due within a range, checked every 10 ms and taken at once. */
function moments(turn: Turn, from: number, to: number): number[] {
  const due: number[] = [];
  for (let now = from; now < to; now += 10) {
    if (!turn.isDue(now)) continue;
    due.push(now);
    turn.done(now);
  }
  return due;
}
