import { expect } from 'chai';
import fc from 'fast-check';
import { addTo, byItem, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  type Fields,
  foldByKey,
  type Initial,
  int64,
  into,
  oneOf,
  pipeline,
  type Pipeline,
  record,
  type RecordSchema,
  shardedFold,
  text,
  tumblingWindow,
} from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { feed, newEngine, stateOf } from '../../test/engines.js';
import {
  type PartitionEngine,
  CheckpointWriter,
  findCheckpoint,
  restoreCheckpoint,
  type CheckpointChain,
} from '@stockafolio/engine';

async function save(engine: PartitionEngine, files: MemoryFiles, chain?: CheckpointChain): Promise<CheckpointWriter> {
  const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files }, chain);
  await more(engine, writer, 0);
  return writer;
}

async function more(engine: PartitionEngine, writer: CheckpointWriter, records: number): Promise<void> {
  for (let n = 0; n < records; n++) feed(engine, [sale({ user: `u${engine.position.offset % 5}`, time: 10 })]);
  const prepared = writer.prepare();
  if (prepared !== undefined) await writer.store(prepared);
}

const open = async (files: MemoryFiles, skipped: string[] = []): Promise<CheckpointChain> =>
  (await findCheckpoint(files, 'mixed', 0, (name) => void skipped.push(name))) ?? expect.fail('no checkpoint');

const accept = { source: 'source-1', acceptPlanChange: true };

/** Three checkpoints, at the offsets 0, 5 and 8. */
async function three(): Promise<MemoryFiles> {
  const files = memoryFiles();
  const engine = newEngine();
  const writer = await save(engine, files);
  await more(engine, writer, 5);
  await more(engine, writer, 3);
  return files;
}

describe('findCheckpoint', () => {
  it('skips a torn or altered file for the previous one, and reports it', async () => {
    const files = await three();
    const name = [...files.contents.keys()].sort().at(-1) ?? '';
    const good = files.contents.get(name) ?? new Uint8Array();
    const damage = fc.oneof(
      fc.nat(good.length - 1).map((length) => good.slice(0, length)),
      fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 7 })).map(([at, bit]) => {
        const bad = good.slice();
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        return bad;
      }),
      fc.constant(new Uint8Array(good.length)),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (bad) => {
        files.contents.set(name, bad);
        const skipped: string[] = [];
        const chain = await open(files, skipped);
        // bytes 12 to 15 are unused padding
        const same = bad.length === good.length && bad.every((byte, n) => (n >= 12 && n < 16) || byte === good[n]);
        expect(chain.last.header.position.offset).to.equal(same ? 8 : 5);
        expect(skipped).to.eql(same ? [] : [name]);
      }),
      { numRuns: 300 },
    );
  });

  it('skips everything that leads to a missing or replaced file', async () => {
    const files = await three();
    const [first = '', second = ''] = [...files.contents.keys()].sort();
    const kept = new Map(files.contents);
    files.contents.delete(second);
    expect((await open(files)).last.header.position.offset).to.equal(0);
    files.contents.set(second, kept.get(first) ?? new Uint8Array());
    expect((await open(files)).last.header.position.offset).to.equal(0);
    files.contents.delete(first);
    expect(await findCheckpoint(files, 'mixed', 0, () => undefined)).to.equal(undefined);
  });

  it('finds nothing in an empty store, and nothing of other pipelines and partitions', async () => {
    expect(await findCheckpoint(memoryFiles(), 'mixed', 0, () => undefined)).to.equal(undefined);
    const files = await three();
    expect(await findCheckpoint(files, 'mixed', 1, () => undefined)).to.equal(undefined);
    expect(await findCheckpoint(files, 'mix', 0, () => undefined)).to.equal(undefined);
  });

  it('uses the files after a damaged one, once a run has continued from before it', async () => {
    const files = await three();
    const last = [...files.contents.keys()].sort().at(-1) ?? '';
    files.contents.set(last, (files.contents.get(last) ?? new Uint8Array()).slice(0, 40));
    const engine = newEngine();
    const chain = await open(files);
    restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false });
    const writer = await save(engine, files, chain);
    await more(engine, writer, 7);
    const again = newEngine();
    restoreCheckpoint(again, await open(files), { source: 'source-1', acceptPlanChange: false });
    expect(again.position.offset).to.equal(12);
    expect(stateOf(again)).to.eql(stateOf(engine));
  });
});

describe('restoreCheckpoint', () => {
  it('rejects the checkpoint of another source', async () => {
    const chain = await open(await three());
    expect(await codeOf(() => restoreCheckpoint(newEngine(), chain, { ...accept, source: 'other' }))).to.equal(
      'ERR_SOURCE_MISMATCH',
    );
  });

  it('rejects a changed plan unless the option accepts it', async () => {
    const files = memoryFiles();
    await save(newEngine(summing(Sum)), files);
    const engine = newEngine(windowed(1_000));
    const chain = await open(files);
    expect(await codeOf(() => restoreCheckpoint(engine, chain, { ...accept, acceptPlanChange: false }))).to.equal(
      'ERR_CHECKPOINT_PLAN_CHANGED',
    );
  });

  it('keeps the remaining fields of a migrated state, and continues with them across further restarts', async () => {
    const More = record('more', { amount: int64(), count: int64(), mood: oneOf('unset', 'good'), note: text() });
    const files = memoryFiles();
    const before = newEngine(summing(Sum));
    feed(before, [sale({ amount: 3 }), sale({ user: 'bob', amount: 4 })]);
    await save(before, files);

    const engine = newEngine(summing(More));
    const chain = await open(files);
    const changes = restoreCheckpoint(engine, chain, accept);
    expect(changes.map(({ verdict }) => verdict)).to.include('migrated');
    const writer = await save(engine, files, chain);
    for (const user of ['ann', 'cid', 'dan']) {
      feed(engine, [sale({ user, amount: 1 })]);
      await more(engine, writer, 0);
      const again = newEngine(summing(More));
      restoreCheckpoint(again, await open(files), { ...accept, acceptPlanChange: false });
      expect(stateOf(again)).to.eql(stateOf(engine));
      expect(again.position).to.eql(engine.position);
    }
    expect(stateOf(engine)[0]).to.contain('"amount":4').and.contain('"mood":"unset"');
  });

  it('gives a field that the checkpoint lacks its initial value; zero if a function states it, for held keys', async () => {
    const More = record('more', { amount: int64(), count: int64(), low: int64() });
    type Low = { amount: number; count: number; low: number };
    const lowest = (initial: Initial<Sale, (typeof More)['fields']>): Pipeline =>
      pipeline('mixed', { sales }, ({ sales }) => {
        const fold = (sum: Low, s: Sale): void => {
          addTo(sum, s);
          sum.low = Math.min(sum.low, s.amount);
        };
        const options = { key: (s: Sale) => [s.user] as const, state: More, fold, initial };
        return [into(byUser, sales.pipe(foldByKey('sums', options)))];
      });
    for (const [initial, low] of [
      [{ low: 99 }, 8],
      [({ amount }: Sale) => ({ low: amount }), 0],
    ] as const) {
      const files = memoryFiles();
      const before = newEngine(summing(Sum));
      feed(before, [sale({ amount: 3 })]);
      await save(before, files);
      const engine = newEngine(lowest(initial));
      restoreCheckpoint(engine, await open(files), accept);
      feed(engine, [sale({ amount: 8 }), sale({ user: 'bob', amount: 7 })]);
      const lows = stateOf(engine).map((line) => (JSON.parse(line) as [string, [string], Low])[2].low);
      expect(lows).to.eql([low, 7]);
    }
  });

  it('drops a lost state, and never restores any of it', async () => {
    const plans = [windowed(1_000), windowed(2_000), summing(Sum), sharded(), windowed(1_000)];
    const files = memoryFiles();
    let offset = 0;
    for (const plan of plans) {
      const chain = offset === 0 ? undefined : await open(files);
      const engine = newEngine(plan);
      if (chain !== undefined) {
        const changes = restoreCheckpoint(engine, chain, accept);
        expect(changes.some(({ verdict }) => verdict === 'lost')).to.equal(true);
        expect(stateOf(engine)).to.eql([]);
      }
      const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files }, chain);
      for (let n = 0; n < 3; n++) {
        feed(engine, [sale({ user: `u${n}`, item: `i${n}`, time: 10 + n })]);
        await more(engine, writer, 0);
        const again = newEngine(plan);
        restoreCheckpoint(again, await open(files), { ...accept, acceptPlanChange: false });
        expect(stateOf(again)).to.eql(stateOf(engine));
      }
      offset = engine.position.offset;
    }
  });
});

const summing = <F extends Fields & typeof Sum.fields>(state: RecordSchema<F>): Pipeline =>
  pipeline('mixed', { sales }, ({ sales }) => [
    into(
      byUser,
      sales.pipe(foldByKey('sums', { key: (s) => [s.user], state: state as unknown as typeof Sum, fold: addTo })),
    ),
  ]);

const sharded = (): Pipeline =>
  pipeline('mixed', { sales }, ({ sales }) => [
    into(byItem, sales.pipe(shardedFold('sums', { key: (s) => [s.item], state: Sum, fold: addTo }))),
  ]);

const windowed = (size: number): Pipeline =>
  pipeline('mixed', { sales }, ({ sales }) => {
    sales.pipe(tumblingWindow('sums', { size, key: (s) => [s.item], state: Sum, fold: addTo }));
    return [];
  });
