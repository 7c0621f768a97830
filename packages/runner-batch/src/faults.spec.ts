import { expect } from 'chai';
import fc from 'fast-check';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  type Mutable,
  pipeline,
  record,
  StockafolioError,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { type Archive, type ArchivedFile, type Clock, formatRow, type Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { memoryFiles, type MemoryFiles, memoryTables } from '@stockafolio/testing';
import { runBatch } from './run-batch.js';

const Tick = record('tick', { key: text(), n: int64(), time: timestamp() });
type Tick = Infer<typeof Tick>;
const ticks = stream('ticks', Tick, { key: (t) => t.key, time: (t) => t.time });
const Sum = record('sum', { n: int64(), count: int64() });
const add = (sum: Mutable<Infer<typeof Sum>>, tick: Tick): void => {
  sum.n += tick.n;
  sum.count += 1;
};
const sums = table('sums', { partitionBy: ['key'] }, { key: text(), n: int64(), count: int64() });
const sumOfTicks = pipeline('sum-of-ticks', { ticks }, ({ ticks }) => [
  into(sums, ticks.pipe(foldByKey('sums', { key: (t) => [t.key], state: Sum, fold: add }))),
]);

const FILES = 6;
const IN_A_FILE = 20;
const PARTITIONS = 2;

/** An archive with this many files for each of two partitions. */
function archiveOf(files: number): Archive<Tick> {
  const all: ArchivedFile[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let n = 0; n < files; n++) {
      const [first, last] = [n * IN_A_FILE, (n + 1) * IN_A_FILE - 1];
      all.push({ name: `${partition}/${first}`, partition, first, last, day: '1970-01-01' });
    }
  }
  return {
    facts: async () => ({ source: 'ticks-1' }),
    began: async () => 0,
    files: async () => all,
    read: async function* ({ partition, first, last }, from) {
      for (let offset = Math.max(first, from); offset <= last; offset++) {
        const time = offset * 130;
        yield [[{ offset, ingested: time, record: { key: `p${partition}-${offset % 7}`, n: offset, time } }]];
      }
    },
    write: async () => undefined,
  };
}

const clock: Clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined };
const full = (): StockafolioError => new StockafolioError('ERR_FILES_FULL', 'no space left on the device');

const run = (files: number, tables: Tables, checkpoints: MemoryFiles, fromStart = false): Promise<unknown> =>
  runBatch(
    { pipeline: sumOfTicks, codec: jsonCodec(Tick), archive: archiveOf(files), tables, checkpoints, clock },
    { fromStart, writeRows: 3 },
  );

async function contents(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const one of [sums, progress])
    for await (const { values, version } of tables.scanAll(one)) rows.push(`${version} ${formatRow(one, values)}`);
  return rows;
}

/** Tables whose n-th write fails after a part of it was written. */
function failing(tables: Tables, nth: number): Tables {
  let writes = 0;
  return {
    ...tables,
    write: async (mutations) => {
      if (++writes !== nth) return tables.write(mutations);
      await tables.write(mutations.slice(0, Math.ceil(mutations.length / 2)));
      throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'the tables went away');
    },
  };
}

describe('a batch whose stores fail', () => {
  it('writes no wrong row, however its runs end, and the next runs continue', async () => {
    const expected = memoryTables();
    await run(FILES, expected, memoryFiles());
    const right = await contents(expected);
    expect(right).to.have.length(PARTITIONS * 8);

    const runs = fc.array(
      fc.record({
        files: fc.integer({ min: 1, max: FILES }),
        fromStart: fc.boolean(),
        checkpoint: fc.record({ nth: fc.integer({ min: 1, max: 3 }), kind: fc.constantFrom('full', 'torn', 'none') }),
        tablesFail: fc.integer({ min: 0, max: 12 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(runs, async (all) => {
        const tables = memoryTables();
        const checkpoints = memoryFiles();
        let archived = 0;
        for (const { files, fromStart, checkpoint, tablesFail } of all) {
          // An archive only grows.
          archived = Math.max(archived, files);
          if (checkpoint.kind === 'full') checkpoints.failWrite(checkpoint.nth, full());
          if (checkpoint.kind === 'torn') checkpoints.cutWrite(checkpoint.nth, 40);
          await run(archived, failing(tables, tablesFail), checkpoints, fromStart).catch((error: unknown) => {
            if (!(error instanceof StockafolioError) || error.domain !== 'external') throw error;
            failed++;
          });
        }
        const last = memoryFiles();
        for (const [name, bytes] of checkpoints.contents) last.contents.set(name, bytes);
        await run(FILES, tables, last);
        expect(await contents(tables)).to.deep.equal(right);
        await run(FILES, tables, last, true);
        expect(await contents(tables)).to.deep.equal(right);
      }),
      { numRuns: 150 },
    );
    expect(failed, 'runs that failed').to.be.greaterThan(50);
  });

  it('reports that a checkpoint could not be written, and repeats that partition', async () => {
    const tables = memoryTables();
    const checkpoints = memoryFiles();
    checkpoints.failWrite(1, full());
    const error = await run(FILES, tables, checkpoints).catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'ERR_FILES_FULL' });
    expect(await run(FILES, tables, checkpoints)).to.include({ records: PARTITIONS * FILES * IN_A_FILE });
    expect(await run(FILES, tables, checkpoints)).to.include({ records: 0 });
  });
});
