import { expect } from 'chai';
import {
  namedItems,
  renamed,
  Rule,
  ruled,
  ruledByItem,
  ruledByUser,
  ruledTwice,
  rules,
  type Sale,
  sale,
  Sale as SaleSchema,
  sales,
} from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, type Pipeline, type Stream, type Table } from '@stockafolio/core';
import type { Codec, Source, Tables } from '@stockafolio/core/ports';
import { deadLetters, readProgress } from '@stockafolio/engine';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  memoryTopics,
  pipelineHarness,
  virtualClock,
  type MemoryFiles,
  type MemorySource,
  type MemoryTopic,
  type VirtualClock,
} from '@stockafolio/testing';
import type { StreamEvent, StreamOptions, StreamResult } from '../options.js';
import { runStream } from '../run-stream.js';

const START = 1_000_000;
const PARTITIONS = 3;
const LANES = 2;
const codecs = { rules: jsonCodec(Rule), sales: jsonCodec(SaleSchema) };

interface Sent {
  readonly stream: Stream<unknown>;
  readonly partition: number;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

/** A topic of sales and a small one of rules, and the ports of a run in memory. */
class RuledUnderTest {
  readonly clock: VirtualClock = virtualClock(START);
  readonly rules: MemoryTopic;
  readonly sales: MemoryTopic;
  readonly repartitions;
  readonly tables: Tables = memoryTables();
  readonly checkpoints: MemoryFiles = memoryFiles();
  readonly sent: Sent[] = [];
  readonly #pipeline: Pipeline;
  #rules = 0;

  constructor(made: Pipeline = ruled, lanes = LANES) {
    this.#pipeline = made;
    const { clock } = this;
    this.rules = memoryTopic({ clock, partitions: lanes, batch: 2, identity: 'topic-rules' });
    this.sales = memoryTopic({ clock, partitions: PARTITIONS, batch: 3, identity: 'topic-sales' });
    this.repartitions = memoryTopics({ clock, batch: 3 });
  }

  async sell(...all: readonly Sale[]): Promise<void> {
    for (const each of all)
      await this.#send(
        this.sales,
        { stream: sales as Stream<unknown>, partition: partitionOf(keyBytes(each.user), PARTITIONS) },
        codecs.sales.encode(each),
      );
  }

  async rule(item: string, word: string, time = this.clock.now()): Promise<void> {
    await this.announce(codecs.rules.encode({ item, word, time }));
  }

  async announce(value: Uint8Array): Promise<void> {
    await this.#send(this.rules, { stream: rules as Stream<unknown>, partition: this.#rules++ % LANES }, value);
  }

  async #send(topic: MemoryTopic, at: Pick<Sent, 'stream' | 'partition'>, value: Uint8Array): Promise<void> {
    this.sent.push({ ...at, value, timestamp: this.clock.now() });
    await topic.append([{ key: null, value, partition: at.partition }]);
  }

  start(given: Partial<StreamOptions<Rule>> = {}, source: Source = this.sales.source()): Promise<StreamResult> {
    return runStream<Rule>({
      ...{ pipeline: this.#pipeline, source: this.rules.source(), codec: codecs.rules },
      others: { sales: { source, codec: codecs.sales as Codec<unknown> } },
      ...{ tables: this.tables, checkpoints: this.checkpoints, clock: this.clock, repartitions: this.repartitions },
      reopen: (stream) => (stream === 'rules' ? this.rules : this.sales).source(),
      ...given,
    });
  }

  catchUp(given: Partial<StreamOptions<Rule>> = {}): Promise<StreamResult> {
    return this.clock.until(this.start({ untilCaughtUp: true, ...given }));
  }

  rows(): Promise<string[]> {
    return rowsOf(this.tables, this.#pipeline);
  }

  /** The rows of a run that was never disturbed. */
  async expected(): Promise<string[]> {
    const harness = pipelineHarness<Rule>(this.#pipeline, { partitions: PARTITIONS });
    for (const { stream, partition, value, timestamp } of this.sent)
      harness.pushMessage(value, partition, timestamp, stream);
    await harness.commit();
    return rowsOf(harness.tables, this.#pipeline);
  }
}

async function rowsOf(tables: Tables, { plan }: Pipeline): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [...plan.tables, deadLetters as Table])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(`${table.name} ${version} ${JSON.stringify(values)}`);
  return rows.sort();
}

const users = ['ann', 'bob', 'cem', 'dan', 'eve'];
const items = ['tea', 'rum', 'ale'];

/** A sale, and now and then a rule: a new word, no word, or no record at all. */
async function send(at: RuledUnderTest, from: number, count: number, isTimed = false): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const item = items[(n * 3 + (n >> 2)) % 3] ?? '';
    const time = START + n * 10 - (n % 3) * 15;
    if (n % 4 === 0) await at.rule(item, n % 5 === 4 ? '' : `w${n}`, time);
    if (n % 17 === 3) await at.announce(new Uint8Array([n]));
    await at.sell(sale({ user: users[(n * 7) % 5] ?? '', item, amount: n, time }));
    if (isTimed) await at.clock.advance((n * 37) % 90);
  }
}

describe('runStream with a broadcast stream', () => {
  it('gives every partition all of it, whatever the numbers of partitions are, and ends once all is processed', async () => {
    const at = new RuledUnderTest();
    await send(at, 0, 60);
    expect(await at.catchUp()).to.include({ caughtUp: true });
    const rows = await at.rows();
    expect(rows).to.deep.equal(await at.expected());
    expect(rows.filter((row) => row.startsWith(ruledByUser.name))).to.have.length(5);
    // Each partition reads it, but a letter is one.
    expect(rows.filter((row) => row.startsWith('dead_letters'))).to.have.length(4);
    expect([...(await readProgress(at.tables, 'ruled/rules-1')).keys()].sort()).to.deep.equal([0, 1, 2]);
  });

  it('has the same order live as when it catches up, with rows and versions', async () => {
    for (const lanes of [LANES, 5]) {
      const at = new RuledUnderTest(ruled, lanes);
      const stop = new AbortController();
      const run = at.start({ signal: stop.signal, commitRecords: 5 });
      await send(at, 0, 60, true);
      await at.clock.advance(10_000);
      stop.abort();
      await at.clock.until(run);
      expect(await at.rows()).to.deep.equal(await at.expected());
    }
  });

  it('continues from checkpoints, also older ones than those of other partitions', async () => {
    const at = new RuledUnderTest();
    await send(at, 0, 30);
    await at.catchUp();
    const before = new Map(at.checkpoints.contents);
    await send(at, 30, 30);
    await at.catchUp();
    for (const [name] of [...at.checkpoints.contents])
      if (!before.has(name) && name.includes('/00001/')) at.checkpoints.contents.delete(name);
    await send(at, 60, 20);
    await at.catchUp();
    expect(await at.rows()).to.deep.equal(await at.expected());
  });

  it('moves partitions between processes, each of which reads all of it', async () => {
    const at = new RuledUnderTest();
    const stop = new AbortController();
    const [one, other] = [at.sales.source([0, 1]), at.sales.source([2])] as [MemorySource, MemorySource];
    const runs = [one, other].map((source) => at.start({ signal: stop.signal }, source));
    await send(at, 0, 30, true);
    await at.clock.until(one.revoke([1]));
    await send(at, 30, 10, true);
    await at.clock.until(other.assign([1]));
    await send(at, 40, 20, true);
    await at.clock.advance(10_000);
    stop.abort();
    await at.clock.until(Promise.all(runs));
    expect(await at.rows()).to.deep.equal(await at.expected());
  });

  it('is read before and behind a repartition', async () => {
    const at = new RuledUnderTest(ruledTwice);
    await send(at, 0, 40);
    await at.catchUp();
    await send(at, 40, 20);
    await at.catchUp();
    const rows = await at.rows();
    expect(rows).to.deep.equal(await at.expected());
    expect(rows.filter((row) => row.startsWith(ruledByItem.name))).to.have.length(3);
  });

  it('changes the keys of processByKey alike live, caught up and continued from checkpoints', async () => {
    const [live, caught] = [new RuledUnderTest(renamed), new RuledUnderTest(renamed)];
    const stop = new AbortController();
    const run = live.start({ signal: stop.signal, commitRecords: 5 });
    await send(live, 0, 60, true);
    await live.clock.advance(10_000);
    stop.abort();
    await live.clock.until(run);
    await send(caught, 0, 40);
    await caught.catchUp();
    await send(caught, 40, 20);
    await caught.catchUp();
    for (const at of [live, caught]) {
      const rows = await at.rows();
      expect(rows).to.deep.equal(await at.expected());
      expect(rows.filter((row) => row.startsWith(namedItems.name) && /:w\d/.test(row))).to.have.length.above(5);
      expect(rows.some((row) => row.startsWith('dead_letters') && row.includes('names (rules [\\"bob'))).to.equal(true);
    }
  });

  it('is read on with the partitions that its source gets while it runs', async () => {
    const at = new RuledUnderTest();
    const events: StreamEvent[] = [];
    const stop = new AbortController();
    const run = at.start({ signal: stop.signal, onEvent: (event) => void events.push(event) });
    await send(at, 0, 10);
    await at.clock.advance(3_000);
    at.rules.grow(3);
    await at.clock.advance(20_000);
    const time = at.clock.now();
    await at.rules.append([
      { key: null, partition: 2, value: codecs.rules.encode({ item: 'tea', word: 'new', time }) },
    ]);
    await at.sell(sale({ user: 'zoe', item: 'tea', amount: 1, time: time + 10 }));
    await at.clock.advance(5_000);
    stop.abort();
    await at.clock.until(run);
    expect(events.filter(({ type }) => type === 'grown')).to.have.length(1);
    expect((await at.rows()).some((row) => row.includes('zoe:tea:1:new'))).to.equal(true);
  });
});
