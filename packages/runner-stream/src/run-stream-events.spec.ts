import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Source, Tables } from '@stockafolio/core/ports';
import { memoryTopic, type MemoryTopic } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codeOf, dump, messages, slow } from '../test/totals.js';
import type { StreamEvent } from './options.js';

type Committed = Extract<StreamEvent, { readonly type: 'committed' }>;

describe('an event of a run', () => {
  let at: StreamUnderTest;
  let one: MemoryTopic;

  const committed = (): Committed[] => at.events.flatMap((event) => (event.type === 'committed' ? [event] : []));

  beforeEach(() => {
    at = new StreamUnderTest();
    one = memoryTopic({ clock: at.clock, partitions: 1, batch: 20 });
  });

  it('is each commit: its records, how far behind it is, and the state of each partition', async () => {
    await one.append(messages(60));
    const tables = slow(at.tables, at.clock, () => 15);
    const result = await at.catchUp({ source: one.source(), tables, commitRecords: 20, figuresInterval: 0 });
    const [first, second] = committed();
    const users = new Set(Array.from({ length: 20 }, (_, n) => (n * 7) % 30)).size;
    const digits = new Set(Array.from({ length: 20 }, (_, n) => ((n * 31) % 101) % 10)).size;
    // Totals by user and by digit, and one second of each user.
    expect(first).to.deep.include({ records: 20, behind: 40, rows: users + digits });
    expect(first?.partitions).to.deep.equal([
      { partition: 0, offset: 20, behind: 40, latest: 190, oldest: 0, setAside: 0, keys: 2 * users + digits },
    ]);
    expect(second).to.deep.include({ records: 20, behind: 20 });
    expect(second?.partitions[0]).to.deep.include({ offset: 40, behind: 20, latest: 390, oldest: 200 });
    // Rows, then progress; the tables take that long for each.
    expect(first?.took).to.equal(30);
    expect(second?.took).to.be.within(30, 60);
    const sum = (of: (event: Committed) => number): number => committed().reduce((all, event) => all + of(event), 0);
    expect(sum(({ records }) => records)).to.equal(60);
    expect(result.records).to.equal(60);
    expect(sum(({ rows }) => rows)).to.equal(result.rows);
    expect(sum(({ tables }) => Object.values(tables).reduce((all, rows) => all + rows, 0))).to.equal(result.rows);
    expect(result.commits).to.equal(committed().length);
    expect(result.rows).to.be.greaterThan(0);
  });

  it('has no oldest message in a commit without messages', async () => {
    await one.append(messages(20));
    await at.catchUp({ source: one.source() });
    const { partitions: [last] = [], records } = committed().at(-1) ?? {};
    expect({ oldest: last?.oldest, records }).to.deep.equal({ oldest: null, records: 0 });
  });

  it('is its start position, its partitions, and each checkpoint', async () => {
    await one.append(messages(20));
    await at.catchUp({ source: one.source() });
    let bytes = 0;
    for await (const { name, size } of at.checkpoints.list('')) if (name.endsWith('.checkpoint')) bytes = size;
    const told = at.events.filter(({ type }) => ['started', 'assigned', 'checkpointed'].includes(type));
    expect(told).to.deep.equal([
      { type: 'started', partition: 0, offset: 0 },
      { type: 'assigned', partitions: [0] },
      { type: 'checkpointed', partition: 0, offset: 20, bytes },
    ]);
    at.events = [];
    await at.catchUp({ source: one.source() });
    const [resumed] = at.events;
    expect(resumed).to.deep.include({ type: 'resumed', partition: 0, offset: 20 });
    const verdicts = resumed?.type === 'resumed' ? resumed.changes.map(({ verdict }) => verdict) : [];
    expect(verdicts).to.deep.equal(['kept', 'kept', 'kept']);
    expect(resumed).to.have.property('checkpoint').that.includes('totals');
  });

  it('is each partition that leaves, with its offset, and counts its dead letters', async () => {
    const bad = { key: null, value: new TextEncoder().encode('{'), partition: 0 };
    await at.topic.append([bad, { ...bad, partition: 1 }, { ...bad, partition: 2 }]);
    const stop = new AbortController();
    const reader = at.topic.source();
    const running = at.start({ source: reader, signal: stop.signal });
    await at.clock.advance(100);
    await at.clock.until(reader.revoke([0]));
    await at.clock.until(reader.lose([1]));
    const told = at.events.filter(({ type }) => type === 'revoked' || type === 'lost');
    expect(told).to.deep.equal([
      { type: 'revoked', partition: 0, offset: 1 },
      { type: 'lost', partition: 1, offset: 1 },
    ]);
    stop.abort();
    expect((await at.clock.until(running)).setAside).to.equal(3);
  });

  it('writes few rows after the interval, no sooner', async () => {
    const stop = new AbortController();
    const running = at.start({ source: one.source(), signal: stop.signal, commitInterval: 500 });
    await at.clock.advance(600);
    await one.append(messages(5));
    await at.clock.advance(390);
    expect(committed()).to.have.length(0);
    await at.clock.advance(120);
    expect(committed()).to.have.length(1);
    stop.abort();
    await at.clock.until(running);
  });

  it('emits windows after a second without a record, and no sooner', async () => {
    const bySecond = async (): Promise<number> =>
      (await dump(at.tables)).filter((row) => row.startsWith('by_second')).length;
    const stop = new AbortController();
    const running = at.start({ source: one.source(), signal: stop.signal });
    await at.clock.advance(100);
    await one.append(messages(5));
    await at.clock.advance(900);
    expect(await bySecond()).to.equal(0);
    await at.clock.advance(200);
    expect(await bySecond()).to.equal(5);
    // Shared figures may follow, then nothing more.
    await at.clock.advance(5_000);
    const commits = committed().length;
    await at.clock.advance(60_000);
    expect(committed()).to.have.length(commits);
    stop.abort();
    await at.clock.until(running);
  });

  it('reads as the given group, or as its pipeline', async () => {
    const groups: string[] = [];
    const noting = (): Source => {
      const reader = one.source();
      return { ...forward(reader), open: (group, listener) => (groups.push(group), reader.open(group, listener)) };
    };
    await at.catchUp({ source: noting() });
    await at.catchUp({ source: noting(), group: 'others' });
    expect(groups).to.deep.equal(['totals', 'others']);
  });

  it('does not end if the source cannot store its position for a while, but ends if it refuses', async () => {
    await one.append(messages(40));
    const failing = (code: 'ERR_SOURCE_UNAVAILABLE' | 'ERR_ACCESS_DENIED'): Source => ({
      ...forward(one.source()),
      commit: () => Promise.reject(new StockafolioError(code, 'no')),
    });
    expect((await at.catchUp({ source: failing('ERR_SOURCE_UNAVAILABLE') })).records).to.equal(40);
    await one.append(messages(40, 40));
    expect(await codeOf(at.catchUp({ source: failing('ERR_ACCESS_DENIED') }))).to.equal('ERR_ACCESS_DENIED');
  });

  it('ends if checkpoints are refused, because a retry does not help', async () => {
    await one.append(messages(40));
    at.checkpoints.failWrite(1, new StockafolioError('ERR_FILES_REFUSED', 'no'));
    expect(await codeOf(at.catchUp({ source: one.source() }))).to.equal('ERR_FILES_REFUSED');
  });

  it('ends with the error of the outage if it is stopped during one, and waits no longer', async () => {
    await one.append(messages(40));
    const stop = new AbortController();
    const down: Tables = {
      ...slow(at.tables, at.clock, () => 0),
      write: () => Promise.reject(new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down')),
    };
    const running = codeOf(at.start({ source: one.source(), tables: down, signal: stop.signal }));
    await at.clock.advance(1_000);
    stop.abort();
    expect(await at.clock.until(running)).to.equal('ERR_TABLES_UNAVAILABLE');
    expect(at.clock.now()).to.be.below(3_000);
  });
});
