import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { StockafolioError } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyEntries, archiveOf, codec, type Entry, merged, Run, withAmendments, without } from '../../test/amended.js';
import type { BatchResult } from '../run-batch.js';

/** The law in plain words: what remains of all entries, and the amendments that are not made. */
function asIf(entries: readonly Entry[]): { readonly right: readonly Entry[]; readonly bad: readonly string[] } {
  const bad: string[] = [];
  /** The record that an entry is about, as it was entered; undefined if none is. */
  const about = (amendment: Entry, n: number): Entry | undefined => {
    const before = entries.slice(0, n).findIndex(({ user, id }) => user === amendment.user && id === amendment.amends);
    const target = entries[before];
    if (target === undefined || target.kind === 'withdraw') return undefined;
    return target.kind === undefined ? target : about(target, before);
  };
  const gone = new Set(
    entries.flatMap((each, n) => (each.kind === 'withdraw' && about(each, n) !== undefined ? [each.amends] : [])),
  );
  const right = entries.flatMap((entry) => {
    if (entry.kind !== undefined || gone.has(entry.id)) return [];
    let is = entry;
    for (const [n, each] of entries.entries()) {
      if (each.kind !== 'correct' || gone.has(each.id) || about(each, n) !== entry) continue;
      if (each.amount === 13) bad.push(each.id);
      else is = { ...is, item: each.item, amount: each.amount };
    }
    return [is];
  });
  for (const [n, each] of entries.entries())
    if (each.kind !== undefined && about(each, n) === undefined) bad.push(each.id);
  return { right, bad: bad.sort() };
}

const entry = (id: string, facts: Partial<Entry> = {}): Entry => ({
  ...{ id, user: 'ann', item: 'tea', amount: 1, time: Number(id.slice(1)) * 100 },
  ...facts,
});
const withdraw = (id: string, amends: string): Entry => entry(id, { kind: 'withdraw', amends });
const correct = (id: string, amends: string, amount: number): Entry => entry(id, { kind: 'correct', amends, amount });

/** The notes of units that have begun. */
const noted = async ({ checkpoints }: Run): Promise<readonly string[]> =>
  [...checkpoints.contents.keys()].filter((name) => name.includes('/begun/'));

async function batchOf(...entries: readonly Entry[]): Promise<Run> {
  const run = new Run();
  await run.batch(withAmendments, await archiveOf(entries));
  return run;
}

describe('amendments in a batch', () => {
  it('leave every table as if each record had been right in its own place', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, fc.integer({ min: 1, max: 9 }), async (entries, fileSize) => {
        const { right, bad } = asIf(entries);
        const [made, wanted] = [new Run(), new Run()];
        await made.batch(withAmendments, await archiveOf(entries, fileSize));
        await wanted.batch(without, await archiveOf(right));
        expect(await made.rows()).to.eql(await wanted.rows());
        expect(Object.keys(await made.letters()).sort()).to.eql(bad);
      }),
      { numRuns: 200 },
    );
  });

  it('do so where the stream is merged with another', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const { right, bad } = asIf(entries);
        const [made, wanted] = [new Run(), new Run()];
        await made.batch(merged, await archiveOf(entries), { toEnd: true });
        await wanted.batch(without, await archiveOf(right));
        expect(await made.rows()).to.eql(await wanted.rows());
        expect(Object.keys(await made.letters()).sort()).to.eql(bad);
      }),
      { numRuns: 50 },
    );
  });

  it('do so when the archive is repartitioned', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const { right, bad } = asIf(entries);
        const [made, wanted] = [new Run(), new Run()];
        await made.batch(withAmendments, await archiveOf(entries), { repartition: 3 });
        await wanted.batch(without, await archiveOf(right), { repartition: 3 });
        expect(await made.rows()).to.eql(await wanted.rows());
        expect(Object.keys(await made.letters()).sort()).to.eql(bad);
      }),
      { numRuns: 50 },
    );
  });

  it('are not made by a stream, which keeps them as dead letters until the batch has made them', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const live = pipelineHarness(withAmendments, { codec, partitions: 2 });
        for (const each of entries) live.push(each);
        live.idle();
        await live.commit();
        const stream = new Run(live.tables);
        const plain = new Run();
        await plain.batch(without, await archiveOf(entries.filter(({ kind }) => kind === undefined)));
        expect(await stream.rows()).to.eql(await plain.rows());
        const amendments = entries.filter(({ kind }) => kind !== undefined);
        expect(Object.keys(await stream.letters()).sort()).to.eql(amendments.map(({ id }) => id).sort());
        for (const cause of Object.values(await stream.letters()))
          expect(cause).to.match(/^it amends '\d+', and a stream/);
      }),
      { numRuns: 50 },
    );
  });

  it('withdraw a record, whatever else speaks of it', async () => {
    const run = await batchOf(
      entry('t1'),
      entry('t2'),
      correct('c3', 't1', 5),
      withdraw('w4', 't1'),
      correct('c5', 'c3', 6),
    );
    expect((await run.rows()).filter((row) => row.startsWith('sold'))).to.eql([
      'sold {"user":"ann","time":200,"id":"t2","item":"tea","amount":1}',
    ]);
    expect(await run.letters()).to.eql({});
  });

  it('withdraw a correction', async () => {
    const run = await batchOf(entry('t1'), correct('c2', 't1', 5), correct('c3', 't1', 6), withdraw('w4', 'c3'));
    expect((await run.rows()).filter((row) => row.startsWith('sold'))).to.eql([
      'sold {"user":"ann","time":100,"id":"t1","item":"tea","amount":5}',
    ]);
  });

  it('say why they are not made', async () => {
    const run = await batchOf(
      ...[entry('t1'), withdraw('w2', 'other'), withdraw('w3', 't1'), correct('c4', 'w3', 5), correct('c5', 't9', 5)],
      ...[entry('t6'), correct('c7', 't6', 13), entry('t9'), { ...withdraw('w8', 't9'), user: 'bob' }],
    );
    expect(await run.letters()).to.eql({
      c4: "it amends 'w3', which withdraws another",
      c5: "it amends 't9', which is no earlier record of 'ann'",
      c7: 'amount: is unlucky',
      w2: "it amends 'other', which is no earlier record of 'ann'",
      w8: "it amends 't9', which is no earlier record of 'bob'",
    });
  });

  it('of what an earlier run has processed are made by a run from the start', async () => {
    const before = [entry('t1'), entry('t2'), entry('t3')];
    const entries = [...before, withdraw('w4', 't2'), entry('t5'), withdraw('w6', 't5')];
    const run = new Run();
    const archive = await archiveOf(before);
    await run.batch(withAmendments, archive);
    await archiveOf(entries, 3, archive);
    await run.batch(withAmendments, archive);
    expect(await run.letters()).to.eql({
      w4: "it amends 't2', which is no earlier record of 'ann' from offset 3 on, where this run begins",
    });
    const again = new Run();
    await again.batch(withAmendments, archive, { fromStart: true });
    const wanted = new Run();
    await wanted.batch(without, await archiveOf(asIf(entries).right));
    expect(await again.rows()).to.eql(await wanted.rows());
    expect(await again.letters()).to.eql({});
    // Of the same tables and checkpoints: the letter of the run before is gone too.
    await run.batch(withAmendments, archive, { fromStart: true });
    expect(await run.letters()).to.eql({});
  });

  it('are counted, and it is said whether tables may have rows that did not know them', async () => {
    const before = [entry('t1'), entry('t2')];
    const archive = await archiveOf(before);
    const run = new Run();
    const of = ({ units: [unit] }: BatchResult): unknown => [unit?.amendments, unit?.needsRepair];
    expect(of(await run.batch(withAmendments, archive))).to.eql([undefined, undefined]);
    await archiveOf([...before, entry('t3'), withdraw('w4', 't3'), withdraw('w5', 't1')], 3, archive);
    expect(of(await run.batch(withAmendments, archive))).to.eql([1, undefined]);
    expect(of(await run.batch(withAmendments, archive, { fromStart: true }))).to.eql([2, true]);
    expect(of(await new Run().batch(withAmendments, archive))).to.eql([2, undefined]);
    expect(await noted(run)).to.eql([]);
  });

  it('are said to need a repair where a run was killed that did not know them', async () => {
    const run = new Run();
    const archive = await archiveOf([entry('t1'), entry('t2'), entry('t3')]);
    // The first file is the note, the second the checkpoint.
    run.checkpoints.failWrite(2, new StockafolioError('ERR_FILES_UNAVAILABLE', 'killed'));
    expect(await codeOf(() => run.batch(withAmendments, archive))).to.equal('ERR_FILES_UNAVAILABLE');
    expect(await noted(run)).to.eql(['amended/begun/0-0-3']);
    await archiveOf([entry('t1'), entry('t2'), entry('t3'), withdraw('w4', 't2')], 3, archive);
    const { units } = await run.batch(withAmendments, archive);
    expect(units.map(({ amendments, needsRepair }) => [amendments, needsRepair])).to.eql([[1, true]]);
    expect(await noted(run)).to.eql([]);
  });
});
