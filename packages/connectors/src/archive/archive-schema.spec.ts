import { expect } from 'chai';
import {
  bigDecimal,
  bigMoney,
  decimal,
  type Fields,
  type FieldType,
  int32,
  int64,
  money,
  oneOf,
  optional,
  record,
  type RecordSchema,
  stream,
  type Stream,
  text,
} from '@stockafolio/core';
import type { Archive } from '@stockafolio/core/ports';
import { memoryFiles } from '@stockafolio/testing';
import { fileArchive } from './index.js';

describe('an archive whose schema has changed', () => {
  const facts = { source: 'topic-1', partitions: 4, partitioner: 'murmur2', form: 'original' };
  const readBack = async (
    written: RecordSchema,
    read: RecordSchema,
    records: readonly object[],
    options: Parameters<Archive<unknown>['read']>[2] = {},
  ): Promise<unknown[]> => {
    const files = memoryFiles();
    const streamOf = (schema: RecordSchema): Stream<unknown> =>
      stream('notes', schema, { key: () => 'a', time: () => 0 }) as Stream<unknown>;
    const entries = records.map((record, offset) => ({ offset, ingested: offset, record }));
    await fileArchive(files, streamOf(written)).write(
      { partition: 0, first: 0, last: records.length - 1, day: '2026-01-05' },
      facts,
      entries,
    );
    const archive = fileArchive(files, streamOf(read));
    const all: unknown[] = [];
    for (const range of await archive.files()) {
      expect(await archive.facts(range.name)).to.deep.equal(facts);
      for await (const part of archive.read(range, 0, options)) all.push(...[...part].flat());
    }
    return all.map((entry) => {
      const { record, unfit, cause } = entry as { record?: object; unfit?: object; cause?: string };
      return unfit === undefined ? { ...record } : [{ ...unfit }, cause];
    });
  };
  const Note = (max: number, more: Fields = {}): RecordSchema =>
    record('note', { user: text(), n: int64({ max }), ...more });

  it('rejects the records that are no longer valid, with the reason, and reads all others', async () => {
    const records = [
      { user: 'ann', n: 1 },
      { user: 'bob', n: 500 },
    ];
    expect(await readBack(Note(1_000), Note(10), records)).to.deep.equal([
      { user: 'ann', n: 1 },
      [{ user: 'bob', n: 500 }, 'n: 500 is not within -9007199254740991 and 10'],
    ]);
    expect(await readBack(Note(1_000), Note(2_000), records)).to.deep.equal(records);
  });

  it('rejects them even if the invalid field is not requested', async () => {
    const records = [
      { user: 'ann', n: 1 },
      { user: 'bob', n: 500 },
    ];
    expect(await readBack(Note(1_000), Note(10), records, { fields: ['user'] })).to.deep.equal([
      { user: 'ann' },
      [{ user: 'bob', n: 500 }, 'n: 500 is not within -9007199254740991 and 10'],
    ]);
  });

  it('gives a field that was missing at write time the value that messages without it have', async () => {
    const newer = Note(9, { kind: oneOf('new', 'old'), size: int64() });
    const records = [{ user: 'ann', n: 1 }];
    const defaults = { kind: 'new', size: 7 };
    expect(await readBack(Note(9), newer, records, { defaults })).to.deep.equal([
      { user: 'ann', n: 1, kind: 'new', size: 7 },
    ]);
    expect(await readBack(Note(9), newer, records, { defaults, fields: ['user', 'size'] })).to.deep.equal([
      { user: 'ann', size: 7 },
    ]);
  });

  it('reads fields that were wider or narrower, and rejects values outside the present range', async () => {
    const of = (n: FieldType, paid: FieldType): RecordSchema => record('note', { user: text(), n, paid });
    const wide = of(int64(), bigMoney());
    const records = [
      { user: 'ann', n: 1, paid: 5n },
      { user: 'bob', n: 5e9, paid: 5n },
      { user: 'cid', n: 2, paid: 2n ** 60n },
    ];
    const read = await readBack(wide, of(int32(), money()), records);
    expect(read[0]).to.deep.equal({ user: 'ann', n: 1, paid: 5 });
    expect(read.slice(1).map((entry) => Array.isArray(entry))).to.deep.equal([true, true]);
    expect(
      await readBack(of(int32(), money()), of(int64({ range: 'full' }), bigMoney()), [{ user: 'a', n: 1, paid: 2 }]),
    ).to.deep.equal([{ user: 'a', n: 1n, paid: 2n }]);
  });

  it('reads decimals of another scale exactly, and rejects those with more decimals than today', async () => {
    const of = (price: FieldType, sum: FieldType): RecordSchema => record('note', { user: text(), price, sum });
    const records = [
      { user: 'ann', price: 1_2300_0000, sum: -5_0000_0000n },
      { user: 'bob', price: 1, sum: 0n },
      { user: 'cid', price: 0, sum: 1n },
    ];
    const read = await readBack(of(decimal(8), bigDecimal(8)), of(decimal(2), money()), records);
    expect(read).to.deep.equal([
      { user: 'ann', price: 123, sum: -5_0000 },
      [{ user: 'bob', price: '0.00000001', sum: 0 }, 'price: "0.00000001" is not a whole number within 2^53'],
      [{ user: 'cid', price: 0, sum: '0.00000001' }, 'sum: "0.00000001" is not a whole number within 2^53'],
    ]);
    const finer = await readBack(of(money(), bigMoney()), of(decimal(8), bigDecimal(18)), [
      { user: 'ann', price: 1_2300, sum: 1n },
      { user: 'bob', price: 2 ** 53 - 1, sum: 0n },
      { user: 'cid', price: 0, sum: 2n ** 120n },
    ]);
    expect(finer[0]).to.deep.equal({ user: 'ann', price: 1_2300_0000, sum: 10n ** 14n });
    expect(finer.slice(1).map((entry) => Array.isArray(entry))).to.deep.equal([true, true]);
  });

  it('gives an absent value the present default of its codec', async () => {
    const sized = Note(9, { size: optional(int64()) });
    expect(await readBack(sized, sized, [{ user: 'bob', n: 2 }], { defaults: { size: 7 } })).to.deep.equal([
      { user: 'bob', n: 2, size: 7 },
    ]);
  });

  it('rejects records that lack a field which is now required', async () => {
    const sized = Note(9, { size: optional(int64()) });
    const records = [
      { user: 'ann', n: 1, size: 5 },
      { user: 'bob', n: 2 },
    ];
    const unfit = [{ user: 'bob', n: 2, size: undefined }, 'size: undefined is not a whole number within 2^53'];
    expect(await readBack(sized, Note(9, { size: int64() }), records)).to.deep.equal([records[0], unfit]);
    expect(await readBack(Note(9), Note(9, { size: int64() }), [{ user: 'bob', n: 2 }])).to.deep.equal([unfit]);
    expect(await readBack(sized, Note(9, { size: int64() }), records, { defaults: { size: 7 } })).to.deep.equal([
      records[0],
      { user: 'bob', n: 2, size: 7 },
    ]);
  });
});
