import { expect } from 'chai';
import { expectCode } from '@stockafolio/conformance';
import { type ErrorCode, StockafolioError } from '@stockafolio/core';
import { virtualClock, type VirtualClock } from '@stockafolio/testing';
import { Patience } from './patience.js';

describe('Patience', () => {
  let clock: VirtualClock;
  let patience: Patience;
  beforeEach(() => {
    clock = virtualClock();
    patience = new Patience({ clock, retryFor: 60_000, firstRetryFor: 5_000 });
  });
  const failing =
    (code: ErrorCode, times = Infinity) =>
    async (before: number): Promise<number> => {
      if (before < times) throw new StockafolioError(code, 'away');
      return before;
    };

  it('retries at growing intervals, until there is an answer', async () => {
    expect(await clock.until(patience.ask(failing('ERR_FILES_UNAVAILABLE', 4)))).to.equal(4);
    expect(clock.now()).to.equal(50 + 100 + 200 + 400);
  });

  it('gives up within 5 seconds on a store that has never answered, on another within a minute', async () => {
    const givesUp = (): Promise<unknown> =>
      expectCode('ERR_FILES_UNAVAILABLE', () => clock.until(patience.ask(failing('ERR_FILES_UNAVAILABLE'))));
    await givesUp();
    expect(clock.now()).to.be.within(3_000, 5_000);
    await patience.ask(async () => 'here');
    const before = clock.now();
    await givesUp();
    expect(clock.now() - before).to.be.within(58_000, 60_000);
  });

  it('does not retry a refusal, nor a failure of the content itself', async () => {
    await expectCode('ERR_FILES_REFUSED', () => patience.ask(failing('ERR_FILES_REFUSED')));
    const own = new Error('of the content');
    expect(await patience.ask(() => Promise.reject(own)).catch((error: unknown) => error)).to.equal(own);
    expect(clock.now()).to.equal(0);
  });
});
