import { setTimeout as pause } from 'node:timers/promises';
import { isStockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { collected, expectCode } from './expect-code.js';
import type { FaultProxy, ProxiedRequest } from './fault-proxy.js';

/** One empty store behind a proxy, for one test. */
export interface FilesFaultFixture {
  /** Retries for as long as it takes, even on a busy machine. */
  readonly files: Files;
  /** The same store, but it gives up within a second or two. */
  readonly hasty: Files;
  readonly proxy: FaultProxy;
  /** The same store without the proxy; it also retries. */
  readonly direct: Files;
  destroy(): Promise<void>;
}

export interface FilesFaultHarness {
  fresh(): Promise<FilesFaultFixture>;
  /** The request that fetches a file's bytes. */
  isRead(request: ProxiedRequest): boolean;
  /**
   * How many of these it takes to see that a file is now shorter than the requested range: if it ends within the range,
   * if it ends before it, and if it is empty.
   */
  readonly readsOfShorter: readonly [number, number, number];
  /** The request that sends a small file's bytes. */
  isWrite(request: ProxiedRequest): boolean;
  /** The request by which a written file becomes visible. */
  isPublish(request: ProxiedRequest): boolean;
}

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);
const CONTENT = 'the content of a file, long enough to be cut in the middle of it';

/** The behaviour of a remote store when the network fails: never wrong bytes, never half a file. */
export function runFilesFaultContract(name: string, harness: FilesFaultHarness): void {
  describe(`${name} keeps the contract of Files if the network fails`, () => {
    let fixture: FilesFaultFixture;
    let files: Files;
    let hasty: Files;
    let proxy: FaultProxy;

    beforeEach(async () => {
      fixture = await harness.fresh();
      ({ files, hasty, proxy } = fixture);
      await files.write('there/before', bytes(CONTENT));
      proxy.reset();
    });
    afterEach(() => fixture.destroy());

    const there = async (): Promise<[string, string][]> => {
      const all = await collected(fixture.direct.list(''));
      return Promise.all(all.map(async ({ name: each }) => [each, text(await fixture.direct.read(each))]));
    };
    /** What is left once the server has put away what it kept of a request that was cut, and showed meanwhile. */
    const left = async (): Promise<[string, string][]> => {
      for (let before: [string, string][] | undefined; ; await pause(100)) {
        const now = await there().catch((error: unknown) => {
          if (isStockafolioError(error, 'ERR_FILE_NOT_FOUND')) return undefined;
          throw error;
        });
        if (now !== undefined && JSON.stringify(now) === JSON.stringify(before)) return now;
        before = now;
      }
    };
    const asked = (kind: (request: ProxiedRequest) => boolean): number => proxy.requests.filter(kind).length;

    for (const fault of ['cut-answer', 'short-answer', 'lost-answer', 'silence', { status: 503 }] as const) {
      const what = typeof fault === 'string' ? fault : `a ${fault.status} with a body`;

      it(`reads again after ${what}`, async () => {
        proxy.fail(harness.isRead, fault, 1);
        expect(text(await files.read('there/before'))).to.equal(CONTENT);
        expect(asked(harness.isRead)).to.equal(2);
        proxy.fail(harness.isRead, fault, 1);
        expect(text(await files.read('there/before', { start: 4, end: 11 }))).to.equal('content');
      });

      it(`never mistakes ${what} for a file`, async () => {
        proxy.fail(harness.isRead, fault, Infinity);
        await Promise.all(
          [undefined, { start: 4, end: 40 }].map((range) =>
            expectCode('ERR_FILES_UNAVAILABLE', () => hasty.read('there/before', range)),
          ),
        );
      });
    }

    it('reports a file that was replaced by a shorter one during a read by parts, and does not retry', async () => {
      await files.read('there/before', { start: 0, end: 4 });
      for (const [n, content] of ['012345', '012', ''].entries()) {
        await fixture.direct.write('there/before', bytes(content));
        proxy.reset();
        const error = await expectCode('ERR_FILES_UNAVAILABLE', () => files.read('there/before', { start: 4, end: 8 }));
        expect(error.message).to.match(
          /'there\/before' changed while it was read: it has \d bytes, but 4 to 8 were requested/,
        );
        expect(asked(harness.isRead)).to.equal(harness.readsOfShorter[n]);
      }
    });

    for (const fault of ['cut-request', 'lost-answer', 'silence', { status: 503 }] as const) {
      const what = typeof fault === 'string' ? fault : `a ${fault.status}`;

      it(`writes again after ${what}`, async () => {
        proxy.fail(harness.isWrite, fault, 1);
        await files.write('new', bytes(CONTENT));
        expect(asked(harness.isWrite)).to.equal(2);
        expect(await left()).to.deep.equal([
          ['new', CONTENT],
          ['there/before', CONTENT],
        ]);
      });

      it(`never reports a write as done that ended in ${what}, and leaves nothing of it`, async () => {
        proxy.fail(harness.isWrite, fault, Infinity);
        await Promise.all(
          ['new', 'there/before'].map((each) =>
            expectCode('ERR_FILES_UNAVAILABLE', () => hasty.write(each, bytes('other content'))),
          ),
        );
        // If the request that writes also publishes, a lost answer leaves a whole file behind.
        const isWhole = fault === 'lost-answer' && harness.isPublish === harness.isWrite;
        expect(await left()).to.deep.equal(
          isWhole
            ? [
                ['new', 'other content'],
                ['there/before', 'other content'],
              ]
            : [['there/before', CONTENT]],
        );
      });
    }

    it('recognises its own write when the answer to it was lost', async () => {
      for (const ifAbsent of [false, true]) {
        proxy.fail(harness.isPublish, 'lost-answer', 1);
        await files.write(`new ${ifAbsent}`, bytes(CONTENT), { ifAbsent });
      }
      expect(await left()).to.deep.equal([
        ['new false', CONTENT],
        ['new true', CONTENT],
        ['there/before', CONTENT],
      ]);
      await expectCode('ERR_FILE_EXISTS', () => files.write('new true', bytes('x'), { ifAbsent: true }));
    });

    it('reports a write with a lost answer as done, although another writer has replaced it since', async () => {
      proxy.fail(harness.isPublish, 'lost-answer', 1);
      const writing = files.write('one', bytes('first'));
      for (let n = 0; n < 200 && (await fixture.direct.size('one')) === undefined; n++);
      await fixture.direct.write('one', bytes('second'));
      await writing;
      expect(text(await fixture.direct.read('one'))).to.be.oneOf(['first', 'second']);
    });

    it('lets one of two writers of a name win, whole, while requests of both fail', async () => {
      for (const fault of ['cut-request', 'lost-answer', { status: 503 }] as const)
        proxy.fail(harness.isWrite, fault, 1);
      proxy.fail(harness.isPublish, 'lost-answer', 1);
      const contents = ['first '.repeat(50), 'second '.repeat(70)];
      await Promise.all(contents.map((content) => files.write('one', bytes(content))));
      const [found] = (await left()).filter(([each]) => each === 'one');
      expect(found?.[1]).to.be.oneOf(contents);
      for (const fault of ['cut-request', 'lost-answer', { status: 503 }] as const)
        proxy.fail(harness.isWrite, fault, 1);
      const outcomes = await Promise.allSettled(
        contents.map((content) => files.write('first wins', bytes(content), { ifAbsent: true })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });

    it('does not retry a refusal', async () => {
      proxy.fail(harness.isWrite, { status: 403 }, Infinity);
      await files.write('new', bytes(CONTENT)).then(
        () => expect.fail('it was refused'),
        (error: unknown) => expect(error).to.have.property('retryable', false),
      );
      expect(asked(harness.isWrite)).to.equal(1);
    });
  });
}
