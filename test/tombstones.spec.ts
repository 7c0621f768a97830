import { expect } from 'chai';
import fc from 'fast-check';
import { Limit, Stock, stocking } from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, rowObject } from '@stockafolio/core';
import { bytesOf, type OutgoingMessage, type Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { GrownWorld, newlyMade } from './support/grown-world.js';

const PARTITIONS = 2;
const START = 1_000_000;
const codecs = { stock: jsonCodec(Stock), limits: jsonCodec(Limit) };

/** A message of any producer: a value, a tombstone, or neither. */
interface Step {
  readonly of: 'stock' | 'limits';
  readonly shop: string;
  readonly item: string;
  readonly pieces: number | undefined;
  /** If a pipeline has sent it, its version, which is its number too. */
  readonly version: number | undefined;
  /** What is wrong with it. */
  readonly fault: 'no key' | 'other key' | 'no value' | 'half a key' | undefined;
  /** What is done after it. */
  readonly then: 'stream' | 'archive' | 'batch' | undefined;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    of: fc.constantFrom('stock', 'stock', 'limits'),
    shop: fc.constantFrom('north', 'south', 'ö'),
    item: fc.constantFrom('tea', 'rum'),
    pieces: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 2 }),
    version: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    fault: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('no key', 'other key', 'no value', 'half a key') },
    ),
    then: fc.constantFrom('stream', 'archive', 'batch', undefined, undefined, undefined),
  }),
  { minLength: 5, maxLength: 40 },
);

/** One of each partition: an archive of nothing is refused. */
const firstOfEach = (['stock', 'limits'] as const).flatMap((of) =>
  ['north', 'south', 'ö'].map((shop): Step => ({
    of,
    shop,
    item: 'rum',
    pieces: 3,
    version: undefined,
    fault: undefined,
    then: undefined,
  })),
);

function messageOf({ of, shop, item, pieces, version, fault }: Step): OutgoingMessage {
  const value = { shop, item, time: START };
  const encoded =
    of === 'stock'
      ? codecs.stock.encode({ ...value, pieces: pieces ?? 0 })
      : codecs.limits.encode({ ...value, most: pieces ?? 0 });
  const keys = { 'no key': null, 'other key': bytesOf(`${shop}\0`), 'half a key': bytesOf(shop) } as const;
  return {
    key: fault === undefined || fault === 'no value' ? keyBytes([shop, item]) : keys[fault],
    value: pieces === undefined ? null : fault === 'no value' ? bytesOf('{}') : encoded,
    partition: partitionOf(keyBytes(shop), PARTITIONS),
    ...(version === undefined
      ? {}
      : { headers: { writer: 'stocks/0123456789abcdef/0', number: String(version), version: String(version) } }),
  };
}

async function lettersOf(tables: Tables): Promise<readonly object[]> {
  const letters: object[] = [];
  for await (const { values } of tables.scanAll(deadLetters)) letters.push(rowObject(deadLetters, values));
  return letters;
}

describe('compacted topics that are read as changelogs', () => {
  it('have equal rows, versions and dead letters in stream, batch and reconcile, whatever producers send', async () => {
    let [removed, rejected] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new GrownWorld(stocking, () => PARTITIONS);
        const batched = newlyMade();
        for (const step of [...firstOfEach, ...all]) {
          await world.append(step.of, messageOf(step));
          if (step.then === 'stream') await world.stream();
          else if (step.then !== undefined) await world.archiveAll();
          if (step.then === 'batch') await world.batch({}, batched);
        }
        await world.stream();
        await world.archiveAll();
        const rows = await world.rows();
        expect(await world.rows(await world.recomputed(world.made.tables))).to.deep.equal(rows);
        await world.batch({ toEnd: true }, batched);
        const letters = await lettersOf(world.made.tables);
        removed += all.filter(({ pieces }) => pieces === undefined).length;
        rejected += letters.length;
        const plain = (list: readonly string[]) => list.map((row) => row.replace(/ \d+$/, ''));
        expect(plain(await world.rows(batched.tables))).to.deep.equal(plain(rows));
        expect(await lettersOf(batched.tables)).to.deep.equal(letters);
      }),
      { numRuns: 40 },
    );
    expect(removed, 'tombstones').to.be.greaterThan(5);
    expect(rejected, 'dead letters').to.be.greaterThan(5);
  });
});
