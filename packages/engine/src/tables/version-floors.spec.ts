import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { int64, into, pipeline, record, stream, table, text, timestamp } from '@stockafolio/core';
import { memoryTables } from '@stockafolio/testing';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { copyFloors, readFloors, writeFloors, type VersionFloor } from './version-floors.js';

const Sale = record('sale', { user: text(), time: timestamp() });
const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });
const rows = table(
  'rows',
  { partitionBy: ['user'], clusterBy: ['time'] },
  { user: text(), time: timestamp(), n: int64() },
);
const shops = pipeline('shops', { sales }, ({ sales }) => [
  into(rows, sales.pipe(map(({ user, time }) => ({ user, time, n: 1 })))),
]);

/** Versions of the rows of records 0 to 19, of which each has its offset for a time, begun at an offset. */
function versionsOf(floors: readonly VersionFloor[], from = 0, version = 0): number[] {
  const codec = { encode: () => new Uint8Array(0) };
  const engine = new PartitionEngine({ pipeline: shops, partition: 0, source: 's', codec, onBadRecord: 'fail' });
  engine.resume({ offset: from, version, latest: null });
  engine.setFloors(floors);
  const feed = new Feed(engine);
  for (let n = from; n < 20; n++) feed.add({ user: `u${n}`, time: n }, { offset: n, ingested: n });
  feed.end();
  return engine.commit().map((row) => row.version);
}

describe('a version floor', () => {
  const floor = fc.record({ offset: fc.nat(25), version: fc.integer({ min: 1, max: 100_000 }) });

  it('is below all versions from its offset on, and changes none before', () => {
    fc.assert(
      fc.property(fc.array(floor, { maxLength: 4 }), (floors) => {
        const sorted = floors.toSorted((a, b) => a.offset - b.offset);
        const versions = versionsOf(sorted);
        expect(versions).to.eql([...versions].sort((a, b) => a - b));
        for (const [n, version] of versions.entries()) {
          for (const { offset, version: above } of sorted) if (offset <= n) expect(version).to.be.above(above);
        }
        const first = sorted[0]?.offset ?? 20;
        expect(versions.slice(0, first)).to.eql(versionsOf([]).slice(0, first));
      }),
    );
  });

  it('gives a run that starts from a checkpoint the versions of one that never ended', () => {
    fc.assert(
      fc.property(fc.array(floor, { maxLength: 4 }), fc.integer({ min: 1, max: 19 }), (floors, from) => {
        const sorted = floors.toSorted((a, b) => a.offset - b.offset);
        const whole = versionsOf(sorted);
        expect(versionsOf(sorted, from, whole[from - 1])).to.eql(whole.slice(from));
      }),
    );
  });

  it('is stored in the tables, for each partition, and copied to others', async () => {
    const [tables, others] = [memoryTables(), memoryTables()];
    expect(await readFloors(tables, 'shops')).to.eql(new Map());
    await writeFloors(
      tables,
      'shops',
      [
        { partition: 0, offset: 7 },
        { partition: 1, offset: 0 },
      ],
      900,
    );
    await writeFloors(tables, 'shops', [{ partition: 0, offset: 9 }], 1_000);
    await writeFloors(tables, 'other', [{ partition: 0, offset: 1 }], 1);
    await copyFloors(tables, others, 'shops');
    for (const each of [tables, others]) {
      expect(await readFloors(each, 'shops')).to.eql(
        new Map([
          [
            0,
            [
              { offset: 7, version: 900 },
              { offset: 9, version: 1_000 },
            ],
          ],
          [1, [{ offset: 0, version: 900 }]],
        ]),
      );
    }
  });
});
