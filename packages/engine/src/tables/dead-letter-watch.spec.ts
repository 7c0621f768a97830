import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { DeadLetterWatch, describeMany, type ManyDeadLetters, manyDeadLetters } from './dead-letter-watch.js';

const last = { partition: 2, offset: 41, code: 'ERR_PIPELINE_DEFECT', cause: "operator 'f' threw TypeError: x\nat f" };
const MINUTE = 60_000;

describe('a watch of dead letters', () => {
  it('reports at once if all of the first 100 messages are rejected, however they come', () => {
    for (const portion of [1, 7, 100, 250]) {
      const watch = new DeadLetterWatch({}, 5);
      let many: ManyDeadLetters | undefined;
      let records = 0;
      for (; many === undefined && records < 1_000; records += portion) many = watch.add(portion, portion, last, 5);
      expect(many).to.eql({ records, rejected: records, last });
      expect(records).to.be.within(100, 99 + portion);
      expect(watch.add(99, 99, last, 5 + MINUTE - 1)).to.equal(undefined);
    }
  });

  it('reports a minute in which more than the share is rejected, at its end', () => {
    for (const [rejected, isReported] of [
      [20, false],
      [21, true],
    ] as const) {
      const watch = new DeadLetterWatch({}, 0);
      expect(watch.add(1_000, rejected, last, 10)).to.equal(undefined);
      expect(watch.add(999, 0, undefined, MINUTE - 1)).to.equal(undefined);
      const many = watch.add(1, 0, undefined, MINUTE);
      expect(many).to.eql(isReported ? { records: 2_000, rejected, last } : undefined);
      expect(watch.add(1_000, 0, undefined, 2 * MINUTE)).to.equal(undefined);
    }
  });

  it('takes no share of fewer than 100 messages: then the period goes on', () => {
    const watch = new DeadLetterWatch({}, 0);
    expect(watch.add(50, 49, last, 3 * MINUTE)).to.equal(undefined);
    expect(watch.add(49, 0, undefined, 9 * MINUTE)).to.equal(undefined);
    expect(watch.add(1, 0, undefined, 9 * MINUTE)).to.include({ records: 100, rejected: 49 });
    watch.add(99, 99, last, 30 * MINUTE);
    expect(watch.end()).to.equal(undefined);
  });

  it('judges what is left when the run ends', () => {
    const watch = new DeadLetterWatch({}, 0);
    watch.add(200, 3, last, 1);
    expect(watch.end()).to.include({ records: 200, rejected: 3 });
    expect(watch.end()).to.equal(undefined);
  });

  it('counts every message in exactly one period', () => {
    const step = fc.record({ records: fc.nat(300), bad: fc.nat(300), pause: fc.nat(90_000) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const watch = new DeadLetterWatch({ deadLetterShare: 0 }, 0);
        let now = 0;
        let reported = 0;
        for (const { records, bad, pause } of steps) {
          now += pause;
          reported += watch.add(records, Math.min(records, bad), last, now)?.rejected ?? 0;
        }
        const total = steps.reduce((sum, { records, bad }) => sum + Math.min(records, bad), 0);
        const rest = watch.end()?.rejected ?? 0;
        expect(reported + rest).to.be.within(Math.max(0, total - 99), total);
      }),
    );
  });

  it('can be given another share: none at all, or all', () => {
    const strict = new DeadLetterWatch({ deadLetterShare: 0 }, 0);
    strict.add(1_000, 1, last, 0);
    expect(strict.end()).to.include({ rejected: 1 });
    const lax = new DeadLetterWatch({ deadLetterShare: 1 }, 0);
    expect(lax.add(100, 100, last, 0)).to.equal(undefined);
    expect(lax.end()).to.equal(undefined);
  });

  it('refuses what is no share', async () => {
    for (const deadLetterShare of [-0.1, 1.1, Number.NaN])
      expect(await codeOf(() => new DeadLetterWatch({ deadLetterShare }, 0))).to.equal('ERR_USAGE');
  });

  it('says how many there are, and what the last one is, in one line', () => {
    const text =
      "7 of the last 100 messages were dead-lettered; the last one: partition 2, offset 41: ERR_PIPELINE_DEFECT: operator 'f' threw TypeError: x";
    expect(describeMany({ records: 100, rejected: 7, last })).to.equal(text);
    const error = manyDeadLetters({ records: 100, rejected: 7, last });
    expect(error).to.include({ code: 'ERR_MANY_DEAD_LETTERS', message: text, domain: 'user' });
    expect(error.hint).to.contain('replay').and.to.contain('--on-many-dead-letters');
  });
});
