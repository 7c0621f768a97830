import { expect } from 'chai';
import fc from 'fast-check';
import { type Sale, sale } from '@stockafolio/conformance';
import type { Pipeline } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { nodesOf } from '../../test/naive-nodes.js';
import { NaivePlan } from '../../test/naive-plans.js';
import { anyParts, pipelineOf } from '@stockafolio/conformance/random';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 300);
const TIMEOUT = 30_000 + 40 * RUNS;

/** Records of few keys: some late, some copies, some of one time, with pauses between. */
const salesUpTo = (maxLength: number): fc.Arbitrary<readonly Sale[]> =>
  fc
    .array(
      fc.record({
        ...{ user: fc.constantFrom('ann', 'bob'), item: fc.constantFrom('tea', 'rum') },
        ...{ amount: fc.integer({ min: 1, max: 15 }), back: fc.nat(4_000) },
        step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
      }),
      { maxLength },
    )
    .map((steps) => {
      let start = 0;
      return steps.map(({ step, back, ...facts }) => sale({ ...facts, time: (start += step) + 4_000 - back }));
    });
const anySales = salesUpTo(30);
/** Batches with commits in between; after few records most keys have not changed. */
const anyBatches = fc.array(fc.oneof(anySales, salesUpTo(2)), { maxLength: 5 });

/** All rows by table and key, without shards. */
async function rowsOf(harness: PipelineHarness<Sale>, { plan }: Pipeline): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const table of plan.tables) {
    for (const row of await harness.rows(table)) {
      const { user, item, start, amount, count } = row as Readonly<Record<string, unknown>>;
      const key = [user, item, ...(start === undefined ? [] : [start])];
      rows[`${table.name}/${key.join('/')}`] = `${String(amount)} ${String(count)}`;
    }
  }
  return rows;
}

describe('random plans', () => {
  it('make what their plain definition makes, at any kill, redelivery, commit and lull', async () => {
    await fc.assert(
      fc.asyncProperty(anyParts, anySales, anyDisturbances, async (parts, records, between) => {
        const made = pipelineOf(parts);
        fc.pre(made.plan.tables.length > 0);
        const harness = pipelineHarness<Sale>(made, { partitions: 1 });
        const naive = new NaivePlan(nodesOf(parts));
        records.forEach((each, offset) => naive.push(each, offset));
        await pushDisturbed(harness, records, between);
        harness.idle();
        await harness.commit();
        expect(await rowsOf(harness, made)).to.deep.equal(naive.rows);
        const letters = (await harness.deadLetters()).map(({ offset, operator }) => `${offset} ${operator}`);
        expect(letters.sort()).to.deep.equal([...naive.letters].sort());
      }),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);

  it('make the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(anyParts, anyBatches, (parts, batches) => expectSameInBatches(pipelineOf(parts), batches)),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);
});
