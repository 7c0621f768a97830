import { expect } from 'chai';
import fc from 'fast-check';
import { type Observable, Subject } from 'rxjs';
import { addTo, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  optional,
  pipeline,
  record,
  split,
  stream,
  table,
  text,
  timestamp,
  type Infer,
  type Pipeline,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const collected = <T>(flow: Observable<T>): T[] => {
  const values: T[] = [];
  flow.subscribe((value) => values.push(value));
  return values;
};

describe('split', () => {
  it('puts each value into the first branch whose predicate is true, otherwise into rest, in order', () => {
    const modulo = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.nat(20)), modulo, modulo, modulo, (numbers, a, b, c) => {
        const source = new Subject<number>();
        const is = (by: number) => (n: number) => n % by === 1;
        const { x, y, z, rest } = split(source, { x: is(a), y: is(b), z: is(c) });
        const parts = [x, y, z, rest].map(collected);
        for (const n of numbers) source.next(n);
        const branchOf = (n: number): number => [is(a), is(b), is(c), () => true].findIndex((each) => each(n));
        expect(parts).to.deep.equal([0, 1, 2, 3].map((branch) => numbers.filter((n) => branchOf(n) === branch)));
      }),
    );
  });

  it('rejects a record everywhere if a predicate throws for it', async () => {
    const parted = pipeline('parted', { sales }, ({ sales }) => {
      const { large, rest } = split(sales, {
        large: ({ amount }) => {
          if (amount === 13) throw new Error('thirteen');
          return amount > 5;
        },
      });
      large.pipe(foldByKey('large', { key: ['user'], state: Sum, fold: addTo }));
      return [into(byUser, rest.pipe(foldByKey('small', { key: ['user'], state: Sum, fold: addTo })))];
    });
    const harness = pipelineHarness<Sale>(parted, { partitions: 1 });
    harness.push(sale({ amount: 2 }), sale({ amount: 13 }), sale({ amount: 9 }), sale({ amount: 3 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 5, count: 2 }]);
    expect((await harness.deadLetters()).map(({ operator, cause }) => [operator, cause])).to.deep.equal([
      ['', 'thirteen'],
    ]);
  });

  it('has those records that have a field which is optional in the stream, so a key may name it', async () => {
    const Note = record('note', { user: text(), about: optional(text()), time: timestamp() });
    const notes = stream('notes', Note, { key: 'user', time: ({ time }) => time });
    const about = table(
      'about',
      { partitionBy: ['user'], clusterBy: ['about'] },
      { user: text(), about: text(), count: int64() },
    );
    const Count = record('count', { count: int64() });
    type Note = Infer<typeof Note>;
    const counted = (isAbout: (note: Note) => note is Note & { about: string }) =>
      pipeline('counted', { notes }, ({ notes }) => [
        into(
          about,
          split(notes, { isAbout }).isAbout.pipe(
            foldByKey('counts', { key: ['user', 'about'], state: Count, fold: (sum) => void sum.count++ }),
          ),
        ),
      ]);
    const sent: Note[] = [
      { user: 'ann', about: 'tea', time: 1 },
      { user: 'ann', time: 2 },
      { user: 'ann', about: 'tea', time: 3 },
    ];
    const run = async (made: Pipeline): Promise<readonly [unknown, number]> => {
      const harness = pipelineHarness<Note>(made, { partitions: 1 });
      harness.push(...sent);
      await harness.commit();
      return [await harness.rows(about), (await harness.deadLetters()).length];
    };
    const rows = [{ user: 'ann', about: 'tea', count: 2 }];
    expect(await run(counted((note): note is Note & { about: string } => note.about !== undefined))).to.deep.equal([
      rows,
      0,
    ]);
    // A guard that does not keep its word.
    expect(await run(counted((note): note is Note & { about: string } => note.user !== ''))).to.deep.equal([rows, 1]);
    expect(
      await codeOf(() =>
        pipeline('all', { notes }, ({ notes }) => [
          into(
            about,
            (notes as never as Observable<Note & { about: string }>).pipe(
              foldByKey('counts', { key: ['user', 'about'], state: Count, fold: (sum) => void sum.count++ }),
            ),
          ),
        ]),
      ),
    ).to.equal('ERR_PIPELINE_INVALID');
  });

  it('has no branch whose name is rest, or a number, which would not be kept in order', async () => {
    const source = new Subject<number>();
    for (const name of ['rest', '7'])
      expect(await codeOf(() => split(source, { [name]: () => true } as never)), name).to.equal('ERR_PIPELINE_INVALID');
  });
});
