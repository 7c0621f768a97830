import { expect } from 'chai';
import fc from 'fast-check';
import { accounts, balances, balancesBySecond, Order, orders, Payment, payments } from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, rowObject, type Table } from '@stockafolio/core';
import type { OutgoingMessage, Source, Tables } from '@stockafolio/core/ports';
import { readProgress } from '@stockafolio/engine';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  pipelineHarness,
  virtualClock,
  type MemoryFiles,
  type MemorySource,
  type MemoryTopic,
  type VirtualClock,
} from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { codeOf } from '../test/totals.js';
import type { StreamEvent, StreamOptions, StreamResult } from './options.js';
import { runStream } from './run-stream.js';

const codecs = { orders: jsonCodec(Order), payments: jsonCodec(Payment) };

/** An order or a payment, and when it is sent. */
interface Sent {
  readonly isOrder: boolean;
  readonly user: string;
  readonly cents: number;
  readonly time: number;
}

function messageOf({ isOrder, user, cents, time }: Sent): OutgoingMessage {
  const value = isOrder
    ? codecs.orders.encode({ user, cents, time })
    : codecs.payments.encode({ payer: user, paid: cents, note: '', time });
  return { key: keyBytes(user), value };
}

/** Two topics, and the ports of a run in memory. */
class AccountsUnderTest {
  readonly clock: VirtualClock = virtualClock(1_000_000);
  readonly orders: MemoryTopic;
  readonly payments: MemoryTopic;
  readonly tables: Tables = memoryTables();
  readonly checkpoints: MemoryFiles = memoryFiles();
  readonly events: StreamEvent[] = [];

  constructor({ partitions = 2, ofPayments = 2 }: { readonly partitions?: number; readonly ofPayments?: number } = {}) {
    const batch = 3;
    this.orders = memoryTopic({ clock: this.clock, partitions, batch, identity: 'topic-orders' });
    this.payments = memoryTopic({ clock: this.clock, partitions: ofPayments, batch, identity: 'topic-payments' });
  }

  async send(...all: readonly Sent[]): Promise<void> {
    for (const each of all) await (each.isOrder ? this.orders : this.payments).append([messageOf(each)]);
  }

  start(given: Partial<StreamOptions<Order>> = {}): Promise<StreamResult> {
    return runStream<Order>({
      ...{ pipeline: accounts, source: this.orders.source(), codec: codecs.orders },
      others: { payments: { source: this.payments.source(), codec: codecs.payments } },
      ...{ tables: this.tables, checkpoints: this.checkpoints, clock: this.clock },
      onEvent: (event) => void this.events.push(event),
      ...given,
    });
  }

  catchUp(given: Partial<StreamOptions<Order>> = {}): Promise<StreamResult> {
    return this.clock.until(this.start({ untilCaughtUp: true, ...given }));
  }

  async rows(): Promise<string[]> {
    return rowsOf(this.tables);
  }

  /** What Ann's balance was made of, in order. */
  async balance(): Promise<string> {
    const row = await this.tables.get(balances as unknown as Table, ['ann']);
    return String(row?.values[2] ?? '');
  }
}

async function rowsOf(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [balances, balancesBySecond] as unknown as Table[])
    for await (const { values } of tables.scanAll(table)) rows.push(JSON.stringify(rowObject(table, values)));
  return rows.sort();
}

const START = 1_000_000;
const order = (cents: number, time = START, user = 'ann'): Sent => ({ isOrder: true, user, cents, time });
const payment = (cents: number, time = START, user = 'ann'): Sent => ({ isOrder: false, user, cents, time });

describe('runStream with several streams', () => {
  it('processes their records in the order of event time, and ends once all are processed', async () => {
    const at = new AccountsUnderTest();
    await at.send(order(5, START + 10), payment(1, START + 5), order(7, START + 30), payment(2, START + 20));
    const result = await at.catchUp();
    expect(result).to.include({ records: 4, setAside: 0, caughtUp: true });
    expect(await at.balance()).to.equal(' 1 -5 2 -7');
  });

  it('waits for a silent stream no longer than its pipeline says, by the times of the messages', async () => {
    const at = new AccountsUnderTest({ partitions: 1, ofPayments: 1 });
    const stop = new AbortController();
    const run = at.start({ signal: stop.signal });
    await at.clock.advance(5_000);
    await at.send(order(5, at.clock.now()));
    await at.clock.advance(1_000);
    expect(await at.balance()).to.equal('');
    await at.clock.advance(400);
    expect(await at.balance()).to.equal(' -5');
    await at.send(payment(2, at.clock.now()), order(6, at.clock.now() + 1));
    await at.clock.advance(100);
    expect(await at.balance()).to.equal(' -5 2');
    await at.clock.advance(2_000);
    expect(await at.balance()).to.equal(' -5 2 -6');
    stop.abort();
    expect(await at.clock.until(run)).to.include({ records: 3 });
  });

  it('notes the progress of each stream, and the sum of them', async () => {
    const at = new AccountsUnderTest({ partitions: 1, ofPayments: 1 });
    await at.send(order(5), order(6), payment(1));
    await at.catchUp();
    expect(await readProgress(at.tables, 'accounts')).to.eql(
      new Map([[0, { offset: 3, source: 'topic-orders + topic-payments' }]]),
    );
    expect(await readProgress(at.tables, 'accounts/orders')).to.eql(
      new Map([[0, { offset: 2, source: 'topic-orders' }]]),
    );
    expect(await readProgress(at.tables, 'accounts/payments')).to.eql(
      new Map([[0, { offset: 1, source: 'topic-payments' }]]),
    );
  });

  it('is refused if streams that meet have different numbers of partitions, at every start', async () => {
    const at = new AccountsUnderTest({ partitions: 2, ofPayments: 3 });
    for (const attempt of [1, 2]) expect(await codeOf(at.catchUp()), String(attempt)).to.equal('ERR_NOT_COPARTITIONED');
  });

  it('is refused if one of its topics has grown, is another one, or lost messages', async () => {
    const at = new AccountsUnderTest({ partitions: 2 });
    await at.send(order(5), payment(1), payment(2));
    await at.catchUp();
    const other = { payments: { source: new AccountsUnderTest().payments.source(), codec: codecs.payments } };
    expect(await codeOf(at.catchUp({ others: other }))).to.equal('ERR_SOURCE_DIVERGED');
    const named = memoryTopic({ clock: at.clock, partitions: 2, identity: 'another' });
    expect(
      await codeOf(at.catchUp({ others: { payments: { source: named.source(), codec: codecs.payments } } })),
    ).to.equal('ERR_SOURCE_MISMATCH');
    at.payments.grow(4);
    at.orders.grow(4);
    expect(await codeOf(at.catchUp())).to.equal('ERR_PARTITIONS_CHANGED');
  });

  it('ends if a topic gets partitions while it runs: their messages would be missing', async () => {
    for (const grown of ['orders', 'payments'] as const) {
      const at = new AccountsUnderTest();
      const run = at.start();
      await at.send(order(5), payment(1));
      await at.clock.advance(3_000);
      at[grown].grow(3);
      expect(await codeOf(at.clock.until(run)), grown).to.equal('ERR_PARTITIONS_CHANGED');
    }
  });

  it('reads no more of a stream than may wait for one that cannot be read, and goes on when it can', async () => {
    const at = new AccountsUnderTest({ partitions: 1, ofPayments: 1 });
    const all = Array.from({ length: 200 }, (_, n) => order(1, START + n, `u${n % 20}`));
    await at.send(...all);
    const read = at.orders.source();
    const stuck = at.payments.source();
    let isDown = true;
    const payments: Source = {
      ...forward(stuck),
      follow: async (positions, generation) => stuck.follow?.(positions, generation),
      emptyAt: (partition) => (isDown ? undefined : stuck.emptyAt?.(partition)),
    };
    const stop = new AbortController();
    const run = at.start({
      ...{ source: read, commitRecords: 10, signal: stop.signal },
      others: { payments: { source: payments, codec: codecs.payments } },
    });
    await at.clock.advance(5_000);
    expect(read.given).to.be.within(10, 20);
    isDown = false;
    await at.clock.advance(20_000);
    stop.abort();
    expect((await at.clock.until(run)).records).to.equal(200);
    expect((await at.rows()).filter((row) => !row.includes('"start"'))).to.have.length(20);
  });

  it('needs the source of each stream, and no other', async () => {
    const at = new AccountsUnderTest();
    expect(await codeOf(at.catchUp({ others: {} }))).to.equal('ERR_USAGE');
    const more = { source: at.orders.source(), codec: codecs.orders };
    expect(await codeOf(at.catchUp({ others: { payments: more, refunds: more } }))).to.equal('ERR_USAGE');
  });

  it('dead-letters messages under their stream, and may end at the first', async () => {
    const at = new AccountsUnderTest({ partitions: 1, ofPayments: 1 });
    await at.send(order(5));
    await at.payments.append([{ key: keyBytes('ann'), value: new TextEncoder().encode('no JSON') }]);
    expect(await at.catchUp()).to.include({ records: 2, setAside: 1 });
    expect(await codeOf(new AccountsUnderTest().catchUp())).to.equal(undefined);
  });

  it('makes the rows of the harness, however runs are cut short, and partitions move', async () => {
    const sent = fc.record({
      isOrder: fc.boolean(),
      user: fc.constantFrom('ann', 'bob', 'cy'),
      cents: fc.integer({ min: 1, max: 12 }),
      pause: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(3_000)),
      back: fc.oneof(fc.constant(0), fc.nat(400)),
    });
    const steps = fc.array(fc.oneof(sent, fc.constantFrom('stop', 'kill', 'move')), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const at = new AccountsUnderTest({ partitions: 2 });
        const harness = pipelineHarness<Order>(accounts, { partitions: 2 });
        let stop = new AbortController();
        let reader: MemorySource = at.orders.source();
        let run = at.start({ source: reader, signal: stop.signal });
        for (const step of all) {
          if (step === 'move') {
            await at.clock.until(reader.revoke([1]));
            await at.clock.advance(30);
            await at.clock.until(reader.assign([0, 1]));
          } else if (typeof step === 'string') {
            if (step === 'kill') await at.clock.until(reader.lose([0, 1]));
            stop.abort();
            await at.clock.until(run);
            stop = new AbortController();
            reader = at.orders.source();
            run = at.start({ source: reader, signal: stop.signal });
          } else {
            await at.clock.advance(step.pause);
            const each = { ...step, time: at.clock.now() - step.back };
            await at.send(each);
            const partition = partitionOf(keyBytes(step.user), 2);
            harness.pushMessage(messageOf(each).value, partition, at.clock.now(), step.isOrder ? orders : payments);
          }
        }
        await at.clock.advance(5_000);
        stop.abort();
        await at.clock.until(run);
        harness.idle();
        await harness.commit();
        expect(await at.rows()).to.eql(await rowsOf(harness.tables));
      }),
      { numRuns: 60 },
    );
  });
});
