import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Source } from '@stockafolio/core/ports';
import { memoryTopic, virtualClock, type VirtualClock } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { GroupWait, type WaitingEvent } from './group-wait.js';

describe('a run that waits for others of its group', () => {
  let clock: VirtualClock;
  let told: WaitingEvent[];
  let source: Source;

  beforeEach(() => {
    clock = virtualClock();
    told = [];
    const holders = [
      { partition: 2, holder: "client 'a' at 10.0.0.7" },
      { partition: 0, holder: 'me' },
    ];
    source = { ...forward(memoryTopic({ clock }).source()), holders: async () => holders };
  });

  const wait = (more: { source?: Source } = {}): GroupWait =>
    new GroupWait({ source, clock, groupPatience: 200_000, onEvent: (event) => void told.push(event), ...more });
  const codeOf = async (step: Promise<void>): Promise<unknown> =>
    step.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('reports for whom after some seconds, and then once a minute', async () => {
    const waiting = wait();
    for (let second = 0; second <= 70; second++) {
      await waiting.behind([
        { partition: 2, offset: 5 },
        { partition: 3, offset: 0 },
      ]);
      await clock.advance(1_000);
    }
    expect(told.map(({ waited }) => waited)).to.deep.equal([5_000, 65_000]);
    expect(told[0]).to.deep.include({
      ...{ partitions: [2, 3], holders: [{ partition: 2, holder: "client 'a' at 10.0.0.7" }], left: 195_000 },
    });
  });

  it('ends with an error if they do not advance, naming partitions and their holders', async () => {
    const waiting = wait();
    const behind = [
      { partition: 2, offset: 5 },
      { partition: 3, offset: 0 },
    ];
    await waiting.behind(behind);
    await clock.advance(199_000);
    await waiting.behind(behind);
    await clock.advance(1_000);
    const error = await codeOf(waiting.behind(behind));
    expect(error).to.have.property('code', 'ERR_GROUP_STALLED');
    expect(error).to.have.property(
      'message',
      "other members of the group have not advanced in partitions 2 (client 'a' at 10.0.0.7); 3 (unknown holder) for 200 s",
    );
  });

  it('waits without limit while they advance', async () => {
    const waiting = wait();
    for (let offset = 0; offset < 100; offset++) {
      await waiting.behind([{ partition: 2, offset }]);
      await clock.advance(4_000);
    }
    expect(told).to.deep.equal([]);
  });

  it('does not wait for ever while the group assigns partitions', async () => {
    const waiting = wait();
    await waiting.sharingOut();
    await clock.advance(6_000);
    await waiting.sharingOut();
    expect(told.map(({ partitions }) => partitions)).to.deep.equal([[]]);
    await clock.advance(200_000);
    expect(await codeOf(waiting.sharingOut())).to.have.property('code', 'ERR_GROUP_STALLED');
  });

  it('reports it even if the source cannot tell who they are', async () => {
    const away = async (): Promise<never> => {
      throw new StockafolioError('ERR_SOURCE_UNAVAILABLE', 'away');
    };
    const waiting = wait({ source: { ...source, holders: away } });
    await waiting.behind([{ partition: 2, offset: 5 }]);
    await clock.advance(6_000);
    await waiting.behind([{ partition: 2, offset: 5 }]);
    expect(told.map(({ holders }) => holders)).to.deep.equal([[]]);
  });
});
