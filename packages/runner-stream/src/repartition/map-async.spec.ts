import { expect } from 'chai';
import {
  rated,
  type RateOf,
  rateOfSale,
  ratesOfItem,
  ratesOfUser,
  type Sale,
  sale,
  Sale as SaleSchema,
} from '@stockafolio/conformance';
import { jsonCodec, keyBytes, rowObject, type RowOf, type Table } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/engine';
import { memoryFiles, memoryTables, memoryTopic, memoryTopics, virtualClock } from '@stockafolio/testing';
import { codeOf } from '../../test/totals.js';
import type { StreamOptions, StreamResult } from '../options.js';
import { runStream } from '../run-stream.js';

const codec = jsonCodec(SaleSchema);
const clock = virtualClock(1_000_000);

/** A topic of sales, and the ports of a run whose function answers each call with another rate. */
class RatedUnderTest {
  readonly sales = memoryTopic({ clock, partitions: 3, batch: 3 });
  readonly repartitions = memoryTopics({ clock, batch: 3 });
  readonly tables = memoryTables();
  readonly checkpoints = memoryFiles();
  calls = 0;
  most = 0;
  #pending = 0;
  #amount = 0;
  /** Whether the other system answers. */
  isThere = true;

  readonly rateOf: RateOf = async (each) => {
    const rate = ++this.calls;
    this.most = Math.max(this.most, ++this.#pending);
    await clock.sleep((rate * 7) % 40);
    this.#pending--;
    if (!this.isThere) throw new Error('away');
    return { ...each, rate };
  };

  async send(count: number): Promise<void> {
    const users = ['ann', 'bob', 'cem', 'dan'];
    for (let n = 0; n < count; n++) {
      const amount = this.#amount++;
      const user = users[amount % 4] ?? '';
      const record = sale({ user, item: amount % 3 === 0 ? 'tea' : 'rum', amount, time: clock.now() });
      await this.sales.append([{ key: keyBytes(user), value: codec.encode(record) }]);
      await clock.advance(10);
    }
  }

  start(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    const { tables, checkpoints, repartitions } = this;
    const pipeline = rated(this.rateOf);
    return runStream<Sale>({
      ...{ pipeline, source: this.sales.source(), codec, repartitions, tables, checkpoints, clock, ...given },
    });
  }

  catchUp(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    return clock.until(this.start({ untilCaughtUp: true, ...given }));
  }

  async rows<R extends Table>(table: R): Promise<RowOf<R>[]> {
    const rows: RowOf<R>[] = [];
    for await (const { values } of this.tables.scanAll(table)) rows.push(rowObject(table, values) as RowOf<R>);
    return rows;
  }

  /** The rates by amount; checks that all figures have each sale once, with the same one. */
  async rates(): Promise<ReadonlyMap<number, number>> {
    const rates = new Map((await this.rows(rateOfSale)).map(({ amount, rate }) => [amount, rate]));
    for (const figures of [await this.rows(ratesOfUser), await this.rows(ratesOfItem)]) {
      const seen = figures.flatMap(({ all }) => all.trim().split(' ')).sort();
      expect(seen).to.deep.equal([...rates].map(([amount, rate]) => `${amount}:${rate}`).sort());
    }
    return rates;
  }
}

describe('runStream with mapAsync', () => {
  it('calls for several records at once, and gives out their results', async () => {
    const at = new RatedUnderTest();
    await at.send(40);
    expect(await at.catchUp()).to.include({ records: 40, setAside: 0, caughtUp: true });
    expect((await at.rates()).size).to.equal(40);
    expect(at.calls).to.equal(40);
    expect(at.most).to.be.within(2, 16);
  });

  it('keeps the first recorded results when it continues from older checkpoints', async () => {
    const at = new RatedUnderTest();
    await at.send(20);
    await at.catchUp();
    const before = new Map(at.checkpoints.contents);
    await at.send(20);
    await at.catchUp();
    const known = await at.rates();
    for (const name of [...at.checkpoints.contents.keys()]) if (!before.has(name)) at.checkpoints.contents.delete(name);
    await at.send(10);
    await at.catchUp();
    const rates = await at.rates();
    expect(rates.size).to.equal(50);
    for (const [amount, rate] of known) expect(rates.get(amount)).to.equal(rate);
    // Those of the last checkpoint were asked for again.
    expect(at.calls).to.be.greaterThan(50);
  });

  it('ends at the next commit when it is stopped, and records no failure of a call that was pending', async () => {
    const at = new RatedUnderTest();
    const stop = new AbortController();
    await at.send(10);
    at.isThere = false;
    const run = codeOf(at.start({ signal: stop.signal }));
    await clock.advance(30);
    stop.abort();
    expect(await clock.until(run)).to.equal('ERR_CALL_FAILED');
    at.isThere = true;
    await at.catchUp();
    expect((await at.rates()).size).to.equal(10);
    expect(await at.rows(deadLetters)).to.deep.equal([]);
  });

  it('dead-letters a record without a result, or ends at it', async () => {
    const at = new RatedUnderTest();
    await at.send(5);
    at.isThere = false;
    expect(await codeOf(at.catchUp({ onBadRecord: 'fail' }))).to.equal('ERR_CALL_FAILED');
    expect(await at.catchUp()).to.include({ setAside: 5, caughtUp: true });
    expect((await at.rows(deadLetters)).map(({ code }) => code)).to.deep.equal(
      new Array<string>(5).fill('ERR_CALL_FAILED'),
    );
    at.isThere = true;
    await at.send(5);
    await at.catchUp();
    expect((await at.rates()).size).to.equal(5);
  });
});
