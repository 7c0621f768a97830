import { expect } from 'chai';
import fc from 'fast-check';
import type { Sale } from '@stockafolio/conformance';
import { StockafolioError } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { feed, newEngine, shown, stateOf } from '../../test/engines.js';
import {
  type PartitionEngine,
  CheckpointWriter,
  findCheckpoint,
  restoreCheckpoint,
  type CheckpointChain,
} from '@stockafolio/engine';

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cid', 'dÿe', '日本'),
  item: fc.constantFrom('tea', 'rum', 'ale', 'gin'),
  amount: fc.integer({ min: -5, max: 13 }),
  time: fc.nat(40_000),
});

const writerOf = (
  engine: PartitionEngine,
  files: MemoryFiles,
  chunk: number,
  chain?: CheckpointChain,
): CheckpointWriter => new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files, chunk }, chain);

const find = (files: MemoryFiles): Promise<CheckpointChain | undefined> =>
  findCheckpoint(files, 'mixed', 0, () => undefined);

async function restored(files: MemoryFiles): Promise<PartitionEngine | undefined> {
  const chain = await find(files);
  if (chain === undefined) return undefined;
  const engine = newEngine();
  restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false });
  return engine;
}

/** The final rows by key, with versions; without them for rankings, whose rows have the version of the commit. */
function finalRows(rows: readonly Mutation[]): string[] {
  const byKey = new Map<string, string>();
  for (const { table, values, version } of rows) {
    const key = shown([table.name, values.slice(0, table.keyLength)]);
    byKey.set(key, shown([key, values, table.name === 'best' ? 0 : version]));
  }
  return [...byKey.values()].sort();
}

describe('checkpoints', () => {
  it('restore the state of their time, and lead to the same rows from there on', async () => {
    const steps = fc.array(fc.array(anySale, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (batches, chunk, flush) => {
        const files = memoryFiles();
        const engine = newEngine();
        const writer = writerOf(engine, files, chunk);
        const kept: { files: MemoryFiles; state: string[]; at: number }[] = [];
        for (const batch of batches) {
          feed(engine, batch);
          if (flush) engine.flush();
          engine.commit();
          const prepared = writer.prepare();
          if (prepared !== undefined) await writer.store(prepared);
          const copy = memoryFiles();
          for (const [name, bytes] of files.contents) copy.contents.set(name, bytes);
          kept.push({ files: copy, state: stateOf(engine), at: engine.position.offset });
        }
        const all = batches.flat();
        let wholeBase = false;
        for (const { files: copy, state, at } of kept) {
          const again = await restored(copy);
          if (again === undefined) {
            expect(wholeBase).to.equal(false);
            continue;
          }
          wholeBase = true;
          expect(again.position.offset).to.equal(at);
          expect(stateOf(again)).to.eql(state);
          const whole = newEngine();
          feed(whole, all.slice(0, at));
          if (flush) whole.flush();
          whole.commit();
          for (const each of [again, whole]) feed(each, all.slice(at), at);
          for (const each of [again, whole]) each.flush();
          expect(stateOf(again)).to.eql(stateOf(whole));
          expect(again.position).to.eql(whole.position);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('give the same final rows, whichever of them a run continues from', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySale, { minLength: 2, maxLength: 60 }), fc.nat(), async (all, n) => {
        const cut = 1 + (n % (all.length - 1));
        const files = memoryFiles();
        const engine = newEngine();
        feed(engine, all.slice(0, cut));
        const rows = [...engine.commit()];
        const writer = writerOf(engine, files, 1 << 18);
        const prepared = writer.prepare();
        if (prepared !== undefined) await writer.store(prepared);
        const again = (await restored(files)) ?? expect.fail('there is no checkpoint');
        feed(again, all.slice(cut), cut);
        again.flush();
        rows.push(...again.commit());
        feed(engine, all.slice(cut), cut);
        engine.flush();
        const whole = newEngine();
        feed(whole, all);
        whole.flush();
        expect(finalRows(rows)).to.eql(finalRows(whole.commit()));
      }),
      { numRuns: 30 },
    );
  });

  it('continue from a restored one, across any number of restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anySale, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 60 }),
        async (batches, chunk) => {
          const files = memoryFiles();
          const all = batches.flat();
          for (const batch of batches) {
            const chain = await find(files);
            const engine = newEngine();
            if (chain !== undefined) restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false });
            const writer = writerOf(engine, files, chunk, chain);
            const { offset } = engine.position;
            feed(engine, all.slice(offset, offset + batch.length), offset);
            engine.commit();
            for (let n = 0; n < 3; n++) {
              const prepared = writer.prepare(n === 2);
              if (prepared !== undefined) await writer.store(prepared);
            }
            const whole = newEngine();
            feed(whole, all.slice(0, engine.position.offset));
            expect(stateOf(engine)).to.eql(stateOf(whole));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('survive a failing store: a later one is complete again, and none is ever wrong', async () => {
    const fault = fc.constantFrom('none', 'none', 'none', 'fail', 'cut', 'cut-and-fail');
    const step = fc.tuple(fc.array(anySale, { minLength: 1, maxLength: 6 }), fault);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, chunk) => {
          const files = memoryFiles();
          const engine = newEngine();
          const writer = writerOf(engine, files, chunk);
          const full = new StockafolioError('ERR_FILES_UNAVAILABLE', 'down');
          const all: Sale[] = [];
          for (const [batch, kind] of steps) {
            feed(engine, batch);
            all.push(...batch);
            engine.commit();
            const prepared = writer.prepare();
            if (prepared !== undefined) {
              if (kind === 'fail') files.failWrite(1, full);
              if (kind === 'cut') files.cutWrite(1, prepared.bytes.length >> 1);
              if (kind === 'cut-and-fail') files.cutWrite(1, prepared.bytes.length >> 1, full);
              await writer.store(prepared).catch((error: unknown) => expect(error).to.equal(full));
            }
            const again = await restored(files);
            if (again === undefined) continue;
            const whole = newEngine();
            feed(whole, all.slice(0, again.position.offset));
            expect(stateOf(again)).to.eql(stateOf(whole));
          }
          const last: Sale = { user: 'ann', item: 'tea', amount: 1, time: 0 };
          for (let more = 0; more < 2; more++) {
            feed(engine, [last]);
            const prepared = writer.prepare(true) ?? expect.fail('nothing to store');
            await writer.store(prepared);
          }
          // a silently torn file is missing in the chain until the next base
          if (steps.some(([, kind]) => kind === 'cut')) return;
          expect((await restored(files))?.position.offset).to.equal(engine.position.offset);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are stored once for each position, and unneeded files are removed', async () => {
    const files = memoryFiles();
    const engine = newEngine();
    const writer = writerOf(engine, files, 1 << 18);
    const again = writer.prepare() ?? expect.fail('no first checkpoint');
    await writer.store(again);
    expect(writer.prepare()).to.equal(undefined);
    for (let n = 0; n < 350; n++) {
      feed(engine, [{ user: 'ann', item: 'tea', amount: 1, time: n }]);
      const prepared = writer.prepare() ?? expect.fail('no checkpoint');
      await writer.store(prepared);
    }
    expect(files.contents.size).to.be.within(100, 210);
    expect((await restored(files))?.position.offset).to.equal(350);
  });
});
