import { formatRow } from '@stockafolio/core/ports';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { coins, fillForm, spent, type fills } from './decimals.js';
import type { RecordOf } from '@stockafolio/core';

describe('decimals', () => {
  it('are exact in messages, folds and tables, also after a restart', async () => {
    const harness = pipelineHarness<RecordOf<typeof fills>>(coins);
    const message = (quantity: string, price: string): Uint8Array =>
      new TextEncoder().encode(
        `{"account":"ann","coin":"btc","quantity":${quantity},"price":${price},"time":"2026-01-05T15:00:00Z"}`,
      );
    harness.push(fillForm.decode(message('0.30000000000000004', '64250.125')));
    await harness.checkpoint();
    harness.push(fillForm.decode(message('"0.00000001"', '64250.12')));
    await harness.restart();
    await harness.commit();
    const [row] = await harness.rows(spent);
    expect(row).to.deep.equal({ account: 'ann', coin: 'btc', fills: 2, quantity: 3000_0001, spent: 1_927_504 });
    expect(formatRow(spent, Object.values(row ?? {}))).to.equal(
      '{"account":"ann","coin":"btc","fills":2,"quantity":0.30000001,"spent":"19275.04"}',
    );
  });
});
