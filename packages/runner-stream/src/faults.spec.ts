import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  type Mutable,
  pipeline,
  record,
  shard,
  StockafolioError,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import {
  type Archive,
  type ArchiveEntry,
  type Clock,
  formatRow,
  type Source,
  type SourceBatch,
  type Tables,
} from '@stockafolio/core/ports';
import { deadLetters, progress } from '@stockafolio/engine';
import { memoryFiles, type MemoryFiles, memoryTables } from '@stockafolio/testing';
import { runArchive } from './run-archive.js';
import { runStream } from './run-stream.js';

const Tick = record('tick', { key: text(), n: int64(), time: timestamp() });
type Tick = Infer<typeof Tick>;
const ticks = stream('ticks', Tick, { key: (t) => t.key, time: (t) => t.time });
const codec = jsonCodec(Tick);
const Sum = record('sum', { n: int64(), count: int64() });
const add = (sum: Mutable<Infer<typeof Sum>>, tick: Tick): void => {
  sum.n += tick.n;
  sum.count += 1;
};
const sums = table('sums', { partitionBy: ['key'] }, { key: text(), n: int64(), count: int64() });
const seconds = table(
  'seconds',
  { partitionBy: ['second'], clusterBy: ['shard'] },
  { second: timestamp(), shard: shard(), n: int64(), count: int64() },
);
const sumOfTicks = pipeline('sum-of-ticks', { ticks }, ({ ticks }) => [
  into(sums, ticks.pipe(foldByKey('sums', { key: (t) => [t.key], state: Sum, fold: add }))),
  into(
    seconds,
    ticks.pipe(
      tumblingWindow('seconds', { size: 1_000, key: () => [0], state: Sum, fold: add }),
      map(({ window, value }) => ({ second: window.start, ...value })),
    ),
  ),
]);

const MESSAGES = 200;
const message = (offset: number): Uint8Array =>
  codec.encode({ key: `k${(offset * 7) % 13}`, n: offset, time: offset * 130 });

/** Messages of one partition, four at a time; dies as by `kill -9` after this many batches. */
function source(lives: number): Source {
  let next = 0;
  let left = lives;
  return {
    identity: async () => 'ticks-1',
    ranges: async () => [{ partition: 0, oldest: 0, end: MESSAGES }],
    open: async (_, listener) => {
      next = (await listener.assigned([0], 1))[0]?.offset ?? 0;
    },
    next: async (): Promise<SourceBatch | undefined> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (left-- <= 0) throw new Error('killed');
      if (next >= MESSAGES) return undefined;
      const offsets = Array.from({ length: Math.min(4, MESSAGES - next) }, (_, n) => next + n);
      next += offsets.length;
      const messages = offsets.map((offset) => ({
        offset,
        timestamp: offset * 130,
        key: null,
        value: message(offset),
      }));
      return { partition: 0, generation: 1, messages, endOffset: MESSAGES };
    },
    pause: () => undefined,
    resume: () => undefined,
    seek: () => undefined,
    commit: async () => undefined,
    close: async () => undefined,
  };
}

/** Time advances with every reading, so that every commit and checkpoint is due. */
function hurriedClock(): Clock {
  let now = 0;
  return { now: () => now, elapsed: () => (now += 10), sleep: () => new Promise((wake) => setImmediate(wake)) };
}

const full = (): StockafolioError => new StockafolioError('ERR_FILES_FULL', 'no space left on the device');

const life = (tables: Tables, checkpoints: MemoryFiles, batches: number): Promise<unknown> =>
  runStream({
    ...{ pipeline: sumOfTicks, codec, source: source(batches), tables, checkpoints, clock: hurriedClock() },
    ...{ commitInterval: 1, checkpointInterval: 1, untilCaughtUp: true },
  });

async function contents(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const one of [sums, seconds, progress, deadLetters])
    for await (const { values, version } of tables.scanAll(one)) rows.push(`${version} ${formatRow(one, values)}`);
  return rows;
}

const fault = fc.record({
  nth: fc.integer({ min: 1, max: 12 }),
  kind: fc.constantFrom('full', 'torn', 'torn and reported'),
});

describe('a store of checkpoints that fails', () => {
  it('causes no wrong row, whenever the run dies and restarts', async () => {
    const expected = memoryTables();
    await life(expected, memoryFiles(), Infinity);
    const right = await contents(expected);
    expect(right.length).to.be.greaterThan(30);

    const lives = fc.array(
      fc.record({ batches: fc.integer({ min: 0, max: 30 }), faults: fc.array(fault, { maxLength: 4 }) }),
      { minLength: 1, maxLength: 6 },
    );
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(lives, async (all) => {
        const tables = memoryTables();
        const checkpoints = memoryFiles();
        for (const { batches, faults } of all) {
          for (const { nth, kind } of faults) {
            if (kind === 'full') checkpoints.failWrite(nth, full());
            else checkpoints.cutWrite(nth, 40, kind === 'torn' ? undefined : full());
          }
          await life(tables, checkpoints, batches).catch((error: unknown) => {
            if (!(error instanceof Error && error.message === 'killed')) throw error;
            failed++;
          });
        }
        await life(tables, checkpoints, Infinity);
        expect(await contents(tables)).to.deep.equal(right);
        // And the remaining checkpoints are good to continue from, without another write.
        await life(tables, checkpoints, Infinity);
        expect(await contents(tables)).to.deep.equal(right);
      }),
      { numRuns: 60 },
    );
    expect(failed, 'runs that died').to.be.greaterThan(60);
  });

  it('is reported, and does not end the run', async () => {
    const checkpoints = memoryFiles();
    checkpoints.failWrite(1, full());
    const said: string[] = [];
    await runStream({
      ...{ pipeline: sumOfTicks, codec, source: source(Infinity), tables: memoryTables(), checkpoints },
      ...{ clock: hurriedClock(), commitInterval: 1, checkpointInterval: 1, untilCaughtUp: true },
      onEvent: (event) => void (event.type === 'checkpoint-failed' && said.push(event.error.code)),
    });
    expect(said).to.deep.equal(['ERR_FILES_FULL']);
  });
});

describe('a full archive store', () => {
  it('ends the run with the error; the next one archives each message once', async () => {
    const written: { first: number; last: number; entries: readonly ArchiveEntry<Tick>[] }[] = [];
    let writes = 0;
    const archive: Archive<Tick> = {
      facts: async () => (written.length === 0 ? undefined : { source: 'ticks-1' }),
      began: async () => undefined,
      files: async () =>
        written.map(({ first, last }) => ({ name: `${first}`, partition: 0, first, last, day: '1970-01-01' })),
      read: async function* ({ first }) {
        yield [written.find((file) => file.first === first)?.entries ?? []];
      },
      write: async ({ first, last }, _, entries) => {
        if (++writes % 3 === 0) throw full();
        written.push({ first, last, entries });
      },
    };
    const run = (): Promise<unknown> =>
      runArchive({
        ...{ stream: ticks, codec, source: source(Infinity), archive, clock: hurriedClock() },
        ...{ rollRecords: 7, untilCaughtUp: true },
      });
    let failures = 0;
    for (let done = false; !done;) {
      done = await run().then(
        () => true,
        (error: unknown) => {
          expect(error).to.include({ code: 'ERR_FILES_FULL' });
          failures++;
          return false;
        },
      );
    }
    expect(failures).to.be.greaterThan(3);
    const offsets = written.flatMap(({ entries }) => entries.map(({ offset }) => offset));
    expect(offsets).to.deep.equal(Array.from({ length: MESSAGES }, (_, offset) => offset));
  });
});
