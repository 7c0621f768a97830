import { expect } from 'chai';
import { int32, oneOf, table, text, type Value } from '@stockafolio/core';
import type { Mutation, StoredRow, Tables } from '@stockafolio/core/ports';
import { memoryTables } from '@stockafolio/testing';
import { asStored } from './as-stored.js';

const places = table(
  'places',
  { partitionBy: ['rank'], clusterBy: ['kind'] },
  { rank: int32({ min: 1, max: 100 }), kind: oneOf('day', 'week'), user: text({ max: 3 }), trades: int32() },
);

const rows: readonly StoredRow[] = [
  { values: [200, 'day', 'annabel', 3], version: 5 },
  { values: [1, 'week', 'ann', undefined], version: 4 },
  { values: [1, 'year', 'bob', -7], version: 3 },
];

/** An unordered store, with rows that no runner has written. */
function byHand(written: Mutation[]): Tables {
  return {
    ...memoryTables(),
    inKeyOrder: false,
    async *scanAll() {
      yield* rows;
    },
    get: async (_, key) => rows.find(({ values }) => values[0] === key[0] && values[1] === key[1]),
    write: async (mutations) => void written.push(...mutations),
  };
}

describe('a store as stored', () => {
  it('returns rows in key order, also with values out of bounds or absent', async () => {
    const stored = await asStored(byHand([]), [places]);
    const found: Value[][] = [];
    for await (const { values } of stored.scanAll(places)) found.push([...values]);
    await stored.close();
    expect(found).to.deep.equal([
      [1, 'week', 'ann', undefined],
      [1, 'year', 'bob', -7],
      [200, 'day', 'annabel', 3],
    ]);
  });

  it('deletes a row whose key no runner would write', async () => {
    const written: Mutation[] = [];
    const stored = await asStored(byHand(written), [places]);
    await stored.write([{ table: places, values: [200, 'year'], version: 6, deleted: true }]);
    await stored.close();
    const [{ table: asked } = { table: undefined }] = written;
    expect(asked?.columns.slice(0, 2).map(({ type: { kind, max, optional } }) => [kind, max, optional])).to.deep.equal([
      ['int32', undefined, false],
      ['text', undefined, false],
    ]);
    expect(asked?.columns.slice(2)).to.deep.equal(places.columns.slice(2));
  });

  it('does not change a store that is in key order', async () => {
    const store = memoryTables();
    await store.create([places]);
    await store.write([{ table: places, values: [1, 'day', 'ann', 2], version: 1 }]);
    const stored = await asStored(store, [places]);
    expect(await stored.get(places, [1, 'day'])).to.deep.equal(await store.get(places, [1, 'day']));
    await stored.close();
  });
});
