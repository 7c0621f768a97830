import { expect } from 'chai';
import { filter, map, merge, type Observable } from 'rxjs';
import { Sale, sales, Sum } from '@stockafolio/conformance';
import {
  calendar,
  calendarWindow,
  countWindow,
  distinctByKey,
  foldByKey,
  hoppingWindow,
  type Infer,
  int64,
  joinAsOf,
  joinLatest,
  joinWithin,
  type KeyField,
  latestByKey,
  processByKey,
  record,
  seconds,
  sessionWindow,
} from '@stockafolio/core';
import {
  shard,
  shardedFold,
  slidingWindow,
  stream,
  type Table,
  table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import {
  type Operator,
  type OperatorEnvironment,
  operatorFunction,
  type OperatorKind,
} from '@stockafolio/engine/operator';
import { operatorLaws, runOperatorContract, type OperatorFixture } from './operator-contract.js';

const records: Sale[] = Array.from({ length: 40 }, (_, n) => ({
  user: ['ann', 'bob', 'cy'][n % 3] as string,
  item: n % 4 === 0 ? 'tea' : 'rum',
  amount: (n * 7) % 11,
  time: n * 700,
}));

const add = (sum: { amount: number; count: number }, { amount }: Sale): void => {
  sum.amount += amount;
  sum.count++;
};
const fold = { state: Sum, fold: add };
const Range = record('range', { low: int64(), high: int64() });
const widen = (range: { low: number; high: number }, { amount }: Sale): void => {
  range.low = Math.min(range.low, amount);
  range.high = Math.max(range.high, amount);
};
const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });
const byItem = table(
  'by_item',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), count: int64() },
);
const byTime = table(
  'by_time',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), amount: int64(), count: int64() },
);
const ranks = table(
  'ranks',
  { partitionBy: ['by'], clusterBy: ['shard', 'rank'] },
  { by: text(), shard: shard(), rank: int64(), user: text(), amount: int64(), count: int64() },
);

function contract(name: string, of: Table, rows: (records: Observable<Sale>) => Observable<unknown>): void {
  runOperatorContract(name, { stream: sales, records, table: of, rows });
}

const byBoth = stream('sales', Sale, { key: ['user', 'item'], time: (s) => s.time });
const pairs = table(
  'pairs',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), amount: int64(), count: int64() },
);
const pairTimes = table(
  'pair_times',
  { partitionBy: ['user'], clusterBy: ['item', 'start'] },
  { user: text(), item: text(), start: timestamp(), amount: int64(), count: int64() },
);
const pair = (sale: Sale): [string, string] => [sale.user, sale.item];
for (const key of [pair, ['user', 'item'] as const]) {
  runOperatorContract(`foldByKey of a stream with a key of two parts (${typeof key})`, {
    ...{ stream: byBoth, records, table: pairs },
    rows: (s) => s.pipe(foldByKey('f', { key: key as typeof pair, ...fold })),
  });
}
runOperatorContract('tumblingWindow of a stream with a key of two parts', {
  ...{ stream: byBoth, records, table: pairTimes },
  rows: (s) =>
    s.pipe(
      tumblingWindow('w', { size: seconds(2), key: pair, ...fold }),
      map(({ window: { start }, key: [user, item], value }) => ({ user, item, start, ...value })),
    ),
});

type Sums = { readonly amount: number; readonly count: number };
const windowRow = map((w: { window: { start: number }; key: readonly [string]; value: Sums }) => ({
  ...{ user: w.key[0], start: w.window.start },
  ...w.value,
}));

contract('foldByKey', byUser, (s) => s.pipe(foldByKey('f', { key: ['user'], ...fold })));
contract('foldByKey with map() behind it', byUser, (s) =>
  s.pipe(
    foldByKey('f', { key: ['user'], ...fold }),
    map(({ key: [user], value }) => ({ user, ...value })),
  ),
);
contract('shardedFold', byItem, (s) => s.pipe(shardedFold('f', { key: ['item'], ...fold })));
contract('latestByKey', byItem, (s) => s.pipe(latestByKey('f', { key: ['item'], ...fold })));
const windowed = { key: (sale: Sale) => [sale.user] as const, ...fold };
contract('tumblingWindow', byTime, (s) => s.pipe(tumblingWindow('w', { size: seconds(2), ...windowed }), windowRow));
for (const emit of ['final only', { every: 500 }, { everyMs: 1 }] as const) {
  contract(`tumblingWindow with emit ${JSON.stringify(emit)}`, byTime, (s) =>
    s.pipe(tumblingWindow('w', { size: seconds(2), emit, ...windowed }), windowRow),
  );
}
contract('hoppingWindow', byTime, (s) =>
  s.pipe(hoppingWindow('w', { size: seconds(4), step: seconds(2), ...windowed }), windowRow),
);
const threes = calendar(
  'threes',
  (time) => time - (time % 3_000),
  (start) => start + 3_000,
);
contract('calendarWindow', byTime, (s) => s.pipe(calendarWindow('w', { windows: threes, ...windowed }), windowRow));
const unsorted = stream('sales', Sale, {
  ...{ key: (s) => s.user, time: ({ time, amount }) => time + ((amount * 5) % 7) * 900, outOfOrderness: seconds(6) },
});
const sessions = {
  ...{ gap: seconds(2), ...windowed },
  merge: (into: { amount: number; count: number }, later: Sums) => {
    into.amount += later.amount;
    into.count += later.count;
  },
};
runOperatorContract('sessionWindow', {
  ...{ stream: unsorted, records, table: byTime },
  rows: (s) => s.pipe(sessionWindow('w', sessions), windowRow),
});
runOperatorContract('sessionWindow with whenFinal', {
  ...{ stream: unsorted, records, table: byTime },
  rows: (s) => s.pipe(sessionWindow('w', sessions), whenFinal(), windowRow),
});
runOperatorContract('slidingWindow', {
  ...{ stream: unsorted, records, table: byTime },
  rows: (s) =>
    s.pipe(
      slidingWindow('w', { ...sessions, size: seconds(5) }),
      map(({ key: [user], record: { time }, value }) => ({ user, start: time, ...value })),
    ),
});
contract('countWindow', byTime, (s) =>
  s.pipe(
    countWindow('w', { size: 5, slide: 2, ...windowed }),
    map(({ key: [user], index, value }) => ({ user, start: index, ...value })),
  ),
);
contract('whenFinal', byUser, (s) =>
  s.pipe(
    tumblingWindow('w', { size: seconds(2), ...windowed }),
    whenFinal(),
    foldByKey('f', {
      key: ({ key: [user] }) => [user],
      state: Sum,
      fold: (sum, { value }) => void (sum.amount += value.amount),
    }),
  ),
);
const near = { before: seconds(2), after: seconds(3), key: ['user'], otherKey: ['user'] } as const;
const kept = { state: Sum, select: ({ amount }: Sale) => ({ amount, count: 1 }) };
contract('joinWithin', byTime, (s) =>
  s.pipe(
    joinWithin('j', s.pipe(filter(({ item }) => item === 'tea')), {
      ...{ ...near, kind: 'outer', left: kept, right: kept },
    }),
    map(({ key: [user], left, right, time }) => ({
      ...{ user, start: time, amount: left?.amount ?? -1, count: right?.amount ?? -1 },
    })),
  ),
);
contract('joinAsOf', byTime, (s) =>
  s.pipe(
    joinAsOf('j', s.pipe(filter(({ item }) => item === 'tea')), {
      ...{ key: ['user'], otherKey: ['user'], kind: 'left', right: kept },
    }),
    map(({ key: [user], left, right, time }) => ({
      ...{ user, start: time, amount: left.amount, count: right?.amount ?? -1 },
    })),
  ),
);
contract('joinLatest', byUser, (s) =>
  s.pipe(
    foldByKey('f', { key: ['user'], ...fold }),
    joinLatest(
      'j',
      s.pipe(
        filter(({ item }) => item === 'tea'),
        foldByKey('g', { key: ['user'], ...fold }),
      ),
      {
        kind: 'outer',
      },
    ),
    map(({ key: [user], value: { left, right } }) => ({
      ...{ user, amount: left?.amount ?? -1, count: right?.amount ?? -1 },
    })),
  ),
);
contract('distinctByKey', byTime, (s) =>
  s.pipe(
    distinctByKey('d', { key: ['user', 'amount'], within: seconds(5) }),
    map(({ user, time, amount }) => ({ user, start: time, amount, count: 1 })),
  ),
);
const Sold = record('sold', { user: text(), start: timestamp(), amount: int64(), count: int64() });
contract('processByKey', byTime, (s) =>
  s.pipe(
    processByKey('p', {
      ...{ key: ['user'], state: Sum, timers: ['quiet'], output: Sold },
      maps: { amounts: { key: int64(), value: Range } },
      lists: { recent: Sum },
      onRecord: (state, sale, { timers: { quiet }, maps: { amounts }, lists: { recent }, emit, time }) => {
        add(state, sale);
        amounts.set(sale.amount, { low: time, high: amounts.get(sale.amount)?.high ?? time });
        if (amounts.size > 4) amounts.delete(amounts.first()?.[0] ?? 0);
        recent.append({ amount: sale.amount, count: 1 });
        if (recent.length > 3) recent.shift();
        quiet.set(time + (sale.amount % 4) * 900);
        emit({ user: sale.user, start: time, amount: [...recent][0]?.amount ?? 0, count: amounts.size });
      },
      onTimer: (state, { time }, { key: [user], timers: { quiet }, maps: { amounts }, emit, remove }) => {
        emit({ user, start: time, amount: state.amount, count: (amounts.last()?.[0] ?? 0) + 100 });
        if (state.count % 3 === 0) remove();
        else quiet.set(time + 500);
        state.count += 1;
      },
    }),
  ),
);
const bothNames = { sums: Sold, quiet: Sold };
contract('processByKey with several outputs', byTime, (s) => {
  const { sums, quiet } = processByKey('p', s, {
    ...{ key: ['user'], state: Sum, timers: ['quiet'], outputs: bothNames },
    onRecord: (state, sale, { timers: { quiet }, emit, time }) => {
      add(state, sale);
      quiet.set(time + 2_500);
      emit.sums({ user: sale.user, start: time, ...state });
    },
    onTimer: (state, { time }, { key: [user], emit }) =>
      emit.quiet({ user, start: time, amount: 0, count: -state.count }),
  });
  return merge(
    sums,
    quiet.pipe(tumblingWindow('w', { size: seconds(2), key: ['user'], state: Sum, fold: add as never }), windowRow),
  );
});
contract('topByKey', ranks, (s) =>
  s.pipe(
    topByKey('t', { k: 2, by: 'amount', key: ['user'], ...fold }),
    map(({ by, rank, key: [user], value }) => ({ by, rank, user, ...value })),
  ),
);

const from = { low: Number.MAX_SAFE_INTEGER, high: -1 };
for (const initial of [from, ({ amount }: Sale) => ({ low: amount, high: amount })]) {
  const ranged = { key: (sale: Sale) => [sale.user] as const, state: Range, fold: widen, initial };
  const how = typeof initial === 'function' ? 'a function' : 'data';
  const row = (key: readonly [string], { low, high }: Infer<typeof Range>, start: number): object => ({
    ...{ user: key[0], start, amount: low, count: high },
  });
  contract(`foldByKey that begins with ${how}`, byTime, (s) =>
    s.pipe(
      foldByKey('f', ranged),
      map(({ key, value, record: { time } }) => row(key, value, time)),
    ),
  );
  contract(`tumblingWindow that begins with ${how}`, byTime, (s) =>
    s.pipe(
      tumblingWindow('w', { size: seconds(2), ...ranged }),
      map(({ key, value, window: { start } }) => row(key, value, start)),
    ),
  );
  contract(`topByKey that begins with ${how}`, ranks, (s) =>
    s.pipe(
      topByKey('t', { k: 2, by: 'high', ...ranged }),
      map(({ by, rank, key: [user], value: { low, high } }) => ({ by, rank, user, amount: low, count: high })),
    ),
  );
}

/** The number and the median of the last three amounts of a user: a kind that the library does not have. */
const Recent = record('recent', { count: int64(), a: int64(), b: int64(), c: int64() });
type Recent = { count: number; a: number; b: number; c: number };
interface Median {
  readonly user: string;
  readonly count: number;
  readonly amount: number;
}

interface MedianOptions {
  readonly key: KeyField<Sale>;
}

function medians(
  start: (environment: OperatorEnvironment<Median, Recent>) => Operator<Sale>,
): (records: Observable<Sale>) => Observable<Median> {
  const kind: OperatorKind<Sale, Median, MedianOptions, Recent> = {
    name: 'movingMedian',
    start: (_, environment) => start(environment),
  };
  return operatorFunction(kind, 'median', { key: ['user'], state: Recent, options: { key: 'user' } });
}

function median(environment: OperatorEnvironment<Median, Recent>, { user, amount }: Sale): Median {
  environment.select([user]);
  const { fields } = environment;
  fields.a = fields.b;
  fields.b = fields.c;
  fields.c = amount;
  fields.count++;
  const { a, b, c, count } = fields;
  const last = [a, b, c].slice(-Math.min(3, count)).sort((x, y) => x - y);
  return { user, count, amount: last[last.length >> 1] as number };
}

contract(
  'an operator of another author',
  byUser,
  medians((environment) => ({ process: (sale) => environment.emit(median(environment, sale)) })),
);

/** The laws that a kind breaks. */
async function broken(rows: OperatorFixture<Sale>['rows'], of: Table = byUser): Promise<string[]> {
  const names: string[] = [];
  for (const { name, prove } of operatorLaws({ stream: sales, records, table: of, rows })) {
    await (async () => prove())().catch(() => names.push(name));
  }
  return names;
}

const killed = 'makes the same rows if the run is killed at any point, and goes on from a checkpoint';
const again = 'changes nothing when records are delivered again, or a killed run still writes';
const committed = 'makes the same rows whenever commits happen, and windows are flushed';
const failed = 'keeps nothing of a record that fails elsewhere';
const batches = 'makes the same rows, with the same versions, of batches of records as of single ones';
const shares = 'shares nothing between partitions';

describe('the contract of operators', () => {
  it('finds an operator that counts outside of its state', async () => {
    const forgetful = medians((environment) => {
      const counts = new Map<string, number>();
      return {
        process: (sale) => {
          const count = (counts.get(sale.user) ?? 0) + 1;
          counts.set(sale.user, count);
          environment.emit({ ...median(environment, sale), count });
        },
      };
    });
    expect(await broken(forgetful)).to.include.members([killed, again, failed]);
  });

  it('finds an operator whose output depends on commits', async () => {
    let commits = 0;
    const counting = medians((environment) => ({
      process: (sale) => environment.emit({ ...median(environment, sale), count: commits }),
      collect: () => ++commits > 0 && environment.state.takeUnwritten(() => undefined),
    }));
    expect(await broken(counting)).to.include(committed);
  });

  it('finds an operator that processes batches in another way', async () => {
    const careless = medians((environment) => ({
      process: (sale) => environment.emit(median(environment, sale)),
      batches: { isQuiet: true, keepsStreamKey: true, processBatch: () => undefined },
    }));
    expect(await broken(careless)).to.deep.equal([batches]);
  });

  it('finds an operator that shares something between partitions', async () => {
    let count = 0;
    const sharing = medians((own) => ({ process: (sale) => own.emit({ ...median(own, sale), count: count++ }) }));
    expect(await broken(sharing)).to.include(shares);
  });
});
