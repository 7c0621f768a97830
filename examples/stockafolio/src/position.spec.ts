import { isStockafolioError } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/engine';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { accountEvents } from '../test/random-account-events.js';
import { DOLLAR, isCashFlow, isShareEvent, isTrade, type ShareEvent, type StreamEvent } from './account-stream.js';
import { accountEvents as eventsTable, accounts } from './account-tables.js';
import { applyShareAction } from './books/apply-action.js';
import { emptyPosition, type Position } from './books/lot.js';
import { applyToLots } from './books/lots.js';
import { atBorder } from './import/broker/stream-border.js';
import { portfolio } from './pipeline.js';
import { positions, tradesByUser, userTotals } from './tables.js';
import { valueOf } from './trade.js';

/** An account by the books, with a pool of many lots for each symbol, in the currency of its first trade. */
class PlainAccount {
  readonly positions = new Map<string, { pool: Position; realized: number; currency: string }>();
  readonly cash = new Map<string, number>();
  rejected = 0;

  apply(event: StreamEvent): void {
    try {
      if (isShareEvent(event)) this.#applyToShares(event);
      if (isCashFlow(event)) this.#pay(event.currency, event.amount);
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_BAD_RECORD')) throw error;
      this.rejected += 1;
    }
  }

  #applyToShares(event: ShareEvent): void {
    const { id, time, symbol, currency = DOLLAR } = event;
    const own = this.positions.get(symbol) ?? { pool: emptyPosition(), realized: 0, currency };
    const hasMoney = isTrade(event) || event.kind === 'transfer-in';
    if (hasMoney && own.currency !== currency) {
      this.rejected += 1;
      return;
    }
    const realize = ({ gain }: { readonly gain: number }): void => void (own.realized += gain);
    if (isTrade(event)) {
      const { side, quantity, commission = 0 } = event;
      applyToLots(own.pool, { id, time, side, quantity, value: valueOf(event) }, 'average', realize);
      this.#pay(currency, (side === 'buy' ? -1 : 1) * valueOf(event) - commission);
    } else {
      applyShareAction(own.pool, event, { id, time, method: 'average', realize });
      if (event.kind === 'split' || event.kind === 'stock-dividend') this.#pay(own.currency, event.amount ?? 0);
    }
    this.positions.set(symbol, own);
  }

  #pay(currency = DOLLAR, amount: number): void {
    this.cash.set(currency, (this.cash.get(currency) ?? 0) + amount);
  }
}

describe('an account in the pipeline', () => {
  for (const currencies of [['USD'], ['USD', 'EUR']]) {
    it(`has the positions and the cash of the books, and rejects what these do, in ${currencies.join(' and ')}`, async () => {
      await fc.assert(
        fc.asyncProperty(accountEvents(currencies), async (events) => {
          // In the order of time, so that no figure of the firm is closed before a trade comes.
          const sent = atBorder({ events, cashAlone: [] })
            .sent.map(({ event }) => event)
            .sort((a, b) => a.time - b.time);
          const plain = new PlainAccount();
          for (const event of sent) plain.apply(event);
          const tables = pipelineHarness<StreamEvent>(portfolio);
          tables.push(...sent);
          await tables.commit();
          const rows = await tables.rows(positions);
          expect(
            rows.map(({ symbol, quantity, cost, realized, currency = DOLLAR }) => [
              symbol,
              { quantity, cost, realized, currency },
            ]),
          ).to.have.deep.members(
            [...plain.positions].map(([symbol, { pool, realized, currency }]) => [
              symbol,
              { quantity: pool.quantity, cost: pool.basis, realized, currency },
            ]),
          );
          const cash = new Map<string, number>();
          const add = (currency: string, amount: number): void =>
            void cash.set(currency, (cash.get(currency) ?? 0) + amount);
          for (const { user, currency, lastTime, ...amounts } of await tables.rows(accounts)) {
            expect([user, lastTime > 0]).to.deep.equal(['ann', true]);
            for (const amount of Object.values(amounts)) add(currency, amount);
          }
          for (const { currency = DOLLAR, realized, cost, transferred = 0 } of rows)
            add(currency, realized - cost + transferred);
          const paid = ([, amount]: readonly [string, number]): boolean => amount !== 0;
          expect([...cash].filter(paid)).to.have.deep.members([...plain.cash].filter(paid));
          expect(await tables.rows(deadLetters)).to.have.length(plain.rejected);
          const listed = (await tables.rows(eventsTable)).length + (await tables.rows(tradesByUser)).length;
          expect(listed).to.equal(sent.length - plain.rejected);
          const [total] = await tables.rows(userTotals);
          const inDollars = rows.filter(({ currency }) => currency === undefined);
          expect(total?.realized ?? 0).to.equal(inDollars.reduce((sum, { realized }) => sum + realized, 0));
          expect(total?.openPositions ?? 0).to.equal(rows.filter(({ quantity }) => quantity !== 0).length);
        }),
        { numRuns: 150 },
      );
    });
  }

  it('is in one currency by symbol: another one is refused with what to do', async () => {
    const tables = pipelineHarness<StreamEvent>(portfolio);
    const trade: StreamEvent = {
      ...{ id: 't1', user: 'ann', symbol: 'SAP', sector: 'Unknown', side: 'buy', quantity: 1e8, price: 100_0000 },
      ...{ time: Date.UTC(2026, 0, 5, 15), currency: 'EUR' },
    };
    tables.push(trade, { ...trade, id: 't2', currency: 'USD' });
    await tables.commit();
    const [letter] = await tables.rows(deadLetters);
    expect(letter?.cause).to.match(/the position of 'ann' in 'SAP' is in EUR, and this is in USD/);
    expect(await tables.rows(positions)).to.have.length(1);
  });
});
