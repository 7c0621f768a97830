import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Files, Tables } from '@stockafolio/core/ports';
import { memoryFiles } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { dump, messages, slow } from '../test/totals.js';
import type { PartitionLag, StreamEvent } from './options.js';

/** The rows of one undisturbed run, by its own clock. */
const wanted = (count: number): Promise<string[]> => new StreamUnderTest().wanted(count);

describe('a store of checkpoints that hangs', () => {
  let at: StreamUnderTest;
  let hangs: boolean;
  let checkpoints: Files;
  beforeEach(() => {
    at = new StreamUnderTest();
    hangs = true;
    const files = memoryFiles();
    checkpoints = {
      ...files,
      write: (...given) => (hangs ? new Promise<void>(() => undefined) : files.write(...given)),
    };
  });
  const types = (type: StreamEvent['type']): StreamEvent[] => at.events.filter((event) => event.type === type);
  const options = { commitInterval: 20, checkpointInterval: 1_000, checkpointTimeout: 5_000 };

  it('holds back no row, and counts as failed after a time', async () => {
    const stop = new AbortController();
    const running = at.start({ checkpoints, signal: stop.signal, ...options });
    for (let n = 0; n < 10; n++) {
      await at.topic.append(messages(20, n * 20));
      await at.clock.advance(1_000);
      expect(await dump(at.tables)).to.eql(await wanted((n + 1) * 20));
    }
    expect(types('checkpointed')).to.eql([]);
    expect(types('checkpoint-failed')).to.have.length.at.least(1);
    hangs = false;
    await at.topic.append(messages(20, 200));
    await at.clock.advance(10_000);
    expect(types('checkpointed')).to.have.length.at.least(1);
    stop.abort();
    await at.clock.until(running);
  });

  it('stops the flow at the configured bound, and not before; it continues by itself', async () => {
    const stop = new AbortController();
    const patience = { checkpointPatience: 20_000 };
    const running = at.start({ checkpoints, signal: stop.signal, ...options, ...patience });
    await at.topic.append(messages(20));
    await at.clock.advance(17_000);
    await at.topic.append(messages(20, 20));
    await at.clock.advance(2_000);
    expect(await dump(at.tables)).to.eql(await wanted(40));
    await at.clock.advance(2_000);
    await at.topic.append(messages(20, 40));
    await at.clock.advance(30_000);
    expect(await dump(at.tables)).to.eql(await wanted(40));
    hangs = false;
    await at.clock.advance(30_000);
    expect(await dump(at.tables)).to.eql(await wanted(60));
    stop.abort();
    await at.clock.until(running);
  });
});

describe('the lag', () => {
  it('grows while the tables hang, and is zero once they are back', async () => {
    const at = new StreamUnderTest();
    const stop = new AbortController();
    let takes = 1_000_000;
    const tables = slow(at.tables, at.clock, () => takes);
    const running = at.start({ tables, signal: stop.signal });
    const last = (): Extract<StreamEvent, { type: 'lag' }> =>
      at.events.flatMap((event) => (event.type === 'lag' ? [event] : [])).at(-1) ?? expect.fail('no lag was told');
    const behind = (): number => last().partitions.reduce((sum, lag: PartitionLag) => sum + lag.behind, 0);
    await at.topic.append(messages(50));
    await at.clock.advance(5_000);
    expect(behind()).to.equal(50);
    expect(last().committing).to.be.within(3_000, 5_000);
    await at.topic.append(messages(50, 50));
    await at.clock.advance(10_000);
    expect(behind()).to.equal(100);
    takes = 0;
    await at.clock.advance(1_100_000);
    expect(behind()).to.equal(0);
    expect(last()).to.include({ committing: 0 });
    stop.abort();
    await at.clock.until(running);
  });

  it('is still reported while the run reopens tables that are down', async () => {
    const at = new StreamUnderTest();
    const stop = new AbortController();
    const inner = at.tables;
    let outages = 0;
    let isAway = false;
    const down = (): void => {
      if (isAway) throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
    };
    const tables: Tables = {
      ...slow(inner, at.clock, () => 0),
      get outages() {
        return outages;
      },
      async write(rows) {
        down();
        await inner.write(rows);
      },
      scan(...given) {
        down();
        return inner.scan(...given);
      },
    };
    const running = at.start({ tables, signal: stop.signal });
    await at.topic.append(messages(50));
    await at.clock.advance(3_000);
    const lags = (): (readonly PartitionLag[])[] =>
      at.events.flatMap((event) => (event.type === 'lag' ? [event.partitions] : []));
    const behind = (): number =>
      lags()
        .at(-1)
        ?.reduce((sum, lag) => sum + lag.behind, 0) ?? -1;
    expect(behind()).to.equal(0);
    outages++;
    isAway = true;
    await at.topic.append(messages(70, 50));
    await at.clock.advance(30_000);
    expect(at.events.some(({ type }) => type === 'went-back')).to.equal(true);
    expect(lags().at(-1)).to.have.length(4);
    expect(behind()).to.equal(70);
    isAway = false;
    await at.clock.advance(30_000);
    expect(behind()).to.equal(0);
    expect(await dump(inner)).to.eql(await wanted(120));
    stop.abort();
    await at.clock.until(running);
  });

  it('reports how long the source has not answered', async () => {
    const at = new StreamUnderTest();
    const stop = new AbortController();
    const reader = at.topic.source();
    let answers = true;
    const source = {
      ...forward(reader),
      ranges: () => (answers ? reader.ranges() : new Promise<never>(() => undefined)),
    };
    const running = at.start({ source, signal: stop.signal });
    await at.clock.advance(3_000);
    const unanswered = (): number[] => at.events.flatMap((event) => (event.type === 'lag' ? [event.unanswered] : []));
    expect(Math.max(...unanswered())).to.be.at.most(1_000);
    answers = false;
    await at.clock.advance(20_000);
    expect(unanswered().at(-1)).to.be.within(19_000, 22_000);
    stop.abort();
    await at.clock.until(running);
  });
});
