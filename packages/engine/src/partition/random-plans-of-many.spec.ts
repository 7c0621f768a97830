import { expect } from 'chai';
import fc from 'fast-check';
import { type Sale, sale } from '@stockafolio/conformance';
import type { Pipeline } from '@stockafolio/core';
import { withBroadcasts } from '@stockafolio/core/plan';
import { readLulls } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { naiveOrder } from '../../test/naive-order.js';
import { expectSameInBatches } from '../../test/disturbed.js';
import { nodesOf } from '../../test/naive-nodes.js';
import { NaivePlan } from '../../test/naive-plans.js';
import { timeOf } from '../../test/naive-stages.js';
import {
  anyBatches,
  anyInputs,
  anyPartsOfMany,
  changes,
  pipelineOfMany,
  pushTo,
  sources,
} from '@stockafolio/conformance/random';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 150);
const TIMEOUT = 30_000 + 40 * RUNS;

/** A message of one of the streams: when it is sent, and how far its event time is before that. */
const anyMessages = fc
  .array(
    fc.record({
      input: fc.nat(sources.length - 1),
      ...{ user: fc.constantFrom('ann', 'bob'), item: fc.constantFrom('tea', 'rum') },
      amount: fc.integer({ min: 1, max: 15 }),
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
      // The clock of a broker or a producer steps back.
      behind: fc.oneof(fc.constant(0), fc.nat(6_000)),
      isGarbled: fc.oneof({ arbitrary: fc.constant(false), weight: 9 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let sent = 4_000;
    const offsets = sources.map(() => 0);
    return steps.map(({ step, back, behind, input, isGarbled, ...facts }) => {
      sent += step;
      const offset = offsets[input] ?? 0;
      offsets[input] = offset + 1;
      const stream = sources[input]?.name ?? '';
      const record = isGarbled ? undefined : sale({ ...facts, time: sent - back });
      const time = timeOf(stream, record, sent - behind);
      return { input, stream, partition: 0, offset, sent: sent - behind, time, record };
    });
  });

/** What happens to a run after each message; a lull may be too short for those that wait. */
const anyDisturbances = fc.infiniteStream(
  fc.constantFrom('', '', '', 'idle', 'commit', 'settle', 'checkpoint', 'restart', 'redeliver'),
);

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

const divided = (made: Pipeline): Pipeline => withBroadcasts(made, new Map([['rules', 1]]));

describe('random plans over several streams', () => {
  it('make what their plain definition makes of the messages in order, at any kill, redelivery, commit and lull', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPartsOfMany,
        anyInputs,
        anyMessages,
        anyDisturbances,
        async (parts, inputs, messages, between) => {
          const made = pipelineOfMany(parts, inputs);
          fc.pre(made.plan.tables.length > 0);
          const harness = pipelineHarness<Sale>(made, { partitions: 1 });
          for (const message of messages) {
            pushTo(harness, message);
            const { value: what } = between.next() as IteratorYieldResult<string>;
            if (what === 'idle') harness.idle();
            else if (what === 'commit') await harness.commit({ settle: false });
            else if (what === 'settle') await harness.commit();
            else if (what === 'checkpoint') await harness.checkpoint({ settle: false });
            else if (what === 'restart') await harness.restart();
            else if (what === 'redeliver') await harness.redeliver(3);
          }
          harness.idle();
          await harness.commit();

          const logs = sources.map((_, input) => messages.filter((message) => message.input === input));
          const naive = new NaivePlan(nodesOf(parts));
          for (const each of naiveOrder(logs, made.idleAfter, await readLulls(harness.tables, divided(made), 0))) {
            const id = `${sources[each.input]?.name} ${each.offset}`;
            const { stream, record, time } = each;
            if (record === undefined || !Number.isFinite(time)) naive.letters.add(`${id} `);
            else if (stream === 'rules') naive.pushRule(record, id, 0);
            else if (stream === changes.name) naive.pushChange(record, time, id);
            else naive.push(record, id, (part) => inputs[part]?.includes(each.input) === true);
          }
          expect(await rowsOf(harness, made)).to.deep.equal(naive.rows);
          const letters = (await harness.deadLetters()).map(
            ({ pipeline, offset, operator }) => `${pipeline.replace('random/', '')} ${offset} ${operator}`,
          );
          expect(letters.sort()).to.deep.equal([...naive.letters].sort());
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);

  it('make the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(anyPartsOfMany, anyInputs, anyBatches, (parts, inputs, batches) =>
        expectSameInBatches(divided(pipelineOfMany(parts, inputs)), batches),
      ),
      { numRuns: RUNS },
    );
  }).timeout(TIMEOUT);
});
