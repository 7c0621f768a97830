import { minutes, seconds } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { DUE, settling } from './orders.js';
import { type Order, orders, type Payment, payments, type Quote, quotes } from './records.js';
import { balances, settlements, unquoted } from './tables.js';

const noon = Date.UTC(2026, 0, 5, 12);
const at = (minute: number): number => noon + minutes(minute);

const quote = (minute: number, price: number, of: Partial<Quote> = {}): Quote => ({
  ...{ shop: 'harbour', article: 'rope', price, time: at(minute) },
  ...of,
});
const order = (id: string, minute: number, of: Partial<Order> = {}): Order => ({
  ...{ shop: 'harbour', id, article: 'rope', pieces: 2, time: at(minute) },
  ...of,
});
const payment = (order: string, minute: number, amount: number, of: Partial<Payment> = {}): Payment => ({
  ...{ shop: 'harbour', order, amount, time: at(minute) },
  ...of,
});

interface Sent {
  readonly quotes?: readonly Quote[];
  readonly orders?: readonly Order[];
  readonly payments?: readonly Payment[];
}

type Harness = PipelineHarness<Quote>;
type Send = (to: Harness) => void;

/** What sends these records when they happen, whatever their stream. */
function inOrder(all: Sent): readonly Send[] {
  const sends = [
    ...(all.quotes ?? []).map((each) => ({ time: each.time, send: (to: Harness) => to.pushTo(quotes, each) })),
    ...(all.orders ?? []).map((each) => ({ time: each.time, send: (to: Harness) => to.pushTo(orders, each) })),
    ...(all.payments ?? []).map((each) => ({ time: each.time, send: (to: Harness) => to.pushTo(payments, each) })),
  ];
  return sends.sort((a, b) => a.time - b.time).map(({ send }) => send);
}

function sendTo(harness: Harness, all: Sent): void {
  for (const send of inOrder(all)) send(harness);
}

function after(all: Sent): Harness {
  const harness = pipelineHarness<Quote>(settling, { partitions: 2 });
  sendTo(harness, all);
  return harness;
}

/** Time passes in the harbour's partition until orders up to this minute are certain. */
const later = (minute: number): Quote =>
  quote(minute + DUE / minutes(1) + 1, 9_0000, { time: at(minute) + DUE + minutes(1) + seconds(1) });

/** The settled orders: id, amount, paid. */
const settled = async (harness: Harness): Promise<unknown[]> => {
  await harness.commit();
  return (await harness.rows(settlements)).map(({ id, amount, paid }) => [id, amount, paid]);
};

describe('orders', () => {
  it('have the price of their time, also if a newer quote is known', async () => {
    const harness = after({
      quotes: [quote(0, 1_0000), quote(10, 3_0000), later(15)],
      orders: [order('a', 9), order('b', 10), order('c', 15)],
    });
    expect(await settled(harness)).to.deep.equal([
      ['a', 2_0000, 0],
      ['b', 6_0000, 0],
      ['c', 6_0000, 0],
    ]);
  });

  it('are told apart if there was no quote yet', async () => {
    const harness = after({
      quotes: [quote(10, 1_0000), later(20)],
      orders: [order('a', 9), order('b', 11, { article: 'net' })],
    });
    expect(await settled(harness)).to.deep.equal([]);
    expect((await harness.rows(unquoted)).map(({ id }) => id)).to.deep.equal(['a', 'b']);
  });

  it('add up their payments of half an hour', async () => {
    const harness = after({
      quotes: [quote(0, 1_0000)],
      orders: [order('a', 1)],
      payments: [payment('a', 2, 5000), payment('a', 31, 1_5000), payment('a', 32, 7_0000)],
    });
    expect(await settled(harness)).to.deep.equal([['a', 2_0000, 2_0000]]);
  });

  it('come out unpaid when no payment can come in time any more, and not before', async () => {
    const harness = after({ quotes: [quote(0, 1_0000)], orders: [order('a', 1)] });
    expect(await settled(harness)).to.deep.equal([]);
    // A payment may be a minute late.
    sendTo(harness, { quotes: [quote(32, 1_0000)] });
    expect(await settled(harness)).to.deep.equal([]);
    sendTo(harness, { quotes: [later(1)] });
    expect(await settled(harness)).to.deep.equal([['a', 2_0000, 0]]);
  });

  it('give a balance of each shop, at any time', async () => {
    const harness = after({
      quotes: [quote(0, 1_0000), quote(0, 5_0000, { shop: 'market' })],
      orders: [order('a', 1), order('b', 2, { shop: 'market' })],
      payments: [payment('a', 3, 2_0000), payment('z', 4, 1000, { shop: 'mill' })],
    });
    await harness.commit();
    const rows = (await harness.rows(balances)).map(({ shop, sold, received, open }) => [shop, sold, received, open]);
    expect(new Set(rows.map(String))).to.deep.equal(
      new Set(['harbour,20000,20000,0', 'market,100000,0,100000', 'mill,0,1000,-1000']),
    );
  });

  it('are the same after a kill at any message', async () => {
    const all = {
      quotes: [quote(0, 1_0000), quote(10, 3_0000), later(15)],
      orders: [order('a', 1), order('b', 12), order('c', 15)],
      payments: [payment('a', 5, 2_0000), payment('b', 13, 1_0000), payment('b', 14, 5_0000)],
    };
    const wanted = await settled(after(all));
    expect(wanted).to.have.length(3);
    const sends = inOrder(all);
    for (const kill of sends.keys()) {
      const harness = after({});
      for (const send of sends.slice(0, kill)) send(harness);
      await harness.checkpoint({ settle: false });
      for (const send of sends.slice(kill)) send(harness);
      await harness.restart();
      await settled(harness);
      await harness.zombies();
      expect(await settled(harness), `killed before message ${kill}`).to.deep.equal(wanted);
    }
  });
});
