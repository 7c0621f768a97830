import { expect } from 'chai';
import fc from 'fast-check';
import type { WireComparison } from '@stockafolio/example/api';
import { verdictOf } from './verdict.js';

const result: WireComparison = {
  ...{ comparedAt: '2026-01-05T21:00:00.000Z', against: 'archive', day: null, isWhole: true, compared: 10, newer: 0 },
  ...{ differences: 0, repaired: 0, since: 0, isOther: false, partitions: [], tables: [], first: [] },
};

describe('the verdict of a comparison', () => {
  it('is equal only if rows were judged, none differs, and nothing has changed since', () => {
    const few = fc.nat({ max: 3 });
    const any = fc.record({
      compared: few,
      newer: few,
      differences: few,
      since: few,
      isOther: fc.boolean(),
      isWhole: fc.boolean(),
    });
    fc.assert(
      fc.property(any, few, (facts, repair) => {
        const repaired = Math.min(repair, facts.differences);
        const { state } = verdictOf({ ...result, ...facts, repaired });
        const holds =
          facts.compared > facts.newer && facts.differences === repaired && facts.since === 0 && !facts.isOther;
        expect(state === 'equal').to.equal(holds && facts.isWhole);
      }),
    );
  });

  it('says what was found, and what has come since', () => {
    expect(verdictOf(null).text).to.equal('not compared yet');
    expect(verdictOf(result)).to.deep.equal({ state: 'equal', text: 'equal' });
    expect(verdictOf({ ...result, since: 1 })).to.deep.equal({ state: 'older', text: 'equal', but: '1 message since' });
    expect(verdictOf({ ...result, differences: 1 }).text).to.equal('1 row differs');
    expect(verdictOf({ ...result, differences: 3, repaired: 3 }).but).to.equal('3 rows repaired');
    expect(verdictOf({ ...result, isOther: true }).text).to.contain('made anew');
  });
});
