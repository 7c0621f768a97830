import { expect } from 'chai';
import fc from 'fast-check';
import {
  addTo,
  codeOf,
  isNoticed,
  itemSumTopic,
  minuteTopic,
  noticed,
  noticedAtOnce,
  noticedByUser,
  noticeOf,
  notices,
  noticeTopic,
  noticing,
  type Sale,
  sale,
  Sale as SaleSchema,
  sales,
  Sum,
} from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  jsonCodec,
  keyBytes,
  partitionOf,
  pipeline,
  record,
  shardedFold,
  stream,
  text,
  timestamp,
  topic,
  type Topic,
  tumblingWindow,
} from '@stockafolio/core';
import { comparePlans, PartitionEngine, writerName, writtenOf } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness, type SentMessage } from '@stockafolio/testing';
import { map, type Observable } from 'rxjs';
import { anyDisturbances, pushDisturbed } from '../../test/disturbed.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 40);
const partitions = 3;

const anySales = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob', 'cem', 'dan', 'eve'),
    item: fc.constantFrom('tea', 'rum'),
    amount: fc.integer({ min: 1, max: 20 }),
    time: fc.integer({ min: 0, max: 300_000 }),
  }),
  { maxLength: 40 },
);

const topics = [noticeTopic, itemSumTopic, minuteTopic] as const;

/** Messages without what differs between two sets of tables. */
const withoutId = ({ writer, ...headers }: SentMessage<unknown>['headers']): object => ({
  ...headers,
  partition: writer?.split('/').at(-1),
});

function newSender(partitionsOf = new Map(topics.map(({ stream: { name } }) => [name, partitions]))): PartitionEngine {
  return new PartitionEngine({
    ...{ pipeline: noticing, partition: 0, source: 'source-1', codec: jsonCodec(SaleSchema) as never },
    ...{ onBadRecord: 'fail', topics: partitionsOf },
  });
}

/** The messages of each writer, in order. */
function byWriter<T>(messages: readonly SentMessage<T>[]): ReadonlyMap<string, readonly SentMessage<T>[]> {
  const writers = new Map<string, SentMessage<T>[]>();
  for (const message of messages) {
    const { writer = '' } = message.headers;
    writers.set(writer, [...(writers.get(writer) ?? []), message]);
  }
  return writers;
}

describe('topics as destinations', () => {
  it('are sent each record once by number, however often the pipeline is killed', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (all, disturbances) => {
        const calm = pipelineHarness<Sale>(noticing, { partitions });
        calm.push(...all.map((each) => sale(each)));
        await calm.commit();
        const harness = pipelineHarness<Sale>(noticing, { partitions });
        await pushDisturbed(
          harness,
          all.map((each) => sale(each)),
          disturbances,
        );
        await harness.commit();
        for (const each of topics) {
          const of = (one: PipelineHarness<Sale>, repeats: boolean) =>
            byWriter<object | undefined>(one.sent(each as Topic<object>, { repeats }));
          const wanted = of(calm, false);
          expect([...of(calm, true)], 'an undisturbed run sends nothing twice').to.deep.equal([...wanted]);
          const bare = (map: ReturnType<typeof of>) =>
            [...map.values()].flatMap((own) => own.map(({ headers, ...rest }) => ({ ...rest, ...withoutId(headers) })));
          const order = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
          expect(order(bare(of(harness, false)))).to.deep.equal(order(bare(wanted)));
          const first = new Map<string, string>();
          for (const [writer, own] of of(harness, true))
            for (const message of own) {
              const id = `${writer} ${message.headers['number']}`;
              const text = JSON.stringify(message);
              expect(first.get(id) ?? text, 'a repeat is the same message').to.equal(text);
              first.set(id, text);
            }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('give a second pipeline the same rows as one pipeline would make', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, anyDisturbances, async (all, one, other) => {
        const records = all.map((each) => sale(each));
        const writer = pipelineHarness<Sale>(noticing, { partitions });
        await pushDisturbed(writer, records, one);
        await writer.commit();
        const reader = pipelineHarness(noticed, { partitions });
        for (const message of writer.sent(noticeTopic, { repeats: true })) {
          reader.receive(notices, [message]);
          const { value } = other.next() as IteratorYieldResult<string>;
          if (value === 'restart') await reader.restart();
          else if (value === 'checkpoint') await reader.checkpoint();
        }
        await reader.commit();
        const whole = pipelineHarness<Sale>(noticedAtOnce, { partitions });
        whole.push(...records);
        await whole.commit();
        expect(await reader.rows(noticedByUser)).to.deep.equal(await whole.rows(noticedByUser));
      }),
      { numRuns: RUNS },
    );
  });

  it('are sent the same by batches of records as by single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 4 }), (batches) => {
        const [single, together] = [newSender(), newSender()];
        let offset = 0;
        for (const batch of batches) {
          const records = batch.map((each) => sale(each));
          const positions = records.map(() => ({ offset: offset++, ingested: 0 }));
          records.forEach((each, n) => single.push({ ...each }, positions[n] ?? { offset: 0, ingested: 0 }));
          together.pushAll(records, positions);
          expect(together.departures.take()).to.deep.equal(single.departures.take());
          expect(together.position).to.deep.equal(single.position);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('that nothing is sent to are only counted', () => {
    const engine = newSender(new Map());
    engine.pushAll(
      [sale(), sale({ amount: 2 })],
      [
        { offset: 0, ingested: 0 },
        { offset: 1, ingested: 0 },
      ],
    );
    expect(engine.departures.take()).to.deep.equal([]);
    expect(engine.position.departed?.next).to.deep.equal({ 'item-sums': 2, minutes: 0, notices: 2 });
    const going = newSender();
    going.resume(engine.position);
    going.push(sale({ amount: 4 }), { offset: 2, ingested: 0 });
    const [first] = going.departures.take();
    expect(first).to.include({ number: 2, after: -1 });
  });

  it('do not continue with another number of partitions', () => {
    const { position } = newSender(new Map([['notices', 2]]));
    const grown = newSender(new Map([['notices', 3]]));
    expect(() => grown.resume(position)).to.throw("topic 'notices' has 3 partitions, but had 2");
  });

  it('that are left out and taken up again do not begin anew', () => {
    const engine = newSender();
    engine.push(sale(), { offset: 0, ingested: 0 });
    engine.departures.take();
    const without = new PartitionEngine({
      ...{ pipeline: noticedAtOnce, partition: 0, source: 'source-1', codec: jsonCodec(SaleSchema) as never },
      onBadRecord: 'fail',
    });
    without.resume(engine.position);
    expect(without.position.departed?.next).to.deep.equal({ 'item-sums': 1, minutes: 0, notices: 1 });
  });

  it('that a checkpoint does not know are told before the pipeline goes on', () => {
    const toldOf = (position: object): readonly string[] =>
      comparePlans({ operators: [], tables: ['by_user'], position } as never, noticing.plan)
        .map(({ subject, verdict }) => `${subject} ${verdict}`)
        .filter((line) => line.startsWith('topic'));
    expect(toldOf(newSender().position)).to.deep.equal([]);
    expect(toldOf({})).to.deep.equal(["topic 'notices' empty", "topic 'item-sums' empty", "topic 'minutes' empty"]);
  });

  it('have messages with the key of the stream, in its partition, numbered without gaps', async () => {
    const harness = pipelineHarness<Sale>(noticing, { partitions });
    const all = ['ann', 'bob', 'cem', 'ann'].map((user, n) => sale({ user, amount: n + 1, time: n }));
    harness.push(...all);
    await harness.commit();
    const sent = harness.sent(noticeTopic);
    expect(sent.map((message) => message.record)).to.have.deep.members(all.filter(isNoticed).map(noticeOf));
    for (const { key, partition, record: each } of sent) {
      expect(key).to.equal(each.user);
      expect(partition).to.equal(partitionOf(keyBytes(each.user), partitions));
    }
    for (const own of byWriter(sent).values())
      expect(own.map(({ headers }) => Number(headers['number']))).to.deep.equal([...own.keys()]);
    expect(sent[0]?.headers['writer']).to.match(/^noticing\/[0-9a-f]{16}\/\d$/);
    expect(Number(sent[0]?.headers['version'])).to.be.at.least(0);
  });

  it('have the whole key of a figure if they are compacted, in the partition of the stream', async () => {
    const harness = pipelineHarness<Sale>(noticing, { partitions });
    harness.push(sale({ user: 'ann', item: 'tea', amount: 2 }), sale({ user: 'ann', item: 'tea', amount: 3, time: 9 }));
    await harness.commit();
    const sent = harness.sent(itemSumTopic);
    expect(sent.map(({ key, record: each }) => [key, each?.amount])).to.deep.equal([
      ['ann\u0000tea', 2],
      ['ann\u0000tea', 5],
    ]);
    expect(sent[0]?.partition).to.equal(partitionOf(keyBytes('ann'), partitions));
    expect(sent[0]?.headers).to.not.have.property('after');
    expect(writtenOf({ headers: sent[0]?.headers ?? {} }), 'what may be the only one left is no repeat').to.equal(
      undefined,
    );
  });

  it('have another writer with new tables, or of another source', async () => {
    const nameOf = (tables: string, source: string): Promise<string> =>
      writerName({ identity: async () => tables }, { pipeline: 'noticing', source });
    const names = [await nameOf('a', 'one'), await nameOf('b', 'one'), await nameOf('a', 'two')];
    expect(new Set(names).size).to.equal(3);
    expect(await nameOf('a', 'one')).to.equal(names[0]);
  });

  it('are sent nothing of a record that fails anywhere', async () => {
    const Out = record('out', { user: text(), amount: int64(), time: timestamp() });
    const out = topic(stream('out', Out, { key: 'user', time: (each) => each.time }));
    const failing = pipeline('failing', { sales }, ({ sales }) => [
      into(out, sales),
      into(
        topic(stream('more', Out, { key: 'user', time: (each) => each.time })),
        sales.pipe(
          map((each) => {
            if (each.amount === 2) throw new Error('two');
            return each;
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(failing, { partitions: 1 });
    harness.push(...[1, 2, 3].map((amount) => sale({ amount })));
    await harness.commit();
    expect(harness.sent(out).map(({ record: each, headers }) => [each.amount, headers['number']])).to.deep.equal([
      [1, '0'],
      [3, '1'],
    ]);
    expect(await harness.deadLetters()).to.have.length(1);
  });

  it('of a stream that is keyed by nothing get messages without keys, always in the same partition', async () => {
    const any = topic(stream('any', SaleSchema, { keyedBy: 'nothing', time: (each) => each.time }));
    const made = pipeline('unkeyed', { sales }, ({ sales }) => [into(any, sales)]);
    const harness = pipelineHarness<Sale>(made, { partitions: 2 });
    harness.push(sale({ user: 'ann' }), sale({ user: 'bob' }), sale({ user: 'cem' }));
    await harness.commit();
    for (const { key, partition, headers } of harness.sent(any)) {
      expect(key).to.equal(null);
      expect(headers['writer']?.endsWith(`/${partition}`)).to.equal(true);
    }
  });

  it('are refused where their records would depend on commits, come back, or be parts of figures', async () => {
    const keyed = { key: 'user', time: (each: { time: number }) => each.time } as const;
    const figures = topic(stream('figures', SaleSchema, keyed), { compactBy: ['user', 'item'] });
    const declared = (of: (all: Observable<Sale>) => unknown, to: Topic<never> = figures) =>
      codeOf(() => pipeline('bad', { sales }, ({ sales: all }) => [into(to, of(all) as never)]));
    const key = ['user', 'item'] as const;
    expect(await declared(shardedFold('s', { key, state: Sum, fold: addTo }))).to.equal('ERR_SHARD_MISSING');
    expect(await declared(foldByKey('f', { key, state: Sum, fold: addTo }))).to.equal(undefined);
    const windows = tumblingWindow('w', { size: 1, key, state: Sum, fold: addTo });
    expect(
      await declared((all) =>
        all.pipe(
          windows,
          map(({ value }) => value),
        ),
      ),
    ).to.equal('ERR_PIPELINE_INVALID');
    expect(await declared((all) => all, topic(sales))).to.equal('ERR_PIPELINE_INVALID');
    const twice = (): unknown =>
      pipeline('two', { sales }, ({ sales: all }) => [
        into(topic(stream('out', SaleSchema, keyed)), all),
        into(topic(stream('out', SaleSchema, keyed)), all),
      ]);
    expect(await codeOf(twice)).to.equal('ERR_PIPELINE_INVALID');
  });

  it('need a compaction that keeps what replaces each other in one partition', async () => {
    const time = (each: { time: number }) => each.time;
    const compacted = (compactBy: readonly ('user' | 'item')[], keyed: object) =>
      codeOf(() => topic(stream('out', SaleSchema, { ...keyed, time } as never), { compactBy }));
    expect(await compacted(['user', 'item'], { key: 'user' })).to.equal(undefined);
    expect(await compacted(['item'], { key: 'user' })).to.equal('ERR_SCHEMA_INVALID');
    expect(await compacted(['user'], { keyedBy: 'nothing' })).to.equal('ERR_SCHEMA_INVALID');
  });
});
