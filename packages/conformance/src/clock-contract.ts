import type { Clock } from '@stockafolio/core/ports';
import { expect } from 'chai';

export interface ClockHarness {
  fresh(): Clock;
  /** Lets this many milliseconds pass, by waiting or by moving a test clock. */
  pass(clock: Clock, ms: number): Promise<void>;
}

/** The contract of the port `Clock`, for every implementation. */
export function runClockContract(name: string, harness: ClockHarness): void {
  describe(`${name} keeps the contract of Clock`, () => {
    let clock: Clock;
    beforeEach(() => {
      clock = harness.fresh();
    });

    it('returns whole milliseconds that increase', async () => {
      const before = clock.now();
      expect(Number.isSafeInteger(before)).to.equal(true);
      await harness.pass(clock, 20);
      expect(clock.now() - before).to.be.at.least(19);
    });

    it('measures elapsed time, independent of the time of day', async () => {
      const before = clock.elapsed();
      await harness.pass(clock, 20);
      expect(clock.elapsed() - before).to.be.within(19, 290);
    });

    it('sleeps as long as requested, and not much longer in real time', async () => {
      let awake = 0;
      const before = clock.now();
      void clock.sleep(60).then(() => (awake = clock.now()));
      await harness.pass(clock, 5);
      expect(awake).to.equal(0);
      await harness.pass(clock, 300);
      expect(awake - before).to.be.within(59, 290);
    });

    it('wakes the sleepers in the order of their times', async () => {
      const woken: number[] = [];
      for (const ms of [90, 30, 60]) void clock.sleep(ms).then(() => woken.push(ms));
      await harness.pass(clock, 300);
      expect(woken).to.deep.equal([30, 60, 90]);
    });

    it('wakes at once when the signal is aborted, before or while it sleeps', async () => {
      const stop = new AbortController();
      const sleeping = clock.sleep(1_000_000, stop.signal);
      stop.abort();
      await sleeping;
      await clock.sleep(1_000_000, stop.signal);
    });

    it('does not sleep for a time of 0', async () => {
      let awake = false;
      void clock.sleep(0).then(() => (awake = true));
      await harness.pass(clock, 50);
      expect(awake).to.equal(true);
    });
  });
}
