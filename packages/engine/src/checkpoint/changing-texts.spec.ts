import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map } from 'rxjs';
import { type Sale, sale, sales } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  optional,
  pipeline,
  type Pipeline,
  record,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import type { SavedTexts } from '@stockafolio/core/ports';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import {
  type CheckpointChain,
  type CheckpointHeader,
  CheckpointWriter,
  findCheckpoint,
  MemoryStates,
  type PartitionEngine,
  restoreCheckpoint,
} from '@stockafolio/engine';
import { feed, feedAll, newEngine, shown, stateOf } from '../../test/engines.js';
import { decodeContainer, encodeContainer } from './container.js';

const Last = record('last', { item: text(), before: optional(text()), count: int64() });
type Last = { item: string; before?: string | undefined; count: number };

const columns = { item: text(), before: optional(text()), count: int64() };
const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), ...columns });
const bySecond = table(
  'by_second',
  { partitionBy: ['second'], clusterBy: ['user', 'name'] },
  {
    ...{ second: timestamp(), user: text(), name: text() },
    ...columns,
  },
);

function note(last: Last, { item, amount }: Sale): void {
  last.before = last.count % 3 === 0 ? undefined : last.item;
  last.item = item;
  last.count++;
  if (amount === 9) throw new Error('nine');
}

/** State whose texts are other ones again and again. */
const fields = pipeline('changing', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('users', { key: ['user'], state: Last, fold: note }))),
]);

/** The same, with keys whose texts are removed with them. */
const keys = pipeline('changing', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('users', { key: ['user'], state: Last, fold: note }))),
  into(
    bySecond,
    sales.pipe(
      // Time passes without them: a window is dropped while its key is the last one that its operator has seen.
      filter(({ amount }) => amount < 5),
      tumblingWindow('seconds', { size: 1_000, key: ['user', 'item'], state: Last, fold: note }),
      map(({ window, key: [user, name], value }) => ({ second: window.start, user, name, ...value })),
    ),
  ),
]);

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.nat(3).map((n) => `user ${n}`),
  item: fc.oneof(
    fc.constantFrom('', 'tea', 'ÿ', '日本', 'x'.repeat(200), '日'.repeat(150)),
    fc.nat(30).map((n) => `item ${n}`),
  ),
  amount: fc.nat(9),
  time: fc.nat(6_000),
});

describe('texts that change', () => {
  it('may be forgotten between any two records, also across restarts: state and rows are the same', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.array(anySale, { minLength: 1, maxLength: 12 }) },
      { weight: 3, arbitrary: fc.constantFrom('forget' as const, 'save' as const, 'restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (steps, chunk) => {
        const files = memoryFiles();
        const plain = newEngine(keys);
        let { engine, states } = started(keys);
        let writer = writerOf(engine, files, undefined, chunk);
        for (const each of steps) {
          if (each === 'forget') states.forgetTexts();
          else if (each === 'save') await save(writer);
          else if (each === 'restart') {
            await save(writer, true);
            const chain = await find(files);
            // A base that is not complete yet cannot be restored.
            if (chain?.last.header.position.offset !== plain.position.offset) continue;
            ({ engine, states } = started(keys));
            restoreCheckpoint(engine, chain, { source: 'here', acceptPlanChange: false });
            writer = writerOf(engine, files, chain, chunk);
          } else {
            const ordered = each.toSorted((a, b) => a.time - b.time);
            feed(plain, ordered);
            feedAll(engine, ordered);
          }
          expect(stateOf(engine)).to.eql(stateOf(plain));
          const [rows, wanted] = [engine.commit(), plain.commit()].map((all) => all.map(({ values }) => shown(values)));
          expect(new Set(rows)).to.eql(new Set(wanted));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are numbered anew when they return, also if they were the last that an operator had seen', () => {
    const { engine, states } = started(keys);
    const of = (item: string, amount: number, time: number): Sale => sale({ item, amount, time });
    feed(engine, [of('tea', 1, 0), of('rum', 6, 9_000), of('ale', 6, 9_000), of('gin', 6, 9_000)]);
    engine.commit();
    states.forgetTexts();
    const others = ['a', 'b', 'c', 'd'].map((item) => of(item, 6, 9_000));
    feed(engine, [...others, of('tea', 1, 9_000)]);
    engine.flush();
    const names = engine.commit().flatMap(({ table, values }) => (table === bySecond ? [values[2]] : []));
    expect(names).to.eql(['tea']);
  });

  it('are also read from checkpoints of format 1, which has no numbers, and not from those of later formats', async () => {
    const { engine, states } = started(keys);
    feed(engine, [sale({ item: 'tea' }), sale({ user: 'bob', item: 'rum' })]);
    const files = memoryFiles();
    await save(writerOf(engine, files), true);
    const [name, bytes] = [...files.contents][0] ?? expect.fail('no checkpoint');
    const { header, sections } = decodeContainer(name, bytes);
    const { texts, ...rest } = header as CheckpointHeader;
    const [{ ids = 0, ...part }] = texts as [SavedTexts];
    expect([...(sections[ids] ?? [])]).to.eql(Array.from({ length: states.texts.end }, (_, id) => id));
    files.contents.set(name, encodeContainer({ ...rest, format: 1, texts: [{ ...part, from: 0 }] }, sections));
    const again = newEngine(keys);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    restoreCheckpoint(again, chain, { source: 'here', acceptPlanChange: false });
    expect(stateOf(again)).to.eql(stateOf(engine));
    files.contents.set(name, encodeContainer({ ...rest, format: 3, texts: [] }, sections));
    const skipped: string[] = [];
    expect(await findCheckpoint(files, 'changing', 0, (_, reason) => void skipped.push(reason))).to.equal(undefined);
    expect(skipped.join()).to.contain('format 3');
  });

  it('take memory and room in checkpoints for those that are held, however many there were', async () => {
    const users = 300;
    const changes = 400_000;
    const files = memoryFiles();
    const { engine, states } = started(fields);
    const writer = writerOf(engine, files);
    for (let n = 0; n < changes;) {
      const batch = Array.from({ length: 1_000 }, () =>
        sale({ user: `u${n % users}`, item: `a trade ${n++}`, time: 0 }),
      );
      feedAll(engine, batch);
      engine.drain();
      if (n % 50_000 === 0) {
        await save(writer);
        const texts = textsIn([...files.contents.values()].at(-1) ?? new Uint8Array());
        expect(texts).to.be.below(10 * users);
      }
    }
    expect(states.texts.end).to.be.below(2 * (1 << 16));
    const { engine: again, states: restored } = started(fields);
    restoreCheckpoint(again, (await find(files)) ?? expect.fail('no checkpoint'), {
      ...{ source: 'here', acceptPlanChange: false },
    });
    expect(restored.texts.size).to.be.below(10 * users);
    expect(stateOf(again)).to.eql(stateOf(engine));
  });
});

function started(made: Pipeline): { engine: PartitionEngine; states: MemoryStates } {
  const states = new MemoryStates();
  return { engine: newEngine(made, 'dead-letter', states), states };
}

function writerOf(
  engine: PartitionEngine,
  files: MemoryFiles,
  chain?: CheckpointChain,
  chunk?: number,
): CheckpointWriter {
  const size = chunk === undefined ? {} : { chunk };
  return new CheckpointWriter({ pipeline: 'changing', source: 'here', engine, files, ...size }, chain);
}

async function save(writer: CheckpointWriter, whole = false): Promise<void> {
  const prepared = writer.prepare(whole);
  if (prepared !== undefined) await writer.store(prepared);
}

const find = (files: MemoryFiles): Promise<CheckpointChain | undefined> =>
  findCheckpoint(files, 'changing', 0, () => undefined);

function textsIn(file: Uint8Array): number {
  const { header, sections } = decodeContainer('a checkpoint', file);
  return (header as CheckpointHeader).texts.reduce((sum, { ends }) => sum + (sections[ends]?.length ?? 0), 0);
}
