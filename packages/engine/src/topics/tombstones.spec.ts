import { expect } from 'chai';
import fc from 'fast-check';
import {
  bounded,
  byPieces,
  codeOf,
  forwardTopic,
  isPlenty,
  itemSums,
  itemSumTopic,
  limits,
  noticeTopic,
  plenty,
  plentyTopic,
  room,
  type Sale,
  sale,
  sales,
  shelvedTopic,
  shelves,
  shelving,
  ShopStock,
  shopStock,
  Stock,
  stock,
  stocking,
} from '@stockafolio/conformance';
import {
  type Branch,
  type Change,
  changelog,
  currentByKey,
  foldByKey,
  int64,
  into,
  joinAsOf,
  jsonCodec,
  keyBytes,
  optional,
  partitionOf,
  pipeline,
  record,
  repartition,
  stream,
  type Table,
  table,
  text,
  timestamp,
  type Topic,
  topic,
} from '@stockafolio/core';
import { bytesOf } from '@stockafolio/core/ports';
import { MessageIntake } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness, type SentMessage } from '@stockafolio/testing';
import { filter, map, merge, type Observable } from 'rxjs';
import { anySales } from '../../test/any-sales.js';
import { anyDisturbances, pushDisturbed } from '../../test/disturbed.js';
import { newEngine } from '../../test/engines.js';
import {
  foreignChanges,
  repeatedChanges,
  type StockChange,
  stockMessage,
  whatCounts,
} from '../../test/stock-messages.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 40);
const partitions = 2;

const ItemSums = record('item_sums', { amount: int64(), last: timestamp() });
const keptSums = table(
  'kept_sums',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), amount: int64(), last: timestamp() },
);

async function disturb(harness: PipelineHarness<unknown>, disturbances: fc.Stream<string>): Promise<void> {
  const { value } = disturbances.next() as IteratorYieldResult<string>;
  if (value === 'redeliver') await harness.redeliver(3);
  else if (value === 'restart') await harness.restart();
  else if (value === 'checkpoint') await harness.checkpoint();
  else if (value === 'commit') await harness.commit();
  else if (value === 'zombies') await harness.zombies();
}

/** The rows of a table, with their versions. */
async function storedRows(harness: PipelineHarness<unknown>, of: Table): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { values, version } of harness.tables.scanAll(of)) rows.push(`${String(values)} ${version}`);
  return rows.sort();
}

function receive(harness: PipelineHarness<unknown>, change: StockChange): void {
  const message = stockMessage(change, partitions) as SentMessage<never>;
  harness.receive(change.of === 'stock' ? stock : limits, [message]);
}

/** All rows of the pipeline, by a plain program. */
function naiveRows(changes: readonly StockChange[]): Readonly<Record<string, readonly object[]>> {
  const counting = whatCounts(changes);
  const of = (name: StockChange['of']) =>
    counting.flatMap(({ of, shop, item, pieces, time }) =>
      of === name && pieces !== undefined ? [{ shop, item, pieces, time }] : [],
    );
  const [there, most] = [of('stock'), of('limits')];
  const mostOf = new Map(most.map(({ shop, item, pieces }) => [`${shop} ${item}`, pieces]));
  const rows = there.map(({ shop, item, pieces }) => ({ shop, item, pieces }));
  const both = rows.flatMap((row) => {
    const max = mostOf.get(`${row.shop} ${row.item}`);
    return max === undefined ? [] : [{ ...row, most: max }];
  });
  const alone = rows.filter(({ shop, item }) => !mostOf.has(`${shop} ${item}`));
  const empty = most.filter(({ shop, item }) => !rows.some((row) => row.shop === shop && row.item === item));
  const shops = [
    ...new Set(changes.filter(({ of, pieces }) => of === 'stock' && pieces !== undefined).map(({ shop }) => shop)),
  ];
  return {
    shelves: there,
    plenty: rows.filter(({ pieces }) => isPlenty(pieces)),
    byPieces: rows,
    shopStock: shops.map((shop) => {
      const own = rows.filter((row) => row.shop === shop);
      return { shop, items: own.length, pieces: own.reduce((sum, { pieces }) => sum + pieces, 0) };
    }),
    bounded: both,
    room: [...both, ...alone, ...empty.map(({ shop, item, pieces: max }) => ({ shop, item, most: max }))],
  };
}

async function rowsOf(harness: PipelineHarness<unknown>): Promise<Readonly<Record<string, readonly object[]>>> {
  return {
    shelves: await harness.rows(shelves),
    plenty: await harness.rows(plenty),
    byPieces: await harness.rows(byPieces),
    shopStock: await harness.rows(shopStock),
    bounded: await harness.rows(bounded),
    room: await harness.rows(room),
  };
}

const sorted = (all: Readonly<Record<string, readonly object[]>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(all).map(([name, rows]) => [
      name,
      rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort(),
    ]),
  );

/** What a reader of a compacted topic has: of each key the message with the highest version, if that has a value. */
function compacted<T>(harness: PipelineHarness<unknown>, topic: Topic<T>): ReadonlyMap<string, T> {
  const last = new Map<string, { readonly version: number; readonly record: T | undefined }>();
  for (const { key, record, headers } of harness.sent(topic, { repeats: true })) {
    const version = Number(headers['version']);
    if (version >= (last.get(key ?? '')?.version ?? 0)) last.set(key ?? '', { version, record });
  }
  return new Map([...last].flatMap(([key, { record }]) => (record === undefined ? [] : [[key, record]])));
}

describe('a compacted topic that is read as a changelog', () => {
  for (const [of, changes] of [
    ['other producers', foreignChanges],
    ['a pipeline that repeats itself', repeatedChanges],
  ] as const)
    it(`gives the rows that its current values make, of ${of}, however often the reader is killed`, async () => {
      await fc.assert(
        fc.asyncProperty(changes, anyDisturbances, async (all, disturbances) => {
          const harness = pipelineHarness(stocking, { partitions });
          for (const change of all) {
            receive(harness, change);
            await disturb(harness, disturbances);
          }
          await harness.commit();
          expect((await harness.deadLetters()).map(({ cause }) => cause)).to.deep.equal([]);
          expect(sorted(await rowsOf(harness))).to.deep.equal(sorted(naiveRows(all)));
          const rows = await rowsOf(harness);
          expect([...compacted(harness, forwardTopic).values()].length).to.equal(rows['shelves']?.length);
          expect([...compacted(harness, plentyTopic).values()].length).to.equal(rows['plenty']?.length);
        }),
        { numRuns: RUNS },
      );
    });

  it('makes the same of batches of changes as of single ones, and of a run that is never killed', async () => {
    await fc.assert(
      fc.asyncProperty(repeatedChanges, anyDisturbances, fc.infiniteStream(fc.boolean()), async (all, kills, ends) => {
        const calm = pipelineHarness(shelving, { partitions: 1 });
        const killed = pipelineHarness(shelving, { partitions: 1 });
        const [single, together] = [newEngine(shelving), newEngine(shelving)];
        const intake = new MessageIntake<unknown>({
          ...{ stream: stock as never, codec: jsonCodec(stock.schema) as never, partition: 0, partitions: 1 },
        });
        const batch: {
          readonly record: unknown;
          readonly position: { readonly offset: number; readonly ingested: number };
        }[] = [];
        const [ofSingle, ofTogether] = [new Map<string, string>(), new Map<string, string>()];
        const pass = (): void => {
          for (const { record, position } of batch) single.push(record, position);
          together.pushAll(
            batch.map(({ record }) => record),
            batch.map(({ position }) => position),
          );
          batch.length = 0;
          expect(together.position).to.deep.equal(single.position);
          for (const [engine, rows] of [
            [single, ofSingle],
            [together, ofTogether],
          ] as const)
            for (const { table, values, version, deleted = false } of engine.commit())
              rows.set(
                `${table.name} ${String(values.slice(0, table.keyLength))}`,
                deleted ? '' : `${String(values)} ${version}`,
              );
          expect([...ofTogether].sort()).to.deep.equal([...ofSingle].sort());
        };
        const own = all.filter(({ of }) => of === 'stock');
        for (const [offset, change] of own.entries()) {
          const message = { ...stockMessage(change, 1), partition: 0 } as SentMessage<never>;
          for (const harness of [calm, killed]) harness.receive(stock, [message]);
          await disturb(killed, kills);
          const value = message.record === undefined ? null : jsonCodec(Stock).encode(message.record);
          const taken = intake.take({
            offset,
            timestamp: change.time,
            key: bytesOf(message.key ?? ''),
            value,
            headers: message.headers,
          });
          if (!('record' in taken)) throw taken.rejected;
          batch.push({ record: taken.record, position: { offset, ingested: change.time } });
          if (ends.next().value === true) pass();
        }
        pass();
        for (const harness of [calm, killed]) await harness.commit();
        for (const table of [shelves, plenty])
          expect(await storedRows(killed, table)).to.deep.equal(await storedRows(calm, table));
      }),
      { numRuns: RUNS },
    );
  });

  it('passes on nothing that was there before', async () => {
    const harness = pipelineHarness(shelving, { partitions: 1 });
    const change = { of: 'stock', shop: 'north', item: 'tea', time: 1 } as const;
    const seen: (number | undefined)[] = [];
    const versions = [1, 3, 2, 3, 4, 1, 5];
    for (const version of versions)
      harness.receive(stock, [
        {
          ...stockMessage({ ...change, pieces: version === 4 ? undefined : version, version }, 1),
          partition: 0,
        } as SentMessage<never>,
      ]);
    await harness.commit();
    for (const { record } of harness.sent(shelvedTopic)) seen.push(record?.pieces);
    expect(seen).to.deep.equal([1, 3, undefined, 5]);
  });

  it('remembers for a while that a key was removed, and then forgets it', async () => {
    const harness = pipelineHarness(shelving, { partitions: 1 });
    const send = (change: Partial<StockChange>) =>
      harness.receive(stock, [
        {
          ...stockMessage({ of: 'stock', shop: 'north', item: 'tea', pieces: 1, time: 1, ...change }, 1),
          partition: 0,
        } as SentMessage<never>,
      ]);
    send({ version: 1 });
    send({ version: 2, pieces: undefined, time: 10 });
    send({ version: 1 });
    const keys = () => harness.engines[0]?.operators[0]?.state.size;
    expect(keys()).to.equal(1);
    send({ item: 'rum', time: 10 + 24 * 3_600_000, version: 3 });
    expect(keys()).to.equal(1);
    await harness.commit();
    expect((await harness.rows(shelves)).map(({ item }) => item)).to.deep.equal(['rum']);
  });

  it('is refused where something would not see what is removed', async () => {
    const declared = (of: (changes: Observable<Change<Stock, readonly ['shop', 'item']>>) => readonly Branch[]) =>
      codeOf(() => pipeline('bad', { stock }, ({ stock: changes }) => of(changes)));
    const state = ShopStock;
    const fold = (): void => undefined;
    const refused: readonly Parameters<typeof declared>[0][] = [
      (changes) => [into(shelves, changes as never)],
      (changes) => [into(shelves, merge(changes, changes) as never)],
      (changes) => [
        into(
          shelves,
          changes.pipe(
            filter(() => true),
            currentByKey('a'),
          ) as never,
        ),
      ],
      (changes) => [into(shopStock, changes.pipe(foldByKey('a', { key: ['shop'], state, fold })))],
      (changes) => [
        into(
          shopStock,
          changes.pipe(currentByKey('a'), foldByKey('b', { key: ({ key: [shop] }) => [shop], state, fold })),
        ),
      ],
      (changes) => [
        into(
          noticeTopic as never,
          changes.pipe(
            currentByKey('a'),
            map(({ value }) => value),
          ) as never,
        ),
      ],
      (changes) => [
        into(
          shelves,
          changes.pipe(
            currentByKey('a'),
            repartition('r', { key: 'time', schema: Stock, time: () => 0 } as never),
          ) as never,
        ),
      ],
    ];
    for (const [n, of] of refused.entries()) expect(await declared(of), String(n)).to.equal('ERR_PIPELINE_INVALID');
    expect(await declared((changes) => [into(shelves, changes.pipe(currentByKey('a')))])).to.equal(undefined);
  });
});

describe('the versions of a changelog', () => {
  const Ask = record('ask', { shop: text(), item: text(), id: int64(), time: timestamp() });
  const asks = stream('asks', Ask, { key: 'shop', time: (ask) => ask.time });
  const asked = table(
    'asked',
    { partitionBy: ['shop'], clusterBy: ['id'] },
    { shop: text(), id: int64(), pieces: optional(int64()) },
  );
  const asking = pipeline('asking', { stock, asks }, ({ stock, asks }) => [
    into(
      asked,
      asks.pipe(
        joinAsOf('as-of', stock, { key: ['shop', 'item'], otherKey: ['shop', 'item'], keep: 50_000, kind: 'left' }),
        map(({ left: { shop, id }, right }) => ({ shop, id, pieces: right?.pieces })),
      ),
    ),
  ]);

  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom('set', 'set', 'remove', 'ask', 'ask', 'repeat'),
      shop: fc.constantFrom('north', 'south'),
      item: fc.constantFrom('tea', 'rum'),
      back: fc.nat(6),
    }),
    { maxLength: 30 },
  );

  it('are valid until the next one or a tombstone, however often some are repeated and the reader is killed', async () => {
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(steps, anyDisturbances, async (all, kills) => {
        const harness = pipelineHarness(asking, { partitions });
        const changes: StockChange[] = [];
        const wanted: object[] = [];
        for (const [n, { kind, shop, item, back }] of all.entries()) {
          const time = (n + 1) * 1_000;
          if (kind === 'ask') {
            // It asks for a time before, which is not too long ago.
            const at = time - back * 1_000;
            harness.pushTo(asks, { shop, item, id: n, time: at });
            const of = changes.filter((each) => each.shop === shop && each.item === item && each.time <= at);
            const { pieces } = of.at(-1) ?? {};
            if (of.length > 0 && pieces === undefined) ended++;
            wanted.push({ shop, id: n, ...(pieces === undefined ? {} : { pieces }) });
          } else {
            const change = {
              of: 'stock',
              shop,
              item,
              pieces: kind === 'set' ? n : undefined,
              time,
              version: n + 1,
            } as const;
            const sent = kind === 'repeat' ? changes.at(-1 - back) : change;
            if (sent === undefined) continue;
            if (sent === change) changes.push(change);
            receive(harness, sent);
          }
          await disturb(harness, kills);
        }
        await harness.commit();
        expect(await harness.deadLetters()).to.deep.equal([]);
        const inOrder = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
        expect(inOrder(await harness.rows(asked))).to.deep.equal(inOrder(wanted));
      }),
      { numRuns: RUNS },
    );
    expect(ended, 'asked for what was removed').to.be.greaterThan(10);
  });

  it('have the key of their messages', async () => {
    const bad = () =>
      pipeline('bad', { stock, asks }, ({ stock, asks }) => [
        into(
          asked,
          asks.pipe(
            joinAsOf('as-of', stock, { key: ['shop'], otherKey: ['shop'] }),
            map(({ left }) => left),
          ),
        ),
      ]);
    expect(await codeOf(bad)).to.equal('ERR_PIPELINE_INVALID');
  });
});

describe('a topic from which what expires is removed', () => {
  const visits = topic(itemSums, { compactBy: ['user', 'item'], expired: 'remove' });
  const visiting = pipeline('visiting', { sales }, ({ sales }) => [
    into(
      visits,
      sales.pipe(
        foldByKey('visits', {
          ...{
            key: ['user', 'item'],
            state: record('visit', { amount: int64(), last: timestamp() }),
            expiresAfter: 3_000,
          },
          fold: (sum, { amount, time }) => {
            sum.amount += amount;
            sum.last = time;
          },
        }),
      ),
    ),
  ]);
  const kept = changelog(itemSumTopic);
  const keeping = pipeline('keeping', { kept }, ({ kept }) => [into(keptSums, kept.pipe(currentByKey('kept')))]);

  it('gets a tombstone for each, at the same place and with the same number however often it is killed', async () => {
    let tombstones = 0;
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, anyDisturbances, async (all, kills, others) => {
        const records = all.map((each) => sale(each));
        const calm = pipelineHarness<Sale>(visiting, { partitions });
        calm.push(...records);
        await calm.commit();
        const killed = pipelineHarness<Sale>(visiting, { partitions });
        await pushDisturbed(killed, records, kills);
        await killed.commit();
        const bare = (harness: PipelineHarness<Sale>) =>
          harness
            .sent(visits)
            .map(({ headers: { writer, ...headers }, ...rest }) =>
              JSON.stringify([writer?.split('/').at(-1), headers, rest]),
            )
            .sort();
        expect(bare(killed)).to.deep.equal(bare(calm));
        tombstones += calm.sent(visits).filter(({ record: each }) => each === undefined).length;

        const reader = pipelineHarness(keeping, { partitions });
        for (const message of killed.sent(visits, { repeats: true })) {
          reader.receive(kept, [message]);
          await disturb(reader, others);
        }
        await reader.commit();
        expect(await reader.deadLetters()).to.deep.equal([]);
        expect((await reader.rows(keptSums)).map((row) => JSON.stringify(row))).to.deep.equal(visited(records));
      }),
      { numRuns: RUNS },
    );
    expect(tombstones, 'tombstones').to.be.greaterThan(10);
  });

  it('is one that is compacted, directly behind a fold whose keys expire', async () => {
    expect(await codeOf(() => topic(itemSums, { expired: 'remove' }))).to.equal('ERR_SCHEMA_INVALID');
    const declared = (expiry: { readonly expiresAfter?: number }, behind: (all: Observable<never>) => unknown) =>
      codeOf(() =>
        pipeline('bad', { sales }, ({ sales }) => [
          into(
            visits,
            behind(
              sales.pipe(
                foldByKey('f', { key: ['user', 'item'], state: ItemSums, fold: () => undefined, ...expiry }),
              ) as never,
            ) as never,
          ),
        ]),
      );
    expect(await declared({}, (all) => all)).to.equal('ERR_PIPELINE_INVALID');
    expect(await declared({ expiresAfter: 5 }, (all) => all.pipe(filter(() => true)))).to.equal('ERR_PIPELINE_INVALID');
    expect(await declared({ expiresAfter: 5 }, (all) => all)).to.equal(undefined);
  });
});

/** What is left of visits, by a plain program: a key expires when the newest time of its partition passes its end. */
function visited(all: readonly Sale[]): readonly string[] {
  const newest = new Map<number, number>();
  const sums = new Map<
    string,
    { user: string; item: string; amount: number; last: number; until: number; partition: number }
  >();
  for (const { user, item, amount, time } of all) {
    const partition = partitionOf(keyBytes(user), partitions);
    const watermark = newest.get(partition) ?? Number.NEGATIVE_INFINITY;
    const key = `${user} ${item}`;
    if (time + 3_000 <= watermark) continue;
    const sum = sums.get(key) ?? { user, item, amount: 0, last: 0, until: 0, partition };
    sums.set(key, { ...sum, amount: sum.amount + amount, last: time, until: Math.max(sum.until, time + 3_000) });
    const moved = Math.max(watermark, time);
    newest.set(partition, moved);
    for (const [other, each] of sums) if (each.partition === partition && each.until <= moved) sums.delete(other);
  }
  return [...sums.values()]
    .sort((a, b) => (a.user === b.user ? (a.item < b.item ? -1 : 1) : a.user < b.user ? -1 : 1))
    .map(({ user, item, amount, last }) => JSON.stringify({ user, item, amount, last }));
}
