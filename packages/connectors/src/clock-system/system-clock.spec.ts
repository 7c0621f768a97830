import { runClockContract } from '@stockafolio/conformance';
import { expect } from 'chai';
import { systemClock } from './system-clock.js';

runClockContract('systemClock', {
  fresh: () => systemClock,
  pass: (_, ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

describe('systemClock', () => {
  it('sleeps at least as long as asked', async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - before).to.be.at.least(19);
  });

  it('wakes at once when its signal is aborted, before or while it sleeps', async () => {
    const before = performance.now();
    await systemClock.sleep(60_000, AbortSignal.abort());
    const abort = new AbortController();
    const sleep = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await sleep;
    expect(performance.now() - before).to.be.below(5_000);
  });
});
