import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map } from 'rxjs';
import { codeOf, looseSales, sale, sales } from '@stockafolio/conformance';
import { int64, into, joinAsOf, pipeline, record, table, text, timestamp } from '@stockafolio/core';
import { CheckpointWriter, findCheckpoint, restoreCheckpoint } from '@stockafolio/engine';
import { memoryFiles } from '@stockafolio/testing';
import { expectSameInBatches } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';
import {
  anyArrivals,
  anyFirmDisturbances,
  anyJoinDisturbances,
  type Arrival,
  harnessOf,
  joining,
  mergedOrder,
  Order,
  pushArrival,
  pushJoined,
  type Seen,
  versionedRows,
} from '../../test/joining.js';
import { anySales } from '../../test/any-sales.js';

const found = table(
  'found',
  { partitionBy: ['user'], clusterBy: ['visit'] },
  { user: text(), visit: int64(), buy: int64(), time: timestamp() },
);
const NONE = -1;
const Part = record('part', { id: int64() });

interface Shape {
  readonly keep: number;
  readonly validFor?: number;
  readonly kind: 'inner' | 'left';
}

const anyShape: fc.Arbitrary<Shape> = fc
  .record({
    keep: fc.constantFrom(0, 500, 3_000),
    kind: fc.constantFrom<Shape['kind']>('inner', 'left'),
    validFor: fc.constantFrom(undefined, 400, 2_500),
  })
  .map(({ validFor, ...shape }) => (validFor === undefined ? shape : { ...shape, validFor }));

const isBad = (left: number, right: number): boolean => (left + 2 * right) % 23 === 5;

/** The last buy of the user before each visit. */
const joinOf = (shape: Shape): ReturnType<typeof joining> =>
  joining(({ visits, buys }) => [
    into(
      found,
      visits.pipe(
        joinAsOf('found', buys, { ...shape, key: ['user'], otherKey: ['buyer'] }),
        map(({ key: [user], left, right, time }) => {
          if (isBad(left.id, right?.id ?? NONE)) throw new Error('this pair is bad');
          return { user, visit: left.id, buy: right?.id ?? NONE, time };
        }),
      ),
    ),
  ]);

/** The same by its plain definition: all versions are kept, but those that are late never counted. */
function naive(arrivals: readonly Arrival[], order: readonly number[], shape: Shape) {
  const { keep, kind, validFor = Number.POSITIVE_INFINITY } = shape;
  const versions: Seen[] = [];
  const rows: { user: string; visit: number; buy: number; time: number }[] = [];
  const letters: string[] = [];
  new Order(arrivals, order).forEach(
    (seen) => {
      const { id, user, time, watermark, isLeft } = seen;
      const own = versions.filter((version) => version.user === user);
      if (!isLeft) {
        const next = Math.min(...own.filter((version) => version.time > time).map((version) => version.time));
        if (Math.min(next, time + validFor) + keep <= watermark) letters.push(`${id} found`);
        else versions.push(seen);
        return true;
      }
      if (time + keep < watermark) {
        letters.push(`${id} found`);
        return true;
      }
      const latest = own
        .filter((version) => version.time <= time)
        .sort((a, b) => a.time - b.time)
        .at(-1);
      const valid = latest !== undefined && time < latest.time + validFor ? latest : undefined;
      if (valid === undefined && kind === 'inner') return true;
      const buy = valid?.id ?? NONE;
      if (isBad(id, buy)) letters.push(`${id} `);
      else rows.push({ user, visit: id, buy, time });
      return !isBad(id, buy);
    },
    () => undefined,
  );
  return { rows, letters };
}

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function expectNaive(
  harness: ReturnType<typeof harnessOf>,
  arrivals: readonly Arrival[],
  order: readonly number[],
  shape: Shape,
): Promise<void> {
  const expected = naive(arrivals, order, shape);
  expect(sorted(await harness.rows(found))).to.deep.equal(sorted(expected.rows));
  const letters = await harness.deadLetters();
  expect(letters.map(({ message, operator }) => `${String(JSON.parse(message).id)} ${operator}`).sort()).to.deep.equal(
    expected.letters.sort(),
  );
}

describe('joinAsOf', () => {
  it('gives each record the version of its time, in the order of the merge, at any kill and commit', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, anyFirmDisturbances, async (arrivals, shape, between) => {
        const { made } = joinOf(shape);
        const [harness, plain] = [harnessOf(made), harnessOf(made)];
        await pushJoined(harness, arrivals, between);
        await expectNaive(harness, arrivals, mergedOrder(arrivals, made), shape);
        await pushJoined(plain, arrivals);
        expect(await versionedRows(harness, made)).to.deep.equal(await versionedRows(plain, made));
      }),
      { numRuns: 200 },
    );
  });

  it('makes the same of them in whatever order lulls have let them pass', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, anyJoinDisturbances, async (arrivals, shape, between) => {
        const { made, order } = joinOf(shape);
        const harness = harnessOf(made);
        await pushJoined(harness, arrivals, between);
        await expectNaive(harness, arrivals, order(), shape);
      }),
      { numRuns: 200 },
    );
  });

  it('uses the later of two versions of one time, and a version that comes late for what comes after it', async () => {
    const { made } = joinOf({ keep: 5_000, kind: 'left' });
    const harness = harnessOf(made);
    const push = async (isLeft: boolean, id: number, time: number): Promise<void> => {
      pushArrival(harness, { isLeft, user: 'ann', id, time });
      await harness.commit();
    };
    await push(true, 0, 999);
    await push(false, 1, 1_000);
    await push(false, 2, 1_000);
    await push(true, 3, 1_000);
    await push(true, 4, 2_000);
    await push(false, 6, 1_500);
    await push(true, 7, 2_000);
    await push(true, 8, 1_499);
    const rows = await harness.rows(found);
    expect(rows.map(({ visit, buy }) => [visit, buy])).to.deep.equal([
      [0, NONE],
      [3, 2],
      [4, 2],
      [7, 6],
      [8, 2],
    ]);
  });

  it('says which records and versions are late: those whose version may be gone, and those that no record would find', async () => {
    const { made } = joinOf({ keep: 500, kind: 'left' });
    const harness = harnessOf(made);
    const push = async (isLeft: boolean, id: number, time: number): Promise<void> => {
      pushArrival(harness, { isLeft, user: 'ann', id, time });
      await harness.commit();
    };
    await push(false, 1, 1_000);
    await push(false, 2, 2_000);
    // The watermark is 2,499 until version 8: until then the first version is held.
    await push(true, 3, 3_499);
    await push(false, 4, 1_500);
    await push(true, 5, 1_999);
    await push(true, 6, 1_998);
    await push(true, 7, 3_500);
    await push(false, 8, 1_999);
    await push(true, 9, 2_000);
    await push(true, 10, 1_999);
    const rows = await harness.rows(found);
    expect(rows.map(({ visit, buy }) => [visit, buy])).to.deep.equal([
      [3, 2],
      [5, 4],
      [7, 2],
      [9, 2],
    ]);
    const letters = await harness.deadLetters();
    expect(letters.map(({ message, code }) => [Number(JSON.parse(message).id), code])).to.have.deep.members([
      [6, 'ERR_LATE_RECORD'],
      [8, 'ERR_LATE_RECORD'],
      [10, 'ERR_LATE_RECORD'],
    ]);
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(anyShape, fc.array(anySales, { maxLength: 3 }), (shape, batches) =>
        expectSameInBatches(
          pipeline('self', { looseSales }, ({ looseSales }) => [
            into(
              found,
              looseSales.pipe(
                joinAsOf('found', looseSales.pipe(filter(({ item }) => item === 'tea')), {
                  ...{ ...shape, key: ['user'], otherKey: ['user'] },
                  right: { state: Part, select: ({ amount }) => ({ id: amount }) },
                }),
                map(({ key: [user], left, right, time }) => ({
                  ...{ user, visit: left.amount, buy: right?.id ?? NONE, time },
                })),
              ),
            ),
          ]),
          batches,
        ),
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the newest version of each key, and those before it only as long as records may need them', () => {
    const engine = newEngine(
      pipeline('self', { sales }, ({ sales }) => [
        into(
          found,
          sales.pipe(
            joinAsOf('found', sales, { key: ['user'], otherKey: ['user'], keep: 5_000 }),
            map(({ key: [user], right: { amount, time } }) => ({ user, visit: 0, buy: amount, time })),
          ),
        ),
      ]),
    );
    feed(
      engine,
      Array.from({ length: 200_000 }, (_, n) => sale({ user: `u${n % 100}`, time: 10 * n })),
    );
    // Of the last five seconds, and of each key the newest one before.
    expect(engine.states.size).to.equal(100 + 500 + 100);
  }).timeout(60_000);

  it('forgets keys of which no version is valid any more, also after a restart', async () => {
    const made = pipeline('self', { sales }, ({ sales }) => [
      into(
        found,
        sales.pipe(
          joinAsOf('found', sales, { key: ['user'], otherKey: ['user'], keep: 1_000, validFor: 2_000 }),
          map(({ key: [user], right: { amount, time } }) => ({ user, visit: 0, buy: amount, time })),
        ),
      ),
    ]);
    const engine = newEngine(made);
    feed(
      engine,
      Array.from({ length: 20_000 }, (_, n) => sale({ user: `u${n}`, time: 10 * n })),
    );
    // Keys of three seconds, with a version each.
    expect(engine.states.size).to.equal(2 * 300);
    const files = memoryFiles();
    const writer = new CheckpointWriter({ pipeline: 'self', source: 'source-1', engine, files });
    await writer.store(writer.prepare() ?? expect.fail('no checkpoint'));
    const chain = (await findCheckpoint(files, 'self', 0, () => undefined)) ?? expect.fail('no checkpoint');
    const resumed = newEngine(made);
    restoreCheckpoint(resumed, chain, { source: 'source-1', acceptPlanChange: false });
    expect(resumed.states.size).to.equal(2 * 300);
    feed(resumed, [sale({ user: 'last', time: 200_000 + 3_000 })], 20_000);
    expect(resumed.states.size).to.equal(2);
  });

  it('is refused where it would join the wrong records', async () => {
    const join = (options: object) => () =>
      joining(({ visits, buys }) => [
        into(
          found,
          visits.pipe(
            joinAsOf('found', buys, { key: ['user'], otherKey: ['buyer'], ...options }),
            map(({ left, right }) => ({ user: left.user, visit: left.id, buy: right.id, time: left.time })),
          ),
        ),
      ]).made;
    expect(join({ validFor: -1 })).to.throw(/validFor cannot be -1/);
    expect(join({ keep: -1 }))
      .to.throw('keep cannot be -1')
      .with.property('code', 'ERR_PIPELINE_INVALID');
    expect(join({ key: ['id'] }))
      .to.throw("that of stream 'visits'")
      .with.property('code', 'ERR_KEY_NOT_PARTITIONED');
    const harness = harnessOf(join({ key: () => ['bob'] })());
    harness.push({ user: 'ann', id: 1, time: 1 });
    expect(await codeOf(() => harness.commit())).to.equal('ERR_KEY_NOT_PARTITIONED');
    expect(join({})().plan.operators[0]?.settings).to.deep.equal({
      ...{ key: 'user', otherKey: 'buyer', keep: 0, join: 'inner' },
    });
  });
});
