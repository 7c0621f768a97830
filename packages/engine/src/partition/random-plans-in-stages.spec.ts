import { expect } from 'chai';
import fc from 'fast-check';
import type { Sale } from '@stockafolio/conformance';
import {
  anyBatches,
  anyInputs,
  anyPartsInStages,
  anySteps,
  messagesOf,
  namesOf,
  pipelineOfMany,
  pushTo,
  type RandomMessage,
  sources,
} from '@stockafolio/conformance/random';
import { keyBytes, partitionOf, type Pipeline } from '@stockafolio/core';
import { stagesOf, withLanes } from '@stockafolio/core/plan';
import { deadLetters, readLulls } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { expectSameInBatches } from '../../test/disturbed.js';
import { naiveStages } from '../../test/naive-stages.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 100);
const TIMEOUT = 30_000 + 300 * RUNS;

const kills = ['', '', '', 'commit', 'checkpoint', 'restart', 'part', 'redeliver'] as const;
/** What happens to a run after each message; a lull may be claimed too early. */
const anyDisturbances = fc.infiniteStream(fc.constantFrom(...kills, 'idle', 'settle'));
/** The same without lulls, but killed processes write on: no order depends on what they alone know. */
const anyKills = fc.infiniteStream(fc.constantFrom(...kills, 'zombies'));

async function disturb(harness: PipelineHarness<Sale>, what: string, partitions: number): Promise<void> {
  if (what === 'idle') harness.idle();
  else if (what === 'commit') await harness.commit({ settle: false });
  else if (what === 'settle') await harness.commit();
  else if (what === 'checkpoint') await harness.checkpoint({ settle: false });
  else if (what === 'restart') await harness.restart();
  else if (what === 'part') await harness.restart([partitions - 1]);
  else if (what === 'redeliver') await harness.redeliver(3);
  else if (what === 'zombies') await harness.zombies();
}

async function run(
  made: Pipeline,
  messages: readonly RandomMessage[],
  partitions: number,
  between?: fc.Stream<string>,
): Promise<PipelineHarness<Sale>> {
  const harness = pipelineHarness<Sale>(made, { partitions, onDefect: 'dead-letter' });
  for (const message of messages) {
    pushTo(harness, message);
    if (between !== undefined)
      await disturb(harness, (between.next() as IteratorYieldResult<string>).value, partitions);
  }
  await harness.commit();
  harness.idle();
  await harness.commit();
  return harness;
}

/** All rows by table, key and partition. */
async function rowsOf(
  harness: PipelineHarness<Sale>,
  { plan }: Pipeline,
  partitions: number,
): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const table of plan.tables) {
    for (const row of await harness.rows(table)) {
      const { user, item, start, amount, count, shard } = row as Readonly<Record<string, unknown>>;
      const partition = shard ?? partitionOf(keyBytes(String(user)), partitions);
      const key = [user, item, ...(start === undefined ? [] : [start])];
      rows[`${table.name}/${key.join('/')} ${String(partition)}`] = `${String(amount)} ${String(count)}`;
    }
  }
  return rows;
}

/** @param unversioned tables of rankings: these are written as they are when a commit happens, with its version */
async function versionsOf(
  { tables }: PipelineHarness<Sale>,
  { plan }: Pipeline,
  unversioned: ReadonlySet<string>,
): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [...plan.tables, deadLetters])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(
        `${table.name} ${table === deadLetters || unversioned.has(table.name) ? '' : version} ${JSON.stringify(values)}`,
      );
  return rows.sort();
}

describe('random plans in stages', () => {
  it('make what their plain definition makes of the messages in order, at any kill, redelivery, commit and lull', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPartsInStages,
        anyInputs,
        anySteps,
        fc.constantFrom(1, 3),
        anyDisturbances,
        async (parts, inputs, steps, partitions, between) => {
          const made = pipelineOfMany(parts, inputs);
          fc.pre(made.plan.tables.length > 0);
          const messages = messagesOf(steps, partitions);
          const harness = await run(made, messages, partitions, between);
          const names = inputs.map((each) => each.map((n) => sources[n]?.name ?? ''));
          const naive = await naiveStages(made, parts, names, messages, partitions, (stage, partition) =>
            readLulls(harness.tables, stage, partition),
          );
          expect(await rowsOf(harness, made, partitions)).to.deep.equal(naive.rows);
          const letters = (await harness.deadLetters()).map(
            ({ pipeline, partition, offset, operator }) => `${pipeline} ${partition} ${offset} ${operator}`,
          );
          expect(letters.sort()).to.deep.equal([...naive.letters].sort());
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);

  it('make the same rows, versions and dead letters if they are killed and killed processes write on', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPartsInStages,
        anyInputs,
        anySteps,
        fc.constantFrom(1, 3),
        anyKills,
        async (parts, inputs, steps, partitions, between) => {
          const rankings = namesOf(parts, 'rank');
          const made = pipelineOfMany(parts, inputs);
          fc.pre(made.plan.tables.length > 0);
          const messages = messagesOf(steps, partitions);
          expect(await versionsOf(await run(made, messages, partitions, between), made, rankings)).to.deep.equal(
            await versionsOf(await run(made, messages, partitions), made, rankings),
          );
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);

  it('make the same states, versions, rows and departures of batches of records as of single ones, in every stage', () => {
    fc.assert(
      fc.property(anyPartsInStages, anyInputs, anyBatches, (parts, inputs, batches) => {
        const made = pipelineOfMany(parts, inputs);
        for (const stage of stagesOf(made)) {
          const laned = withLanes(
            stage,
            stage.behind.map(() => 2),
            new Map([['rules', 1]]),
          );
          const { length } = laned.streams;
          // What comes through a repartition has the fields of a sale.
          const own = batches.map((batch) => batch.map(({ input, record }) => ({ record, input: input % length })));
          expectSameInBatches(laned, own);
        }
      }),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);
});
