import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Tables } from '@stockafolio/core/ports';
import type { PipelineHarness } from '@stockafolio/testing';
import { ListeningWire, until } from '../../../test/listening-wire.js';
import { OPENING, traded, tradeOf } from '../../../test/traded.js';
import { portfolio } from '../../pipeline.js';
import type { Trade } from '../../trade.js';
import { Books } from '../books.js';
import { Feed } from './feed.js';
import { userSections } from './user-sections.js';

const LIMIT = 4_000;

/** A client that does not count heartbeat events. */
class Reader extends ListeningWire {
  override get names(): string[] {
    return super.names.filter((event) => event !== 'tick');
  }
}

describe('the feed', () => {
  let harness: PipelineHarness<Trade>;
  let feed: Feed;
  let books: Books;
  let tables: Tables;
  let gets = 0;
  const log: string[] = [];
  let count = 0;
  let broken = false;

  beforeEach(async () => {
    harness = await traded([tradeOf({ id: 'first' })]);
    [gets, count, broken] = [0, 0, false];
    log.length = 0;
    const inner = harness.tables;
    tables = {
      ...inner,
      get: (table, key) => {
        gets += 1;
        return inner.get(table, key);
      },
      scan: (table, prefix, options) => {
        if (broken) throw new Error('gone');
        return inner.scan(table, prefix, options);
      },
    };
    books = new Books({ live: tables, pipeline: portfolio.name, clock: systemClock, pollMs: 10 });
    const options = { pollMs: 10, mostClients: 1_000, queueBytes: LIMIT, lastWordsMs: 2_000 };
    const logged = {
      log: (line: string) => void log.push(line),
      slow: (topic: string) => void log.push(topic),
      failed: (topic: string, why: string) => void log.push(`${topic}: ${why}`),
    };
    feed = new Feed({ books, clock: systemClock, ...options, ...logged });
  });
  afterEach(() => feed.close());

  const watch = async (user: string, lastId?: string, reader = new Reader()): Promise<Reader> => {
    await feed.watch(`user ${user}`, userSections(books, tables, user), reader, lastId);
    return reader;
  };
  const trade = async (user = 'ann'): Promise<string> => {
    const id = `more-${++count}`;
    harness.push(tradeOf({ id, user, time: OPENING + count * 1000 }));
    await harness.commit();
    return id;
  };

  it('begins with a snapshot, then sends changes', async () => {
    const reader = await watch('ann');
    expect(reader.names).to.deep.equal(['snapshot']);
    expect(reader.events[0]?.data).to.contain('"first"').and.contain('"totals"');
    const id = await trade();
    await until(() => reader.names.length > 1, 'the change');
    const change = reader.events.find(({ event }) => event === 'change')?.data ?? '';
    expect(change).to.contain(`"${id}"`).and.not.contain('"first"');
    const { set } = JSON.parse(change) as { set: { totals: { '': object } } };
    expect(set.totals['']).to.include({ trades: 2 });
  });

  it('shows a user who has not traded yet when the first trade comes', async () => {
    const reader = await watch('zoe');
    expect(reader.events[0]?.data).to.contain('"known":{"":false}');
    await trade('zoe');
    await until(() => reader.events.some(({ data }) => data.includes('"known":{"":true}')), 'the user');
  });

  it('resumes after the last event that a client saw, or sends a snapshot if that is unknown', async () => {
    const reader = await watch('ann');
    const seen = reader.events[0]?.id;
    await trade();
    await until(() => reader.names.length > 1, 'the change');
    reader.emit('close');
    await trade();
    const back = await watch('ann', seen);
    await until(() => back.events.some(({ data }) => data.includes('more-2')), 'what came last');
    expect(back.names).to.not.include('snapshot');
    expect(back.events.map(({ data }) => data).join())
      .to.contain('more-1')
      .and.contain('more-2');
    const ids = back.events.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(ids).to.deep.equal([...new Set(ids)]);
    for (const unknown of ['nonsense', 'abc.1', seen?.replace(/\d+$/, '999999')]) {
      expect((await watch('ann', unknown)).names[0]).to.equal('snapshot');
    }
  });

  it('reads a watched user once, however many watch', async () => {
    const readers = await Promise.all(Array.from({ length: 1_000 }, () => watch('ann')));
    expect(feed.clients).to.equal(1_000);
    expect(feed.full).to.equal(true);
    expect(gets).to.be.below(20);
    const before = gets;
    await trade();
    await until(() => readers.every(({ names }) => names.includes('change')), 'the change for all');
    expect(gets - before).to.be.below(20);
    for (const reader of readers) reader.emit('close');
    expect(feed.clients).to.equal(0);
  });

  it('reads no more for clients that come and go, and soon sends the changes to those that stay', async () => {
    await watch('ann');
    const before = gets;
    for (let n = 0; n < 100; n++) (await watch('bob')).emit('close');
    expect(gets - before).to.be.below(20);
    await trade('bob');
    const stays = await watch('bob');
    await until(() => stays.events.some(({ data }) => data.includes('"known":{"":true}')), 'the trade');
  });

  it('drops a client that is too slow with a reason, and leaves the others alone', async () => {
    const slow = await watch('ann');
    const quick = await watch('ann');
    slow.slow = true;
    for (let n = 0; n < 60 && !slow.ended; n++) {
      const id = await trade();
      await until(() => slow.ended || quick.events.some(({ data }) => data.includes(id)), 'the trade');
    }
    expect(slow.ended).to.equal(true);
    expect(slow.names.at(-1)).to.equal('slow');
    expect(log).to.deep.equal(['user ann']);
    const taken = slow.events.reduce((bytes, { data }) => bytes + data.length, 0);
    expect(taken).to.be.below(LIMIT + 10_000);
    expect(quick.ended).to.equal(false);
    expect(feed.clients).to.equal(1);
  });

  it('sends a client that was slow for a while its queued events, in order', async () => {
    const reader = await watch('ann');
    reader.slow = true;
    await trade();
    await until(() => reader.names.length === 2, 'what fills it');
    const id = await trade();
    await sleep(60);
    expect(reader.names).to.have.length(2);
    reader.slow = false;
    reader.emit('drain');
    await until(() => reader.events.some(({ data }) => data.includes(id)), 'what has waited');
    const numbers = reader.events.flatMap(({ id: number }) =>
      number === undefined ? [] : [Number(number.split('.')[1])],
    );
    expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
  });

  it('reports that the tables cannot be read, logs it once, and continues when they can', async () => {
    const reader = await watch('ann');
    broken = true;
    await until(() => reader.names.includes('trouble'), 'the trouble');
    expect(log).to.have.length(1);
    broken = false;
    const id = await trade();
    await until(() => reader.events.some(({ data }) => data.includes(id)), 'the trade');
    expect(log).to.deep.equal(['the tables cannot be read: gone', 'the tables can be read again']);
  });

  it('disconnects clients that may no longer see it, and all clients when it stops', async () => {
    const over = new Reader();
    const end = systemClock.now() + 30;
    await feed.watch('user ann', userSections(books, tables, 'ann'), over, undefined, () => end);
    const stays = await watch('ann');
    await until(() => over.ended, 'the end of the token');
    expect(over.names.at(-1)).to.equal('expired');
    await feed.close();
    expect(stays.names.at(-1)).to.equal('closing');
    expect(feed.full).to.equal(true);
  });
});
