import { expect } from 'chai';
import { runClockContract } from '@stockafolio/conformance';
import { virtualClock, type VirtualClock } from './virtual-clock.js';

runClockContract('virtualClock', {
  fresh: () => virtualClock(1_000),
  pass: (clock, ms) => (clock as VirtualClock).advance(ms),
});

describe('virtualClock', () => {
  it('does what follows from a sleep before time continues', async () => {
    const clock = virtualClock();
    const seen: number[] = [];
    void (async () => {
      for (let n = 0; n < 3; n++) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    })();
    await clock.advance(100);
    expect(seen).to.eql([10, 20, 30]);
    expect(clock.now()).to.equal(100);
    expect(clock.sleeping).to.equal(0);
  });

  it('passes the time that a promise takes, and reports if it waits for nothing', async () => {
    const clock = virtualClock();
    expect(await clock.until(clock.sleep(5_000).then(() => 'done'))).to.equal('done');
    expect(clock.now()).to.equal(5_000);
    const error: unknown = await clock.until(new Promise(() => undefined)).catch((failed: unknown) => failed);
    expect(error).to.be.instanceOf(Error);
  });

  it('sees a sleeper at the end of a chain of promises, however long it is', async () => {
    const clock = virtualClock();
    const long = async (): Promise<number> => {
      for (let n = 0; n < 5_000; n++) await Promise.resolve();
      await clock.sleep(10);
      return clock.now();
    };
    expect(await clock.until(long())).to.equal(10);
    let woken = 0;
    void long().then((now) => (woken = now));
    await clock.advance(100);
    expect(woken).to.equal(20);
  });
});
