import type { WirePlanEdge, WirePlanNode } from '@stockafolio/example/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { layoutOf } from './plan-layout.js';

const node = (n: number): WirePlanNode => ({
  ...{ id: `n${n}`, name: `n${n}`, kind: 'operator', operator: null, keys: null },
});

describe('the layout of a plan', () => {
  const plans = fc.integer({ min: 1, max: 14 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }).map((pairs) => ({
      nodes: Array.from({ length: size }, (_, n) => node(n)),
      // From a lower to a higher number: a plan without cycles.
      edges: pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b]): WirePlanEdge => ({ from: `n${Math.min(a, b)}`, to: `n${Math.max(a, b)}`, rate: null })),
    })),
  );

  it('has every node at a place of its own, right of all that it is made from, and within its bounds', () => {
    fc.assert(
      fc.property(plans, ({ nodes, edges }) => {
        const { placed, columns, rows } = layoutOf(nodes, edges);
        expect(placed.size).to.equal(nodes.length);
        for (const { from, to } of edges)
          expect(placed.get(from)?.column, `${from} ${to}`).to.be.below(placed.get(to)?.column ?? -1);
        const places = [...placed.values()].map(({ column, row }) => `${column} ${row}`);
        expect(new Set(places).size, places.join()).to.equal(nodes.length);
        for (const { column, row } of placed.values()) {
          expect(column).to.be.within(0, columns - 1);
          expect(row).to.be.within(0, rows - 1);
        }
      }),
    );
  });
});
