import { expect } from 'chai';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import {
  type Infer,
  int64,
  into,
  isStockafolioError,
  jsonCodec,
  pipeline,
  type Pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';
import { type Archive, type ArchiveEntry, formatRow } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { runBatch } from './run-batch.js';

const Sale = record('sale', { user: text(), note: text(), amount: int64(), time: timestamp() });
type Sale = Infer<typeof Sale>;
type Lean = Pick<Sale, 'user' | 'amount' | 'time'>;

const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });
const Sum = record('sum', { amount: int64() });
const sums = table(
  'sums',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), amount: int64() },
);

/** Rejects records that are too late for their window; and, as a whole, every amount that is a multiple of seven. */
function sumUp(records: Observable<Lean>): ReturnType<typeof into> {
  const windows = records.pipe(
    tumblingWindow('sums', {
      size: 10,
      key: (s) => [s.user],
      state: Sum,
      fold: (sum, { amount }) => {
        if (amount % 7 === 0) throw new Error('unlucky');
        sum.amount += amount;
      },
    }),
  );
  return into(sums, windows.pipe(map(({ window: { start }, key: [user], value }) => ({ user, start, ...value }))));
}

const whole = pipeline('totals', { sales }, ({ sales }) => [sumUp(sales)]);
const lean = pipeline('totals', { sales }, ({ sales }) => [sumUp(sales)], { reads: ['user', 'amount', 'time'] });

const bad = (offset: number): ArchiveEntry<Sale> => ({
  ...{ offset, ingested: offset },
  ...{ raw: Uint8Array.of(0x7b, offset & 0xff), cause: `bad ${offset}` },
});

describe('a batch of a pipeline that declares the fields it reads', () => {
  const rowsOf = async (of: Pipeline, archive: Archive<Sale>, writeRows: number): Promise<string[]> => {
    const tables = memoryTables();
    const ports = { pipeline: of, codec: jsonCodec(Sale), archive, tables, checkpoints: memoryFiles() };
    await runBatch({ ...ports, clock: virtualClock() }, { writeRows });
    const rows: string[] = [];
    for (const one of [sums, deadLetters]) {
      for await (const { values, version } of tables.scanAll(one)) rows.push(`${version} ${formatRow(one, values)}`);
    }
    return rows;
  };

  it('makes the same tables as one that reads everything, with whole messages in the dead letters', async () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -40, max: 9 })), {
      minLength: 1,
      maxLength: 60,
    });
    let letters = 0;
    await fc.assert(
      fc.asyncProperty(amounts, fc.integer({ min: 1, max: 9 }), async (drawn, writeRows) => {
        const archive = memoryArchive<Sale>();
        const entries = drawn.map(([amount, behind], offset): ArchiveEntry<Sale> => {
          if (amount === 20) return bad(offset);
          const time = Math.max(0, offset * 5 + behind);
          return { offset, ingested: time, record: { user: `u${offset % 3}`, note: `note ${offset}`, amount, time } };
        });
        const middle = entries.length >> 1;
        const file = (first: number, last: number, day: string): Promise<void> =>
          archive.write({ partition: 0, first, last, day }, { source: 'sales-1' }, entries.slice(first, last + 1));
        if (middle > 0) await file(0, middle - 1, '2020-01-01');
        await file(middle, entries.length - 1, '2020-01-02');
        const rows = await rowsOf(lean, archive, writeRows);
        expect(rows).to.deep.equal(await rowsOf(whole, archive, writeRows));
        letters += rows.filter((row) => row.includes('note ')).length;
      }),
    );
    expect(letters, 'messages in dead letters').to.be.greaterThan(100);
  });

  it('reads no other field of the archive, and fails if the pipeline touches one', async () => {
    const archive = memoryArchive<Sale>();
    const entry = { offset: 0, ingested: 0, record: { user: 'ann', note: 'tea', amount: 1, time: 0 } };
    await archive.write({ partition: 0, first: 0, last: 0, day: '2020-01-01' }, { source: 'sales-1' }, [entry]);
    const asked: unknown[] = [];
    const watched: Archive<Sale> = {
      ...archive,
      read: (file, from, options) => {
        asked.push(options?.fields);
        return archive.read(file, from, options);
      },
    };
    await rowsOf(lean, watched, 1);
    expect(asked).to.deep.equal([['user', 'amount', 'time']]);

    const sly = pipeline(
      'sly',
      { sales },
      ({ sales }) => [sumUp(sales.pipe(map((s) => ({ ...s, user: (s as Sale).note, amount: 1 }))))],
      { reads: ['user', 'time'] },
    );
    const error: unknown = await rowsOf(sly, archive, 1).catch((caught: unknown) => caught);
    expect(isStockafolioError(error, 'ERR_FIELD_NOT_READ'), String(error)).to.equal(true);
  });
});
