import { createHash } from 'node:crypto';
import { parquetMetadata } from 'hyparquet';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  int64,
  isStockafolioError,
  money,
  oneOf,
  optional,
  record,
  StockafolioError,
  stream,
  text,
  timestamp,
} from '@stockafolio/core';
import type { ReadEntry } from '@stockafolio/core/ports';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import {
  archiveName,
  archiveWriter,
  fileArchive,
  gaps,
  listArchive,
  openArchiveFile,
  parseArchiveName,
  withoutOverlaps,
  type ArchiveEntry,
  type FileRange,
} from './index.js';

const Trade = record('trade', {
  user: text(),
  side: oneOf('buy', 'sell'),
  quantity: int64(),
  price: money(),
  lastTime: timestamp(),
  amends: optional(text()),
});
interface Trade {
  readonly user: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  readonly lastTime: number;
  readonly amends?: string | undefined;
}

const accepted = (offset: number): ArchiveEntry<Trade> => ({
  offset,
  ingested: 1_484_924_400_000 + offset,
  record: {
    user: `u${offset % 3}`,
    side: 'buy',
    quantity: offset,
    price: offset * 10,
    lastTime: offset,
    amends: undefined,
  },
});
const rejected = (offset: number): ArchiveEntry<Trade> => ({
  offset,
  ingested: 1_484_924_400_000 + offset,
  raw: Uint8Array.of(0x7b, 0xff, offset & 0xff),
  cause: `bad ${offset}`,
});

/** The record of an accepted entry. */
function recordOf(entry: ReadEntry<Trade> | undefined): Trade {
  if (entry === undefined || !('record' in entry)) throw new Error('no record');
  return entry.record;
}

const options = { stream: 'trades', facts: { source: 'topic-1' }, partition: 3, day: '2017-01-20' };
const readAll = async (files: MemoryFiles): Promise<readonly ReadEntry<Trade>[]> => {
  const entries: ReadEntry<Trade>[] = [];
  for (const ranges of (await listArchive(files, 'trades')).values()) {
    for (const { name, from } of ranges) {
      const file = await openArchiveFile(files, Trade, name);
      for await (const part of file.read({ from })) entries.push(...[...part].flat());
    }
  }
  return entries;
};
const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('names of archived files', () => {
  it('sort in offset order and say what is in the file', () => {
    const facts = { stream: 'trades', day: '2017-01-20', partition: 3, firstOffset: 9, lastOffset: 1000 };
    const name = archiveName(facts);
    expect(name).to.equal('trades/day=2017-01-20/partition=00003/00000000000000000009-00000000000000001000.parquet');
    expect(parseArchiveName(name)).to.deep.equal({ name, ...facts });
    expect(archiveName({ ...facts, firstOffset: 10 }) > name).to.equal(true);
    for (const other of ['trades/x.parquet', `${name}.tmp`, name.replace('1000.', '0001.')]) {
      expect(parseArchiveName(other), other).to.equal(undefined);
    }
  });
});

describe('the archive', () => {
  it('returns the messages, records and rejected ones, in offset order', async () => {
    const message = fc.record({ step: fc.integer({ min: 1, max: 3 }), bad: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        async (messages, portion, rowGroupRows) => {
          let offset = 5;
          const entries = messages.map(({ step, bad }) => (bad ? rejected : accepted)((offset += step)));
          const files = memoryFiles();
          const writer = archiveWriter(files, Trade, { ...options, firstOffset: 5, rowGroupRows });
          for (let i = 0; i < entries.length; i += portion) await writer.append(entries.slice(i, i + portion));
          const ranges = await writer.finish(offset + 2);
          expect(await readAll(files)).to.deep.equal(entries);
          // The covered range has no hole, although offsets are missing in the source.
          const listed = (await listArchive(files, 'trades')).get(3) ?? [];
          expect(listed.map(({ name }) => name)).to.deep.equal(ranges.map(({ name }) => name));
          expect(gaps(listed, 5)).to.deep.equal([]);
          if (entries.length > 0) expect(listed.at(-1)?.lastOffset).to.equal(offset + 2);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('has columns for rejected messages only if there are any', async () => {
    const files = memoryFiles();
    const writer = archiveWriter(files, Trade, { ...options, rowGroupRows: 2 });
    await writer.append([accepted(0), accepted(1), accepted(2), rejected(3), accepted(4)]);
    const [first, second] = await writer.finish();
    const [a, b] = [
      await openArchiveFile(files, Trade, first?.name ?? ''),
      await openArchiveFile(files, Trade, second?.name ?? ''),
    ];
    expect([a.rows, a.hasRejected, a.facts.source, b.rows, b.hasRejected]).to.deep.equal([
      3,
      false,
      'topic-1',
      2,
      true,
    ]);
  });

  it('is read from and through any offset, with only the requested fields', async () => {
    const files = memoryFiles();
    const writer = archiveWriter(files, Trade, { ...options, rowGroupRows: 4 });
    await writer.append(Array.from({ length: 20 }, (_, i) => (i === 10 ? rejected(i) : accepted(i))));
    const [, { name } = { name: '' }] = await writer.finish();
    const file = await openArchiveFile(files, Trade, name);
    const seen: ReadEntry<Trade>[] = [];
    for await (const part of file.read({ from: 10, through: 12, fields: ['user', 'quantity'] }))
      seen.push(...[...part].flat());
    expect(seen.map((entry) => ('record' in entry ? { ...entry.record } : entry.cause))).to.deep.equal([
      'bad 10',
      { user: 'u2', quantity: 11 },
      { user: 'u0', quantity: 12 },
    ]);
    for (const field of ['side', 'amends'] as const) {
      expect(() => recordOf(seen[1])[field])
        .to.throw()
        .with.property('code', 'ERR_FIELD_NOT_READ');
    }
  });

  it('reads no byte of a column that was not requested', async () => {
    const files = memoryFiles();
    const Note = record('note', { user: text(), long: text(), time: timestamp(), more: text(), last: int64() });
    const writer = archiveWriter(files, Note, { ...options, stream: 'notes', rowGroupRows: 3_000 });
    // No compressor makes this short, so the two columns lie far apart.
    const noise = (n: number): string => createHash('sha512').update(String(n)).digest('base64');
    await writer.append(
      Array.from({ length: 6_000 }, (_, n) => ({
        ...{ offset: n, ingested: n },
        record: { user: `u${n % 9}`, long: noise(n), time: n, more: noise(-n), last: n },
      })),
    );
    const [{ name } = { name: '' }] = await writer.finish();
    const notes = stream('notes', Note, { key: (n) => n.user, time: (n) => n.time });
    const archive = fileArchive(files, notes);
    await archive.facts();
    const before = files.reads.length;
    let count = 0;
    for await (const part of archive.read({ name, partition: 3, first: 0, last: 5_999, day: '2017-01-20' }, 0, {
      fields: ['user', 'time', 'last'],
    })) {
      for (const entries of part) count += entries.length;
    }
    expect(count).to.equal(6_000);

    const bytes = files.contents.get(name) ?? new Uint8Array();
    const unwanted = parquetMetadata(bytes.slice().buffer).row_groups.flatMap(({ columns }) =>
      columns.flatMap(({ meta_data: meta }) => {
        if (meta === undefined || !/^(long|more)$/.test(meta.path_in_schema.join())) return [];
        const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
        return [{ start, end: start + Number(meta.total_compressed_size) }];
      }),
    );
    expect(unwanted).to.have.length(4);
    // The first read is that of the footer, together with the bytes before it.
    for (const read of files.reads.slice(before + 1)) {
      for (const { start, end } of unwanted)
        expect(read.end <= start || read.start >= end, 'bytes of it').to.equal(true);
    }
    const read = files.reads.slice(before + 1).reduce((sum, { start, end }) => sum + end - start, 0);
    expect(read).to.be.below(bytes.length / 10);
  });

  it('stores its first offset in every file, whichever process writes it, so that a lost first file is noticed', async () => {
    const files = memoryFiles();
    const sales = stream('trades', Trade, { key: (t) => t.user, time: (t) => t.lastTime });
    const write = (partition: number, first: number, last: number): Promise<void> =>
      fileArchive(files, sales).write(
        { partition, first, last, day: '2017-01-20' },
        { source: 'topic-1' },
        Array.from({ length: last - first + 1 }, (_, n) => (n === 1 ? rejected : accepted)(first + n)),
      );
    await write(0, 5, 9);
    await write(0, 10, 14);
    await write(1, 0, 4);
    const names = [...files.contents.keys()].filter((name) => name.includes('partition=00000')).sort();
    for (const name of names) {
      expect(await fileArchive(files, sales).began(0)).to.equal(5);
      files.contents.delete(name);
    }
    expect(await fileArchive(files, sales).began(0)).to.equal(undefined);
    expect(await fileArchive(files, sales).began(1)).to.equal(0);
  });

  it('rejects files of a source other than that of its first file', async () => {
    const files = memoryFiles();
    const sales = stream('trades', Trade, { key: (t) => t.user, time: (t) => t.lastTime });
    const archive = fileArchive(files, sales);
    expect(await archive.facts()).to.equal(undefined);
    await archive.write({ partition: 0, first: 0, last: 0, day: '2017-01-20' }, { source: 'topic-1' }, [accepted(0)]);
    await archive.write({ partition: 1, first: 0, last: 0, day: '2017-01-20' }, { source: 'topic-2' }, [accepted(0)]);
    expect((await archive.facts())?.source).to.equal('topic-1');
    const read = async (n: number): Promise<number> => {
      let count = 0;
      const [range] = (await archive.files()).filter(({ partition }) => partition === n);
      if (range !== undefined)
        for await (const part of archive.read(range, 0)) for (const entries of part) count += entries.length;
      return count;
    };
    expect(await read(0)).to.equal(1);
    expect(await codeOf(read(1))).to.equal('ERR_SOURCE_MISMATCH');
  });

  it('shows nothing of an unfinished file', async () => {
    const files = memoryFiles();
    const writer = archiveWriter(files, Trade, { ...options, rowGroupRows: 2 });
    await writer.append([accepted(0), accepted(1), accepted(2)]);
    expect([writer.rows, files.contents.size]).to.deep.equal([3, 0]);
    files.failWrite(1, new Error('full'));
    expect(await writer.finish().catch((error: Error) => error.message)).to.equal('full');
    expect(files.contents.size).to.equal(0);
  });

  it('rejects a file under the name of another, and offsets that go backwards', async () => {
    const files = memoryFiles();
    const writer = archiveWriter(files, Trade, options);
    await writer.append([accepted(0), accepted(1)]);
    expect(await codeOf(writer.append([accepted(1)]))).to.equal('ERR_INTERNAL');
    const [range] = await writer.finish();
    const other = archiveName({ ...options, firstOffset: 5, lastOffset: 6 });
    await files.write(other, await files.read(range?.name ?? ''));
    expect(await codeOf(openArchiveFile(files, Trade, other))).to.equal('ERR_PARQUET_CORRUPT');
    const elsewhere = archiveName({ ...options, partition: options.partition + 1, firstOffset: 0, lastOffset: 1 });
    await files.write(elsewhere, await files.read(other));
    expect(await codeOf(openArchiveFile(files, Trade, elsewhere))).to.equal('ERR_PARQUET_CORRUPT');
    const Clash = record('clash', { offset: int64() });
    expect(() => archiveWriter(files, Clash, options)).to.throw("'offset' is the archive's own column");
  });
});

describe('an archive whose store was unavailable', () => {
  it('is written by the next attempt', async () => {
    const store = memoryFiles();
    let away = true;
    const hesitant = {
      ...store,
      list: (prefix: string) => {
        if (away) throw new StockafolioError('ERR_FILES_UNAVAILABLE', 'away');
        return store.list(prefix);
      },
    };
    const trades = stream('trades', Trade, { key: (trade) => trade.user, time: (trade) => trade.lastTime });
    const archive = fileArchive(hesitant, trades);
    const write = (): Promise<void> =>
      archive.write({ partition: 0, first: 0, last: 0, day: '2017-01-20' }, { source: 'topic-1' }, [accepted(0)]);
    await write().then(
      () => expect.fail('it was unavailable'),
      () => undefined,
    );
    away = false;
    await write();
    expect(await archive.files()).to.have.length(1);
  });
});

describe('overlapping files', () => {
  const range = (firstOffset: number, lastOffset: number): FileRange => {
    const facts = { stream: 'trades', day: '2017-01-20', partition: 0, firstOffset, lastOffset };
    return { name: archiveName(facts), ...facts };
  };

  it('are read with every offset exactly once, in whatever order they are listed', () => {
    const someRange = fc.tuple(fc.nat(40), fc.nat(10)).map(([first, length]) => range(first, first + length));
    fc.assert(
      fc.property(fc.array(someRange, { maxLength: 12 }), fc.array(fc.nat()), (ranges, shuffle) => {
        const held = new Set(ranges.flatMap(offsetsOf));
        const readable = withoutOverlaps(ranges);
        const read = readable.flatMap(({ from, lastOffset }) => offsetsOf(range(from, lastOffset)));
        expect(read).to.deep.equal([...held].sort((a, b) => a - b));
        const other = ranges.map((each, i) => [shuffle[i] ?? 0, each] as const).sort(([a], [b]) => a - b);
        expect(withoutOverlaps(other.map(([, each]) => each))).to.deep.equal(readable);
        const missing = gaps(readable, 0).flatMap(({ firstOffset, lastOffset }) =>
          offsetsOf(range(firstOffset, lastOffset)),
        );
        expect([...read, ...missing].sort((a, b) => a - b)).to.deep.equal(
          Array.from({ length: Math.max(-1, ...held) + 1 }, (_, i) => i),
        );
      }),
    );
  });

  it('are resolved in favour of the one with the higher last offset', () => {
    expect(withoutOverlaps([range(0, 4), range(0, 9)]).map(({ lastOffset }) => lastOffset)).to.deep.equal([9]);
  });
});

function offsetsOf({ firstOffset, lastOffset }: FileRange): number[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => firstOffset + i);
}
