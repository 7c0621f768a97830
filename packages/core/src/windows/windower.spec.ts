import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { calendar, hopping, tumbling, type Windower } from './windower.js';

/** All windows of a time, the newest first, as an operator iterates over them. */
function windowsOf(windower: Windower, time: number): number[] {
  const starts: number[] = [];
  let start: number | undefined = windower.newest(time);
  while (start !== undefined) {
    starts.push(start);
    start = windower.before(start, time);
  }
  return starts;
}

const time = fc.integer({ min: -1e12, max: 4e12 });
const offset = fc.integer({ min: -1e6, max: 1e6 });

describe('windows', () => {
  it('tumbling: every time is in exactly one, which contains it', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 1e7 }), offset, (at, size, shift) => {
        const windower = tumbling(size, shift);
        const [start = Number.NaN, ...others] = windowsOf(windower, at);
        expect(others).to.eql([]);
        expect(start <= at && at < windower.end(start)).to.equal(true);
        expect(windower.end(start) - start).to.equal(size);
        expect((start - shift) % size === 0).to.equal(true);
      }),
    );
  });

  it('hopping: every time is in exactly those that begin at a step and contain it', () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 400 }),
        offset,
        (at, step, more, shift) => {
          const size = step + more;
          const windower = hopping(size, step, shift);
          const wanted: number[] = [];
          for (let start = at; start > at - size; start--) if ((start - shift) % step === 0) wanted.push(start);
          expect(windowsOf(windower, at)).to.eql(wanted);
        },
      ),
    );
  });

  it('rejects invalid sizes and steps', async () => {
    for (const [size, step] of [
      [0, 0],
      [1, 2],
      [5, 0],
      [5, -1],
      [1.5, 1],
      [Number.NaN, 1],
      [2 ** 53, 1],
      [3, 1.5],
      [2 ** 54, 2 ** 53],
    ] as const) {
      expect(await codeOf(() => hopping(size, step)), `${size}/${step}`).to.equal('ERR_PIPELINE_INVALID');
    }
    expect(await codeOf(() => tumbling(5, 0.5))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('are accepted with a step equal to their size, and with the longest exact size', () => {
    expect(windowsOf(hopping(5, 5), 12)).to.deep.equal([10]);
    expect(windowsOf(hopping(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), 12)).to.deep.equal([0]);
  });

  it('begin at the epoch if no offset is given', () => {
    expect(windowsOf(tumbling(60), 119)).to.deep.equal([60]);
    expect(windowsOf(hopping(60, 30), 119)).to.deep.equal([90, 60]);
  });

  it('of a calendar are the ones that it defines, one at a time', () => {
    const days = calendar(
      'days',
      (at) => at - (at % 100),
      (start) => start + 70,
    );
    expect(windowsOf(days, 250)).to.deep.equal([200]);
    expect(days.end(200)).to.equal(270);
  });

  it('describe themselves, so that a change is detected', () => {
    expect(tumbling(60).settings).to.deep.equal({ size: 60 });
    expect(hopping(60, 60).settings).to.deep.equal({ size: 60 });
    expect(hopping(60, 30).settings).to.deep.equal({ size: 60, step: 30 });
    const never = (): number => 0;
    expect(calendar('days', never, never).settings).to.deep.equal({ calendar: 'days' });
    expect(calendar('days', never, never, { version: 2 }).settings).to.deep.equal({ calendar: 'days', version: 2 });
  });

  it('of a calendar have a version that is a whole number from 1', async () => {
    const never = (): number => 0;
    for (const version of [0, 1.5, Number.NaN])
      expect(await codeOf(() => calendar('days', never, never, { version }))).to.equal('ERR_PIPELINE_INVALID');
  });
});
