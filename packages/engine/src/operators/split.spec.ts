import { expect } from 'chai';
import fc from 'fast-check';
import { type Observable, Subject } from 'rxjs';
import { addTo, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, pipeline, split } from '@stockafolio/core';
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

  it('has no branch whose name is rest, or a number, which would not be kept in order', async () => {
    const source = new Subject<number>();
    for (const name of ['rest', '7'])
      expect(await codeOf(() => split(source, { [name]: () => true } as never)), name).to.equal('ERR_PIPELINE_INVALID');
  });
});
