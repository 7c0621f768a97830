import { minutes, seconds } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { bestMinutes, records } from './best-minutes.js';
import type { Sale } from './sales.js';

const noon = Date.UTC(2026, 0, 5, 12);

function sale(facts: Partial<Sale>): Sale {
  return { shop: 'harbour', article: 'rye', category: 'bread', pieces: 1, price: 3_5000, time: noon, ...facts };
}

describe('best minutes', () => {
  it('are known once no sale can change the minute', async () => {
    const harness = pipelineHarness<Sale>(records);
    harness.push(sale({ pieces: 5 }), sale({ time: noon + seconds(65), pieces: 9 }));
    harness.idle();
    await harness.commit();
    expect((await harness.rows(bestMinutes)).map(({ minute }) => minute)).to.deep.equal([noon]);
    harness.push(sale({ time: noon + minutes(3) }));
    await harness.commit();
    expect((await harness.rows(bestMinutes)).map(({ minute }) => minute)).to.deep.equal([noon + minutes(1)]);
  });
});
