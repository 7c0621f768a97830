import { expect } from 'chai';
import fc from 'fast-check';
import { emptyPosition } from './books/lot.js';
import { applyToLots } from './books/lots.js';
import { applyShareAction } from './books/apply-action.js';
import type { CorporateAction } from './action-stream.js';
import { holderEvent } from './holder-event.js';
import { SHARE } from './quantity.js';

const TIME = Date.UTC(2026, 5, 8);
const split: CorporateAction = { id: 'a', symbol: 'GE', kind: 'split', time: TIME, numerator: 1, denominator: 10 };
const event = { id: 'a', user: 'ann', symbol: 'GE', time: TIME };

describe('holderEvent', () => {
  it('is a split of the same ratio, with the cash for the fraction beyond whole shares', () => {
    expect(holderEvent('ann', { quantity: 20 * SHARE }, split)).to.deep.equal({
      ...event,
      ...{ kind: 'split', numerator: 1, denominator: 10 },
    });
    const priced = { ...split, price: 12_0000 };
    expect(holderEvent('ann', { quantity: 25 * SHARE }, priced)).to.include({ amount: 6_0000 });
    expect(holderEvent('ann', { quantity: -25 * SHARE }, priced)).to.include({ amount: -6_0000 });
    expect(holderEvent('ann', { quantity: 20 * SHARE }, priced)).to.not.have.property('amount');
  });

  it('is a dividend on the shares held, which a short position pays', () => {
    const dividend: CorporateAction = { id: 'a', symbol: 'GE', kind: 'dividend', time: TIME, perShare: 4850_0000 };
    expect(holderEvent('ann', { quantity: 2.5 * SHARE }, dividend)).to.include({ kind: 'dividend', amount: 1_2125 });
    expect(holderEvent('ann', { quantity: -2 * SHARE }, dividend)).to.include({ amount: -9700 });
  });

  it('is a dividend in shares, kept with its fraction or rounded down to whole shares by a price', () => {
    const shares: CorporateAction = { ...split, kind: 'stock-dividend', numerator: 1, denominator: 20 };
    expect(holderEvent('ann', { quantity: 30 * SHARE }, shares)).to.include({ quantity: 1.5 * SHARE });
    expect(holderEvent('ann', { quantity: 30 * SHARE }, { ...shares, price: 10_0000 })).to.include({
      ...{ quantity: 1.5 * SHARE, amount: 5_0000 },
    });
  });

  it('is nothing for whom nothing comes of it', () => {
    expect(holderEvent('ann', { quantity: 0 }, split)).to.equal(undefined);
    const tiny: CorporateAction = { id: 'a', symbol: 'GE', kind: 'dividend', time: TIME, perShare: 1 };
    expect(holderEvent('ann', { quantity: 1 }, tiny)).to.equal(undefined);
  });

  it('is refused in another currency, and for a fraction of 1e-8 shares without a price', () => {
    expect(() => holderEvent('ann', { quantity: 1, currency: 'EUR' }, { ...split, price: 1 })).to.throw(
      "the position of 'ann' in 'GE' is in EUR, and this split is in USD",
    );
    expect(holderEvent('ann', { quantity: 10, currency: 'EUR' }, split)).to.include({ kind: 'split' });
    expect(() => holderEvent('ann', { quantity: 1 }, split)).to.throw("leaves 'ann' less than 1e-8 shares of 'GE'");
  });

  it('is an event that the books take: with a price, whole shares are left, or the ratio leaves nothing', () => {
    const anyAction = fc.record({
      kind: fc.constantFrom('split' as const, 'stock-dividend' as const),
      numerator: fc.integer({ min: 1, max: 30 }),
      denominator: fc.integer({ min: 1, max: 30 }),
      price: fc.integer({ min: 1, max: 1_000_0000 }),
    });
    fc.assert(
      fc.property(anyAction, fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (terms, quantity) => {
        const position = emptyPosition();
        if (quantity === 0) return;
        const side = quantity > 0 ? 'buy' : 'sell';
        const fill = { id: 't', time: TIME - 1, side, quantity: Math.abs(quantity), value: 100_0000 } as const;
        applyToLots(position, fill, 'fifo', () => undefined);
        const own = holderEvent('ann', position, { ...split, ...terms });
        if (own === undefined) return;
        expect(own.kind).to.equal(terms.kind);
        if (own.kind === 'dividend') return;
        const ratio = terms.kind === 'split' ? terms.numerator : terms.numerator + terms.denominator;
        const isLess = Math.abs(quantity) * ratio < terms.denominator;
        const apply = (): void =>
          applyShareAction(position, own, { id: 'a', time: TIME, method: 'fifo', realize: () => undefined });
        if (isLess) return void expect(apply).to.throw('the ratio leaves less than 1e-8 shares');
        apply();
        expect(position.quantity % SHARE).to.be.oneOf([0, -0]);
      }),
      { numRuns: 2_000 },
    );
  });
});
