import { expect } from 'chai';
import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Clock, Tables } from '@stockafolio/core/ports';
import type { PipelineHarness } from '@stockafolio/testing';
import { ListeningWire, until } from '../../../test/listening-wire.js';
import { OPENING, traded, tradeOf } from '../../../test/traded.js';
import { portfolio } from '../../pipeline.js';
import type { Trade } from '../../trade.js';
import { Books } from '../books.js';
import { Feed } from './feed.js';
import { single, type Sections } from './sections.js';
import { userSections } from './user-sections.js';

/** A fast clock, so that no test waits for the pauses between two attempts. */
const clock: Clock = {
  now: () => systemClock.now(),
  elapsed: () => systemClock.elapsed() * 50,
  sleep: (ms, signal) => systemClock.sleep(Math.max(1, ms / 50), signal),
};

describe('a feed in which a part fails:', () => {
  let harness: PipelineHarness<Trade>;
  let tables: Tables;
  let books: Books;
  let feed: Feed;
  const log: string[] = [];
  let broken = false;
  let count = 0;

  beforeEach(async () => {
    harness = await traded([tradeOf({ id: 'first' })]);
    [broken, count] = [false, 0];
    log.length = 0;
    const inner = harness.tables;
    tables = {
      ...inner,
      scan: (table, prefix, options) => {
        if (broken) throw new Error('gone');
        return inner.scan(table, prefix, options);
      },
    };
    books = new Books({ live: tables, pipeline: portfolio.name, clock, pollMs: 100 });
    feed = new Feed({
      ...{ books, clock, pollMs: 100, mostClients: 1_000, queueBytes: 1 << 20, lastWordsMs: 2_000 },
      log: (line) => log.push(line),
      slow: () => undefined,
      failed: (topic, why) => log.push(`${topic}: ${why}`),
    });
  });
  afterEach(() => feed.close());

  const watch = async (user: string, lastId?: string): Promise<ListeningWire> => {
    const wire = new ListeningWire();
    await feed.watch(`user ${user}`, userSections(books, tables, user), wire, lastId);
    return wire;
  };
  const trade = async (fields: Partial<Trade> = {}): Promise<string> => {
    const id = `more-${++count}`;
    harness.push(tradeOf({ id, time: OPENING + count * 1000, ...fields }));
    await harness.commit();
    return id;
  };
  const hears = (wire: ListeningWire, text: string): Promise<void> =>
    until(() => wire.events.some(({ data }) => data.includes(text)), text);

  it('a failing topic is retried and recovers by itself; clients of others do not notice', async () => {
    let fails = true;
    let readings = 0;
    const flaky = async (): Promise<Sections> => {
      readings += 1;
      if (fails) throw new Error('no such day');
      return { day: single('2026-01-05') };
    };
    const other = await watch('ann');
    const wire = new ListeningWire();
    await feed.watch('firm', flaky, wire);
    expect(wire.names).to.deep.equal(['trouble']);
    await until(() => readings >= 3, 'further attempts');
    const id = await trade();
    await hears(other, id);
    expect(other.names).to.not.include('trouble');
    expect(log, 'said once').to.deep.equal(['firm: no such day']);
    expect(wire.ended, 'nobody is sent away').to.equal(false);
    fails = false;
    await hears(wire, '2026-01-05');
    const last = wire.events.at(-1)?.event;
    expect(last, 'the page learns that all is well').to.be.oneOf(['snapshot', 'tick']);
  });

  it('attempts become rarer the longer it fails', async () => {
    const times: number[] = [];
    await feed.watch('firm', () => (times.push(clock.elapsed()), Promise.reject(new Error('x'))), new ListeningWire());
    await until(() => times.length >= 4, 'four attempts');
    const [first = 0, second = 0, third = 0, fourth = 0] = times;
    expect(second - first).to.be.at.least(1_000);
    expect(third - second).to.be.at.least(2_000);
    expect(fourth - third).to.be.at.least(4_000);
  });

  it('a failure without other watchers stops nothing: the next client is served', async () => {
    const wire = new ListeningWire();
    await feed.watch('firm', () => Promise.reject(new Error('no such day')), wire);
    wire.emit('close');
    expect(feed.clients).to.equal(0);
    const next = await watch('ann');
    expect(next.names).to.deep.equal(['snapshot']);
    await hears(next, await trade());
  });

  it('an outage of the tables ends by itself for all clients, and they are told even if nothing has changed', async () => {
    const [ann, bob] = [await watch('ann'), await watch('bob')];
    broken = true;
    await until(() => ann.names.includes('trouble') && bob.names.includes('trouble'), 'the trouble');
    const late = await watch('ann');
    expect(late.names[0]).to.equal('trouble');
    broken = false;
    for (const wire of [ann, bob]) {
      await until(() => wire.events.at(-1)?.event === 'tick', 'that the trouble is over');
      expect(wire.ended).to.equal(false);
    }
    await until(() => late.names.includes('snapshot'), 'everything, for who came meanwhile');
    expect([log[0], log.at(-1)]).to.deep.equal(['the tables cannot be read: gone', 'the tables can be read again']);
  });

  it('as long as a topic fails no tick is sent', async () => {
    let fails = false;
    const wire = new ListeningWire();
    let n = 0;
    await feed.watch(
      'firm',
      () => (fails ? Promise.reject(new Error('x')) : Promise.resolve({ n: single(n++) })),
      wire,
    );
    fails = true;
    await trade();
    await until(() => wire.names.includes('trouble'), 'the trouble');
    const from = wire.events.findIndex(({ event }) => event === 'trouble');
    await until(() => wire.events.filter(({ event }) => event === 'trouble').length > 3, 'more of it');
    expect(new Set(wire.events.slice(from).map(({ event }) => event))).to.deep.equal(new Set(['trouble']));
  });

  it('a hanging read blocks no other topic, and its clients are told', async () => {
    const other = await watch('ann');
    let hang = false;
    const stuck = new ListeningWire();
    let n = 0;
    await feed.watch(
      'firm',
      () => (hang ? new Promise<Sections>(() => undefined) : Promise.resolve({ n: single(n++) })),
      stuck,
    );
    hang = true;
    await trade();
    await hears(other, await trade());
    await until(() => stuck.names.includes('trouble'), 'that it takes too long');
    await hears(other, await trade());
    expect(other.names).to.not.include('trouble');
  });

  it('a topic whose read failed twice is read as soon as it can be', async () => {
    const wire = await watch('ann');
    const inner = harness.tables;
    let fails = 0;
    tables.scan = (table, prefix, options) => {
      if (table.name === 'positions' && fails-- > 0) throw new Error('gone');
      return inner.scan(table, prefix, options);
    };
    fails = 3;
    await hears(wire, await trade());
  });

  it('a client that returns to a forgotten topic gets a full snapshot: no sold holding is kept', async () => {
    const ann = await watch('ann');
    const seen = ann.events[0]?.id;
    expect(ann.events[0]?.data).to.contain('"IBM"');
    ann.emit('close');
    // So many others come and go that its events are no longer kept.
    for (let n = 0; n < 201; n++) (await watch(`u${n}`)).emit('close');
    await trade({ side: 'sell' });
    const back = await watch('ann', seen);
    expect(back.names).to.deep.equal(['snapshot']);
    const { set } = JSON.parse(back.events[0]?.data ?? '') as { set: { holdings: object } };
    expect(set.holdings).to.deep.equal({});
  });

  it('no two topics share event ids, so an id of another topic is not resumed from', async () => {
    const [ann, bob] = [await watch('ann'), await watch('bob')];
    const [first, second] = [ann.events[0]?.id, bob.events[0]?.id];
    expect(first).to.match(/^[0-9a-f]{16}\.\d+$/);
    expect(first).to.not.equal(second);
    expect((await watch('ann', second)).names).to.deep.equal(['snapshot']);
    expect((await watch('ann', first)).names).to.deep.equal(['tick']);
  });

  it('a topic that is watched again while others are forgotten is not forgotten with them', async () => {
    const ann = await watch('ann');
    ann.emit('close');
    let go: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => (go = resolve));
    const wire = new ListeningWire();
    const inner = tables.get;
    tables.get = async (table, key) => {
      if (key[0] === 'ann') await slow;
      return inner(table, key);
    };
    const watching = feed.watch('user ann', userSections(books, tables, 'ann'), wire);
    for (let n = 0; n < 201; n++) (await watch(`u${n}`)).emit('close');
    go?.();
    await watching;
    await hears(wire, await trade());
  });
});
