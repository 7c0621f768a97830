import { expect } from 'chai';
import { sale, type Sale } from '@stockafolio/conformance';
import type { Mutation } from '@stockafolio/core/ports';
import { feed, mixed, newEngine, stateOf } from '../../test/engines.js';
import type { PartitionEngine } from '@stockafolio/engine';

/** Every written row: its table, its values and its version, in order. */
const written = (rows: readonly Mutation[]): string[] =>
  rows.map((row) => `${row.table.name} ${'values' in row ? row.values?.join(' ') : ''} ${row.version}`).sort();

/** Sales of several users with times 5 ms apart, so a window of a second closes after every 200 of them. */
const many: Sale[] = Array.from({ length: 1_500 }, (_, n) =>
  sale({ user: `u${n % 7}`, item: ['tea', 'rum', 'ale'][n % 3] as string, amount: n % 12, time: n * 5 }),
);

function pushAll(engine: PartitionEngine, records: readonly Sale[]): void {
  engine.pushAll(
    records,
    records.map((_, offset) => ({ offset, ingested: 0 })),
  );
}

describe('many batches of records at once', () => {
  it('have the same rows, versions and states as records one by one', () => {
    const single = newEngine(mixed);
    const together = newEngine(mixed);
    feed(single, many);
    pushAll(together, many);
    expect(together.position).to.deep.equal(single.position);
    expect(together.position.version).to.equal((many.length - 1) * 5_000);
    expect(stateOf(together)).to.deep.equal(stateOf(single));
    expect(written(together.commit())).to.deep.equal(written(single.commit()));
  });

  it('end after the requested number of records, even if there are more', () => {
    const engine = newEngine(mixed);
    engine.pushAll(
      many,
      many.map((_, offset) => ({ offset, ingested: 0 })),
      300,
    );
    expect(engine.position).to.deep.equal({ offset: 300, version: 299 * 5_000, latest: 299 * 5 });
  });
});
