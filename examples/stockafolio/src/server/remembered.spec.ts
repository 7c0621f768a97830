import { expect } from 'chai';
import { virtualClock } from '@stockafolio/testing';
import { RateMeter } from './rate-meter.js';
import { Remembered } from './remembered.js';

describe('what is remembered', () => {
  it('is made once for all concurrent callers, and again after that', async () => {
    const clock = virtualClock();
    const remembered = new Remembered<number>(clock, { ms: 100, most: 10 });
    let made = 0;
    const get = (): Promise<number> => remembered.get('a', '1', async () => ++made);
    expect(await Promise.all([get(), get(), get()])).to.deep.equal([1, 1, 1]);
    await clock.advance(99);
    expect(await get()).to.equal(1);
    await clock.advance(1);
    expect(await get()).to.equal(2);
  });

  it('is no failure', async () => {
    const remembered = new Remembered<number>(virtualClock(), { ms: 100, most: 10 });
    const failed: unknown = await remembered
      .get('a', '1', () => Promise.reject(new Error('x')))
      .catch((e: unknown) => e);
    expect(failed).to.be.instanceOf(Error);
    expect(await remembered.get('a', '1', async () => 2)).to.equal(2);
  });

  it('is a bounded number, the newest', async () => {
    const remembered = new Remembered<number>(virtualClock(), { ms: 100, most: 3 });
    for (let n = 0; n < 10; n++) await remembered.get(String(n), '1', async () => n);
    let made = 0;
    for (const key of ['9', '8', '7', '6']) await remembered.get(key, '1', async () => ++made);
    expect(made).to.equal(1);
  });
});

describe('what is remembered of something that moves on', () => {
  it('is made again at once, if making it takes no time', async () => {
    const remembered = new Remembered<number>(virtualClock(), { ms: 100, most: 10, pace: 3 });
    let made = 0;
    for (const version of ['1', '1', '2', '3']) await remembered.get('a', version, async () => ++made);
    expect(made).to.equal(3);
  });

  it('is made less often the longer it takes, never twice at once, and old answers are reported', async () => {
    const clock = virtualClock();
    let [made, old] = [0, 0];
    const remembered = new Remembered<number>(clock, { ms: 100, most: 10, pace: 3, onOld: () => void old++ });
    const get = (version: string): Promise<number> =>
      remembered.get('a', version, async () => {
        made += 1;
        await clock.sleep(50);
        return made;
      });
    const first = get('1');
    const meanwhile = get('2');
    await clock.advance(50);
    expect([await first, await meanwhile, made, old]).to.deep.equal([1, 1, 1, 1]);
    await clock.advance(149);
    expect([await get('3'), made, old]).to.deep.equal([1, 1, 2]);
    await clock.advance(1);
    const second = get('3');
    await clock.advance(50);
    expect([await second, made, old]).to.deep.equal([2, 2, 2]);
  });
});

describe('a rate', () => {
  it('is that of the last five seconds, and unknown before there are enough samples', () => {
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
