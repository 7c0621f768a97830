import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byUser, codeOf, looseSales, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import { BadRecordError, foldByKey, into, pipeline, StockafolioError, tumblingWindow } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { marbles, pipelineHarness } from '@stockafolio/testing';
import { feed, mixed, newEngine, rowsOf, shown } from '../../test/engines.js';
import type { PartitionEngine } from '@stockafolio/engine';
import { progress } from '../tables/system-tables.js';
import { tablesOf } from '../tables/tables-of.js';

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cid'),
  item: fc.constantFrom('tea', 'rum', 'ale'),
  amount: fc.integer({ min: -5, max: 13 }),
  time: fc.nat(40_000),
});
const at = (offset: number): { offset: number; ingested: number } => ({
  offset,
  ingested: 7,
});

/** The rows of all tables, without the versions, which may depend on the time of a commit. */
async function contents(engine: PartitionEngine, writes: readonly (readonly Mutation[])[]): Promise<string[]> {
  return (await rowsOf(engine, writes)).map(({ table, values }) => shown([table, values]));
}

describe('PartitionEngine', () => {
  it('gives each record the version max(the previous one + 1, its event time in microseconds)', () => {
    fc.assert(
      fc.property(fc.array(anySale, { maxLength: 40 }), (all) => {
        const engine = newEngine();
        let version = 0;
        for (const each of all) {
          feed(engine, [each]);
          version = Math.max(version + 1, each.time * 1_000);
          expect(engine.position.version).to.equal(version);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('changes nothing in the tables by replaying any suffix after a restart (P2)', async () => {
    const step = fc.oneof(
      { weight: 7, arbitrary: anySale },
      { weight: 1, arbitrary: fc.constantFrom('commit', 'checkpoint', 'idle') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), fc.nat(50), async (steps, n) => {
        const harness = pipelineHarness<Sale>(mixed, { partitions: 2 });
        for (const each of steps) {
          if (typeof each === 'object') harness.push(each);
          else await harness[each as 'commit']();
        }
        harness.idle();
        await harness.commit();
        const dump = async (): Promise<string> => {
          const rows = [];
          for (const table of tablesOf(mixed)) rows.push(await harness.rows(table));
          return shown(rows);
        };
        const before = await dump();
        await harness.redeliver(n);
        expect(await dump()).to.equal(before);
        await harness.commit();
        harness.idle();
        await harness.commit();
        await harness.zombies();
        expect(await dump()).to.equal(before);
      }),
      { numRuns: 40 },
    );
  });

  it('leads to equal tables whenever it is committed (P7)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySale, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }),
        async (all, lengths) => {
          const often = newEngine();
          const once = newEngine();
          const writes: (readonly Mutation[])[] = [];
          feed(once, all);
          const left = [...all];
          for (const length of lengths) {
            feed(often, left.splice(0, length));
            writes.push(often.commit());
          }
          feed(often, left);
          for (const engine of [often, once]) engine.flush();
          writes.push(often.commit());
          expect(await contents(often, writes)).to.eql(await contents(once, [once.commit()]));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('returns the rows of a commit in parts, each of at most the given number of keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySale, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (all, most) => {
        const inParts = newEngine();
        const atOnce = newEngine();
        for (const engine of [inParts, atOnce]) feed(engine, all);
        const before = inParts.drain();
        const parts = [...inParts.commitInParts(most)];
        for (const part of parts) expect(part.length).to.be.at.most(most * inParts.operators.length);
        expect(await contents(inParts, [before, ...parts])).to.eql(await contents(atOnce, [atOnce.commit()]));
        expect(inParts.commit()).to.eql([]);
      }),
      { numRuns: 40 },
    );
  });

  it('states how far the tables are exact, and below which time no record is expected', async () => {
    const loose = pipeline('loose', { looseSales }, ({ looseSales }) => [
      into(byUser, looseSales.pipe(foldByKey('sums', { key: (s) => [s.user], state: Sum, fold: addTo }))),
    ]);
    const harness = pipelineHarness<Sale>(loose, { partitions: 1 });
    await harness.commit();
    const before = await harness.rows(progress);
    expect(before).to.eql([{ pipeline: 'loose', partition: 0, offset: 0, source: 'test-source' }]);
    harness.push(sale({ time: 10_000 }), sale({ time: 4_000 }));
    await harness.commit();
    const [row] = await harness.rows(progress);
    expect(row).to.include({ offset: 2, watermark: 7_000 });
  });

  it('skips offsets that hold nothing, and never goes back', () => {
    const engine = newEngine();
    engine.passOver(10);
    feed(engine, [sale()], 12);
    engine.passOver(5);
    expect(engine.position.offset).to.equal(13);
  });

  it('dead-letters a message with its offset, its cause and what can be shown of it', async () => {
    const harness = pipelineHarness<Sale>(mixed, { partitions: 1 });
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    harness.pushMessage(bytes('{"user":'));
    harness.pushMessage(Uint8Array.of(0xff, 0xfe, 0x00));
    harness.pushMessage(null);
    harness.pushMessage(bytes('a\u0000b'));
    harness.push(sale({ amount: 13 }));
    await harness.commit();
    const rejected = await harness.deadLetters();
    expect(rejected.map(({ offset, code, encoding, message }) => [offset, code, encoding, message])).to.eql([
      [0, 'ERR_BAD_RECORD', 'utf8', '{"user":'],
      [1, 'ERR_BAD_RECORD', 'base64', '//4A'],
      [2, 'ERR_BAD_RECORD', 'utf8', ''],
      [3, 'ERR_BAD_RECORD', 'base64', 'YQBi'],
      [4, 'ERR_BAD_RECORD', 'utf8', '{"user":"ann","item":"tea","amount":13,"time":"1970-01-01T00:00:00.000Z"}'],
    ]);
    expect(harness.engines[0]?.setAside).to.equal(5);
    expect(await harness.rows(byUser)).to.eql([]);
  });

  it('creates dead letters that every table accepts, whatever the cause contains and however long it is', async () => {
    const engine = newEngine();
    const causes = ['a\u0000b', '\ud800', 'x'.repeat(10_000), `${'x'.repeat(3_999)}\ud83d\ude00`];
    causes.forEach((cause, n) =>
      engine.reject(new StockafolioError('ERR_BAD_RECORD', cause), new Uint8Array(0), at(n)),
    );
    engine.reject(new BadRecordError([]), new TextEncoder().encode('é'.repeat(1 << 17)), at(4));
    engine.reject(new BadRecordError([]), new Uint8Array((1 << 17) + 1).fill(0xff), at(5));
    expect(await contents(engine, [engine.commit()])).to.have.length(6 + 4 + 6);
  });

  it('ends at the first bad record if configured, naming its offset', async () => {
    const engine = newEngine(mixed, 'fail');
    feed(engine, [sale()]);
    let failed: unknown;
    try {
      feed(engine, [sale({ amount: 13 })]);
    } catch (error) {
      failed = error;
    }
    expect(failed).to.include({ code: 'ERR_BAD_RECORD' });
    expect((failed as Error).message)
      .to.contain('partition 0, offset 1')
      .and.contain('thirteen');
    const rejecting = newEngine(mixed, 'fail');
    const reject = (): void => rejecting.reject(new BadRecordError([]), new Uint8Array(0), at(0));
    expect(await codeOf(reject)).to.equal('ERR_BAD_RECORD');
  });

  it('dead-letters late records even then: the message is not at fault', async () => {
    const windowed = pipeline('windowed', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('w', { size: 1_000, key: (s) => [s.user], state: Sum, fold: addTo }),
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(windowed, { partitions: 1, onBadRecord: 'fail' });
    await harness.play(marbles('a-az|', { a: (time) => sale({ time }), z: () => sale() }));
    expect(await harness.deadLetters()).to.have.length(1);
  });

  it('does not let a failed record move the watermark', async () => {
    const harness = pipelineHarness<Sale>(mixed, { partitions: 1 });
    harness.push(sale({ time: 1_000 }), sale({ time: 900_000, amount: 13 }));
    expect(harness.engines[0]?.position.latest).to.equal(1_000);
  });

  it('dead-letters a window for which a later function throws, and continues with the others', async () => {
    const touchy = pipeline('touchy', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('w', { size: 1_000, key: (s) => [s.user], state: Sum, fold: addTo }),
          map(({ key: [user], value }) => {
            if (user === 'ann') throw new Error('no');
            return { user, ...value };
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(touchy, { partitions: 1 });
    harness.push(sale(), sale({ user: 'bob' }));
    harness.idle();
    await harness.commit();
    expect(await harness.deadLetters(), 'the window is still open').to.eql([]);
    harness.push(sale({ user: 'cid', time: 5_000 }));
    await harness.commit();
    expect((await harness.rows(byUser)).map(({ user }) => user)).to.eql(['bob']);
    const [rejected, ...others] = await harness.deadLetters();
    expect(others).to.eql([]);
    expect(rejected).to.include({ offset: 2, operator: 'w (figure)', code: 'ERR_BAD_RECORD', cause: 'no' });
    expect(JSON.parse(rejected?.message ?? '')).to.deep.include({ key: ['ann'], window: { start: 0, end: 1_000 } });
  });
});
