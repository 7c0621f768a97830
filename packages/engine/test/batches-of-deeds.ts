import { expect } from 'chai';
import type { Pipeline } from '@stockafolio/core';
import { newEngine, stateOf } from './engines.js';
import type { Deed } from './holdings.js';

/**
 * Expects of an engine the same states and rows of batches as of single records.
 *
 * @param made a pipeline of actions in two partitions, and of trades
 */
export function expectBatchesAsSingles(made: Pipeline, batches: readonly (readonly Deed[])[]): void {
  const [single, together] = [newEngine(made), newEngine(made)];
  const offsets = [0, 0, 0];
  for (const batch of batches) {
    const records = batch.map(({ isAction, user, symbol, id, time }) =>
      isAction ? { symbol, id, time } : { user, symbol, id, time },
    );
    const positions = batch.map(({ isAction, id, time }) => {
      const input = isAction ? id % 2 : 2;
      return { input, offset: (offsets[input] = (offsets[input] ?? 0) + 1) - 1, ingested: time };
    });
    records.forEach((each, n) => single.push(each, positions[n] ?? { offset: 0, ingested: 0 }));
    together.pushAll(records, positions);
    expect(stateOf(together)).to.deep.equal(stateOf(single));
    expect(together.position).to.deep.equal(single.position);
    const rows = [together, single].map((each) =>
      each.commit().map(({ table, values, version }) => JSON.stringify([table.name, values, version])),
    );
    expect(rows[0]?.toSorted()).to.deep.equal(rows[1]?.toSorted());
  }
}
