import type { Files } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { collected, expectCode } from './expect-code.js';

/** One empty store, for one test. */
export interface FilesFixture {
  readonly files: Files;
  /** The same store as another process would open it. */
  reopen(): Promise<Files>;
  /** Closes and removes everything. */
  destroy(): Promise<void>;
}

export interface FilesHarness {
  fresh(): Promise<FilesFixture>;
  /** Runs of the property tests; defaults to 30. Use fewer for a remote store. */
  readonly runs?: number;
}

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

async function* parts(...contents: string[]): AsyncIterable<Uint8Array> {
  for (const content of contents) yield bytes(content);
}

async function* breaking(first: string, error: Error): AsyncIterable<Uint8Array> {
  yield bytes(first);
  throw error;
}

const listed = async (files: Files, prefix = ''): Promise<[string, number][]> =>
  (await collected(files.list(prefix))).map(({ name, size }) => [name, size]);

/** The contract of the port `Files`, for every implementation. */
export function runFilesContract(name: string, harness: FilesHarness): void {
  describe(`${name} keeps the contract of Files`, () => {
    let fixture: FilesFixture;
    let files: Files;

    beforeEach(async () => {
      fixture = await harness.fresh();
      files = fixture.files;
    });
    afterEach(() => fixture.destroy());

    it('reads back what was written, whole or in parts, and so does another process', async () => {
      await files.write('a/whole', bytes('hello'));
      await files.write('a/parts', parts('he', '', 'llo', ' there'));
      await files.write('empty', bytes(''));
      const other = await fixture.reopen();
      for (const reader of [files, other]) {
        expect(text(await reader.read('a/whole'))).to.equal('hello');
        expect(text(await reader.read('a/parts'))).to.equal('hello there');
        expect((await reader.read('empty')).length).to.equal(0);
        expect(await reader.size('a/parts')).to.equal(11);
        expect(await reader.size('empty')).to.equal(0);
      }
    });

    it('reads exactly the requested range, or fails', async () => {
      await files.write('digits', bytes('0123456789'));
      expect(text(await files.read('digits', { start: 2, end: 5 }))).to.equal('234');
      expect(text(await files.read('digits', { start: 9, end: 10 }))).to.equal('9');
      expect(text(await files.read('digits', { start: 0, end: 10 }))).to.equal('0123456789');
      expect((await files.read('digits', { start: 4, end: 4 })).length).to.equal(0);
      for (const range of [
        { start: -1, end: 3 },
        { start: 5, end: 4 },
      ]) {
        await expectCode('ERR_INTERNAL', () => files.read('digits', range));
      }
      for (const range of [
        { start: 5, end: 11 },
        { start: 11, end: 12 },
      ]) {
        // The file was longer when its reader asked for its size.
        await expectCode('ERR_FILES_UNAVAILABLE', () => files.read('digits', range));
      }
    });

    it('lists the files whose name begins with the prefix, sorted by code unit, with their sizes', async () => {
      const names = ['a-b', 'a/b', 'a.b', 'a0', 'a/b-c/d', 'a/b.c', 'a/B', 'ab', 'b', 'a-/z', 'Z', 'a/c/d/e', 'é', 'z'];
      for (const each of names) await files.write(each, bytes(each));
      const sorted = (prefix: string): [string, number][] =>
        names
          .filter((each) => each.startsWith(prefix))
          .sort()
          .map((each) => [each, bytes(each).length]);
      for (const prefix of ['', 'a', 'a/', 'a/b', 'a/b-', 'a/b-c/', 'a/b-c/d', 'a/c/d', 'nothing', 'nothing/at/all']) {
        expect(await listed(files, prefix), `prefix '${prefix}'`).to.deep.equal(sorted(prefix));
      }
    });

    it('replaces a file whole', async () => {
      await files.write('a', bytes('a long first content'));
      await files.write('a', bytes('short'));
      expect(text(await files.read('a'))).to.equal('short');
      expect(await listed(files)).to.deep.equal([['a', 5]]);
    });

    it('shows nothing of a failed write, and keeps the previous content', async () => {
      const broken = new Error('the content broke off');
      await files.write('kept', bytes('before'));
      for (const each of ['kept', 'never']) {
        const outcome = await files.write(each, breaking('half', broken)).catch((error: unknown) => error);
        expect(outcome, 'the error of the content itself').to.equal(broken);
      }
      expect(text(await files.read('kept'))).to.equal('before');
      expect(await listed(files)).to.deep.equal([['kept', 6]]);
    });

    it('shows nothing of a file before its last byte was written', async () => {
      let seen: [string, number][] | undefined;
      const during = async function* (): AsyncIterable<Uint8Array> {
        yield bytes('first half');
        seen = await listed(await fixture.reopen());
        expect(await files.size('slow')).to.equal(undefined);
        yield bytes(' and second');
      };
      await files.write('slow', during());
      expect(seen).to.deep.equal([]);
      expect(text(await files.read('slow'))).to.equal('first half and second');
    });

    it('refuses to replace a file on request', async () => {
      await files.write('a', bytes('first'), { ifAbsent: true });
      await expectCode('ERR_FILE_EXISTS', () => files.write('a', bytes('second'), { ifAbsent: true }));
      expect(text(await files.read('a'))).to.equal('first');
      expect(await listed(files)).to.deep.equal([['a', 5]]);
    });

    it('lets exactly one win of several concurrent writes of one name with `ifAbsent`', async () => {
      const other = await fixture.reopen();
      const contents = ['0', '1', '2', '3', '4', '5'];
      const outcomes = await Promise.all(
        contents.map((content, i) =>
          (i % 2 === 0 ? files : other).write('one', bytes(content), { ifAbsent: true }).then(
            () => content,
            () => undefined,
          ),
        ),
      );
      const winners = outcomes.filter((outcome) => outcome !== undefined);
      expect(winners).to.have.length(1);
      expect(text(await files.read('one'))).to.equal(winners[0]);
    });

    it('removes a file; a missing one is not an error', async () => {
      await files.write('a/b', bytes('1'));
      await files.write('a/bc', bytes('2'));
      await files.delete('a/b');
      await files.delete('a/b');
      await files.delete('a');
      await files.delete('not/there');
      expect(await listed(files)).to.deep.equal([['a/bc', 1]]);
      expect(await files.size('a/b')).to.equal(undefined);
    });

    it('names the missing file', async () => {
      for (const missing of ['missing', 'missing/deep']) {
        const error = await expectCode('ERR_FILE_NOT_FOUND', () => files.read(missing));
        expect(error.message).to.contain(missing);
        await expectCode('ERR_FILE_NOT_FOUND', () => files.read(missing, { start: 0, end: 1 }));
        expect(await files.size(missing)).to.equal(undefined);
      }
      await files.write('folder/file', bytes('1'));
      await expectCode('ERR_FILE_NOT_FOUND', () => files.read('folder'));
      expect(await files.size('folder')).to.equal(undefined);
    });

    it('accepts any name of non-empty parts', async () => {
      const part = fc
        .string({
          unit: fc.constantFrom(...('aZ0 %+&=#?~!@$^()[]{},;:\'"<>|*_-.é日😀'.match(/./gu) ?? [])),
          minLength: 1,
          maxLength: 12,
        })
        .filter((each) => each !== '.' && each !== '..');
      const fileName = fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'));
      await fc.assert(
        fc.asyncProperty(fileName, async (each) => {
          const [file, content] = [`any/${each}/file`, bytes(each)];
          await files.write(file, content);
          expect(text(await files.read(file))).to.equal(each);
          expect(await listed(files, file)).to.deep.equal([[file, content.length]]);
          await files.delete(file);
          expect(await listed(files)).to.deep.equal([]);
        }),
        { numRuns: harness.runs ?? 30 },
      );
    });

    it('holds a file of several megabytes byte for byte', async () => {
      const size = 3_000_000;
      const content = Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 9)) & 255);
      const pieces = async function* (): AsyncIterable<Uint8Array> {
        for (let i = 0; i < size; i += 700_001) yield content.subarray(i, i + 700_001);
      };
      await files.write('large', pieces());
      const read = await files.read('large');
      expect(Buffer.compare(read, content)).to.equal(0);
      const [start, end] = [1_234_567, 2_345_678];
      expect(Buffer.compare(await files.read('large', { start, end }), content.subarray(start, end))).to.equal(0);
    });
  });
}
