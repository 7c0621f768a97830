import { virtualClock } from '@stockafolio/core/testing';
import { expect } from 'chai';
import { RateMeter } from './rate-meter.js';
import { Remembered } from './remembered.js';

describe('what is remembered', () => {
  it('is made once for all who ask meanwhile, and again after that', async () => {
    const clock = virtualClock();
    const remembered = new Remembered<number>(clock, 100, 10);
    let made = 0;
    const get = (): Promise<number> => remembered.get('a', async () => ++made);
    expect(await Promise.all([get(), get(), get()])).to.deep.equal([1, 1, 1]);
    await clock.advance(99);
    expect(await get()).to.equal(1);
    await clock.advance(1);
    expect(await get()).to.equal(2);
  });

  it('is no failure', async () => {
    const remembered = new Remembered<number>(virtualClock(), 100, 10);
    const failed: unknown = await remembered.get('a', () => Promise.reject(new Error('x'))).catch((e: unknown) => e);
    expect(failed).to.be.instanceOf(Error);
    expect(await remembered.get('a', async () => 2)).to.equal(2);
  });

  it('is a bounded number, the newest', async () => {
    const remembered = new Remembered<number>(virtualClock(), 100, 3);
    for (let n = 0; n < 10; n++) await remembered.get(String(n), async () => n);
    let made = 0;
    for (const key of ['9', '8', '7', '6']) await remembered.get(key, async () => ++made);
    expect(made).to.equal(1);
  });
});

describe('a rate', () => {
  it('is that of the last five seconds, and not known before there is something to go by', () => {
    const meter = new RateMeter();
    expect(meter.rate()).to.equal(null);
    for (let time = 0; time <= 10_000; time += 100)
      meter.sample(time, time <= 5_000 ? time * 20 : 100_000 + (time - 5_000));
    expect(meter.rate()).to.equal(1_000);
    for (let time = 10_100; time <= 16_000; time += 100) meter.sample(time, 105_000);
    expect(meter.rate()).to.equal(0);
    meter.sample(16_100, 7);
    expect(meter.rate(), 'after other tables have taken their place').to.equal(null);
  });
});
