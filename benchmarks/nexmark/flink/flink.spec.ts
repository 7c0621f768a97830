import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { queryOf } from '../check.js';
import { inputsOf, PARTITIONS } from '../inputs.js';
import { messagesFor } from '../ways/messages.js';
import { outcomeOf } from '../ways/outcome.js';
import { difference } from './answers.js';
import { repartitioned } from './repartitioned.js';

describe('Nexmark beside Flink', () => {
  for (const name of ['q8', 'q18']) {
    it(`${name} answers the same with a repartition as over topics of its key`, async () => {
      const [input] = await inputsOf({ events: 2_000, seed: 3, rate: 400, only: ['out of order'] });
      const pipeline = repartitioned(name, 'spec');
      if (input === undefined || pipeline === undefined) throw new Error('there is nothing to compare');
      input.database?.close();
      const { pipeline: keyed, answer } = queryOf(name);
      const [made, expected] = await Promise.all(
        [pipeline, keyed].map(async (each) => {
          const harness = pipelineHarness<unknown>(each, { partitions: PARTITIONS });
          for (const { bytes, partition, sent, stream } of messagesFor(each, input, PARTITIONS))
            harness.pushMessage(bytes, partition, sent, stream);
          await harness.commit();
          return answer((await outcomeOf(each, harness.tables)).read);
        }),
      );
      expect(difference(name, made ?? [], expected ?? [])).to.equal(undefined);
    });
  }

  it('finds rows that differ, and rows that only one of the answers has', () => {
    const row = { auction: 1, num: 2 };
    expect(difference('q5', [{ ...row, end: 5 }], [row])).to.equal(undefined);
    expect(difference('q5', [row], [{ ...row, num: 3 }])).to.contain('at row 0');
    expect(difference('q5', [row, row], [row])).to.contain("2 rows and Flink's 1");
    expect(difference('q5', [], [])).to.equal('there are no rows to compare');
  });

  it('leaves out the windows of the events that close the input', () => {
    const row = { auction: 1, num: 2 };
    expect(difference('q5', [row], [row, { auction: 2_000_000_001, num: 1 }])).to.equal(undefined);
    expect(difference('q17', [row], [row, { auction: 2_000_000_001, num: 1 }])).to.contain('at row 1');
  });
});
