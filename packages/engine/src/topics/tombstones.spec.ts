import { expect } from 'chai';
import fc from 'fast-check';
import {
  bounded,
  byPieces,
  codeOf,
  forwardTopic,
  isPlenty,
  noticeTopic,
  plenty,
  plentyTopic,
  room,
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
  currentByKey,
  foldByKey,
  into,
  jsonCodec,
  pipeline,
  repartition,
  type Table,
  type Topic,
} from '@stockafolio/core';
import { bytesOf } from '@stockafolio/core/ports';
import { MessageIntake } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness, type SentMessage } from '@stockafolio/testing';
import { filter, map, merge, type Observable } from 'rxjs';
import { anyDisturbances, anyOfSeveral, disturb } from '../../test/disturbed.js';
import { newEngine } from '../../test/engines.js';
import {
  foreignChanges,
  receive,
  repeatedChanges,
  type StockChange,
  stockMessage,
  whatCounts,
} from '../../test/stock-messages.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 40);
const partitions = 2;

/** The rows of a table, with their versions. */
async function storedRows(harness: PipelineHarness<unknown>, of: Table): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { values, version } of harness.tables.scanAll(of)) rows.push(`${String(values)} ${version}`);
  return rows.sort();
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
  // A shop whose items are all gone has a row of zeros; one that only earlier changes name has none.
  const taken = changes.filter((change, n) => whatCounts(changes.slice(0, n + 1)).includes(change));
  const shops = [
    ...new Set(taken.flatMap(({ of, shop, pieces }) => (of === 'stock' && pieces !== undefined ? [shop] : []))),
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
        fc.asyncProperty(changes, anyOfSeveral, async (all, disturbances) => {
          const harness = pipelineHarness(stocking, { partitions });
          for (const change of all) {
            receive(harness, change, partitions);
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
