import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, bySecond, codeOf, looseSales, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import {
  calendar,
  calendarWindow,
  int64,
  into,
  pipeline,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

type Harness = ReturnType<typeof pipelineHarness<Sale>>;
type Pause = 'idle' | 'commit' | 'checkpoint' | 'restart' | 'zombies';

const one = fc.record({
  user: fc.constantFrom('ann', 'bob'),
  item: fc.constantFrom('tea', 'rum'),
  time: fc.nat(9_000),
  amount: fc.integer({ min: 1, max: 9 }),
});
const step = fc.oneof(
  { weight: 5, arbitrary: one },
  fc.constantFrom<Pause>('idle', 'commit', 'checkpoint', 'restart', 'zombies'),
);

async function play(harness: Harness, steps: readonly (Sale | Pause)[]): Promise<void> {
  for (const each of steps) {
    if (typeof each === 'string') await harness[each]();
    else harness.push(each);
  }
  harness.idle();
  await harness.commit();
}

describe('windows', () => {
  const seconds = pipeline('seconds', { looseSales }, ({ looseSales }) => [
    into(
      bySecond,
      looseSales.pipe(
        tumblingWindow('w', { size: 1_000, allowedLateness: 2_000, key: (s) => [s.item], state: Sum, fold: addTo }),
        map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
      ),
    ),
  ]);

  it('have rows, and versions, that depend on records alone: never on pauses, commits or restarts', async () => {
    const versionedRows = async ({ tables }: Harness): Promise<unknown[]> => {
      const rows: unknown[] = [];
      for await (const { values, version } of tables.scanAll(bySecond)) rows.push([...values, version]);
      return rows;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        const paused = pipelineHarness<Sale>(seconds, { partitions: 2 });
        const plain = pipelineHarness<Sale>(seconds, { partitions: 2 });
        await play(paused, steps);
        await play(
          plain,
          steps.filter((each) => typeof each !== 'string'),
        );
        expect(await versionedRows(paused)).to.eql(await versionedRows(plain));
      }),
      { numRuns: 200 },
    );
  });

  it('that become one row leave the one that changed last, whenever they are emitted', async () => {
    const latest = table('latest', { partitionBy: ['user'] }, { user: text(), start: timestamp(), amount: int64() });
    const made = pipeline('latest', { looseSales }, ({ looseSales }) => [
      into(
        latest,
        looseSales.pipe(
          tumblingWindow('w', { size: 1_000, allowedLateness: 2_000, key: (s) => [s.user], state: Sum, fold: addTo }),
          map(({ window: { start }, key: [user], value: { amount } }) => ({ user, start, amount })),
        ),
      ),
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const sums = new Map<string, number>();
        const wanted = new Map<string, { user: string; start: number; amount: number }>();
        let newest = -Infinity;
        for (const each of steps) {
          if (typeof each === 'string') continue;
          const { user, time } = each;
          const start = Math.floor(time / 1_000) * 1_000;
          if (start + 1_000 + 2_000 > newest - looseSales.outOfOrderness) {
            const amount = (sums.get(`${user}/${start}`) ?? 0) + each.amount;
            sums.set(`${user}/${start}`, amount);
            wanted.set(user, { user, start, amount });
          }
          newest = Math.max(newest, time);
        }
        const harness = pipelineHarness<Sale>(made, { partitions: 1 });
        await play(harness, steps);
        expect(await harness.rows(latest)).to.have.deep.members([...wanted.values()]);
      }),
      { numRuns: 200 },
    );
  });

  it('are rejected by a table without a shard if they are parts, also before the first record after a restart', async () => {
    const flat = table(
      'flat',
      { partitionBy: ['second'], clusterBy: ['item'] },
      { second: timestamp(), item: text(), amount: int64(), count: int64() },
    );
    const made = (key: 'item' | 'user'): Harness =>
      pipelineHarness<Sale>(
        pipeline('flat', { sales }, ({ sales }) => [
          into(
            flat,
            sales.pipe(
              tumblingWindow('w', { size: 1_000, key: (s) => [s[key]], state: Sum, fold: addTo }),
              map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
            ),
          ),
        ]),
        { partitions: 3 },
      );
    const users = ['ann', 'bob', 'cid'].map((user) => sale({ user }));
    for (const [key, code] of [
      ['item', 'ERR_SHARD_MISSING'],
      ['user', undefined],
    ] as const) {
      const harness = made(key);
      harness.push(...users);
      for (let restarts = 0; restarts < 2; restarts++) {
        await harness.checkpoint();
        await harness.restart();
      }
      const closing = async (): Promise<void> => {
        harness.idle();
        await harness.commit();
      };
      expect(await codeOf(closing), key).to.equal(code);
      expect(await harness.rows(flat)).to.have.length(code === undefined ? 3 : 0);
    }
  });

  it('keep what they hold for late records over a restart, until these are too late', async () => {
    const harness = pipelineHarness<Sale>(seconds, { partitions: 1 });
    const first = async (): Promise<number | undefined> => {
      await harness.commit();
      return (await harness.rows(bySecond)).find(({ second }) => second === 0)?.amount;
    };
    harness.push(sale({ time: 500, amount: 1 }), sale({ time: 4_500 }));
    await harness.checkpoint();
    await harness.restart();
    harness.push(sale({ time: 5_999 }), sale({ time: 700, amount: 2 }));
    expect(await first()).to.equal(3);
    harness.push(sale({ time: 6_000 }), sale({ time: 800, amount: 4 }));
    expect(await first()).to.equal(3);
    expect((await harness.deadLetters()).map(({ code }) => code)).to.deep.equal(['ERR_LATE_RECORD']);
  });

  it('reject an invalid lateness', async () => {
    for (const allowedLateness of [-1, -0.5, 0.5, Number.NaN, Infinity]) {
      const made = (): unknown =>
        pipeline('late', { sales }, ({ sales }) => [
          into(
            bySecond,
            sales.pipe(
              tumblingWindow('w', { size: 10, allowedLateness, key: (s) => [s.item], state: Sum, fold: addTo }),
              map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
            ),
          ),
        ]);
      expect(await codeOf(made), String(allowedLateness)).to.equal('ERR_PIPELINE_INVALID');
    }
  });

  it('dead-letter a record for which the calendar has no window, or a window without it', async () => {
    const cases: readonly [start: (time: number) => number, end: (start: number) => number][] = [
      [(time) => time - (time % 100), (start) => (start === 0 ? 100 : (undefined as unknown as number))],
      [(time) => time - (time % 100), (start) => (start === 0 ? 100 : Number.NaN)],
      [(time) => time - (time % 100), (start) => (start === 0 ? 100 : start)],
      [(time) => time - (time % 100), (start) => (start === 0 ? 100 : 110)],
      [(time) => (time < 100 ? 0 : Number.NaN), (start) => start + 100],
      [(time) => (time < 100 ? 0 : time + 1), (start) => start + 100],
    ];
    for (const [start, end] of cases) {
      const made = pipeline('by-calendar', { sales }, ({ sales }) => [
        into(
          bySecond,
          sales.pipe(
            calendarWindow('w', { windows: calendar('c', start, end), key: (s) => [s.item], state: Sum, fold: addTo }),
            map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
          ),
        ),
      ]);
      const harness = pipelineHarness<Sale>(made, { partitions: 1 });
      await play(harness, [sale({ time: 10 }), sale({ time: 110 }), sale({ time: 20 })]);
      expect((await harness.rows(bySecond)).map(({ second, count }) => [second, count])).to.eql([[0, 2]]);
      expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([[1, 'ERR_ROW_INVALID']]);
    }
  });
});
