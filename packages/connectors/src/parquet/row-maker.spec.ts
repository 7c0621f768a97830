import { canCompile } from '@stockafolio/core/compile';
import { expect } from 'chai';
import fc from 'fast-check';
import { compiledRowMaker, plainRowMaker, rowMaker, type FieldSource } from './row-maker.js';

const names = ['id', 'price', 'class', 'kind', 'size'];
const columns = [['a', 'b'], new Float64Array([1.5, 2]), [undefined, 'x'], new Int32Array([7, 8])];
const field = (name: string): fc.Arbitrary<FieldSource> =>
  fc.record({
    name: fc.constant(name),
    column: fc.option(fc.nat(columns.length - 1), { nil: undefined }),
    absent: fc.constantFrom(undefined, 0, 'absent'),
  });
const fields = fc
  .tuple(fc.subarray(names), ...names.map(field))
  .map(([read, ...all]) => all.filter(({ name }) => read.includes(name)));

describe('a maker of rows', () => {
  it('takes each field from its column, or its default', () => {
    const make = rowMaker<object>('test', names, [
      { name: 'id', column: 0 },
      { name: 'price', column: 1 },
      { name: 'class', column: 2, absent: 'none' },
      { name: 'kind', column: undefined, absent: 'new' },
      { name: 'size', column: undefined },
    ])(columns);
    expect([make(0), make(1)]).to.deep.equal([
      { id: 'a', price: 1.5, class: 'none', kind: 'new', size: undefined },
      { id: 'b', price: 2, class: 'x', kind: 'new', size: undefined },
    ]);
  });

  it('makes the same rows without compiling', function () {
    if (!canCompile()) this.skip();
    fc.assert(
      fc.property(fields, (some) => {
        const made = [compiledRowMaker<object>('test', names, some), plainRowMaker<object>(names, some)].map(
          (maker) => {
            const make = maker(columns);
            return [make(0), make(1)].map((row) => [
              Object.entries(row),
              Object.getPrototypeOf(row) === Object.prototype,
              Object.getOwnPropertyNames(Object.getPrototypeOf(row)).length,
            ]);
          },
        );
        expect(made[1]).to.deep.equal(made[0]);
      }),
    );
  });
});
