import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf, itemSums, itemSumTopic, type Sale, sale, sales } from '@stockafolio/conformance';
import {
  changelog,
  currentByKey,
  foldByKey,
  int64,
  into,
  keyBytes,
  partitionOf,
  pipeline,
  record,
  table,
  text,
  timestamp,
  topic,
} from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { filter, type Observable } from 'rxjs';
import { anySales } from '../../test/any-sales.js';
import { anyDisturbances, disturb, pushDisturbed } from '../../test/disturbed.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 40);
const partitions = 2;

const ItemSums = record('item_sums', { amount: int64(), last: timestamp() });
const keptSums = table(
  'kept_sums',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), amount: int64(), last: timestamp() },
);

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
