import { expect } from 'chai';
import fc from 'fast-check';
import { accounts, balances, balancesBySecond, Order, orders, Payment, payments } from '@stockafolio/conformance';
import { isStockafolioError, jsonCodec, keyBytes, partitionOf, rowObject, type Table } from '@stockafolio/core';
import type { ArchiveEntry, Tables } from '@stockafolio/core/ports';
import { readProgress } from '@stockafolio/engine';
import {
  memoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  virtualClock,
  type MemoryArchive,
  type MemoryFiles,
} from '@stockafolio/testing';
import type { BatchOptions } from './options.js';
import { runBatch, type BatchResult } from './run-batch.js';

const PARTITIONS = 2;
const codecs = { orders: jsonCodec(Order), payments: jsonCodec(Payment) };

/** An order or a payment, and when it is sent. */
interface Sent {
  readonly isOrder: boolean;
  readonly user: string;
  readonly cents: number;
  readonly time: number;
  readonly sent: number;
}

const bytesOf = ({ isOrder, user, cents, time }: Sent): Uint8Array =>
  isOrder
    ? codecs.orders.encode({ user, cents, time })
    : codecs.payments.encode({ payer: user, paid: cents, note: '', time });

/** Two archives of the same messages, and the ports of a batch in memory. */
class AccountsArchived {
  readonly orders: MemoryArchive<Order> = memoryArchive();
  readonly payments: MemoryArchive<Payment> = memoryArchive();
  readonly tables: Tables = memoryTables();
  readonly checkpoints: MemoryFiles = memoryFiles();
  readonly #ends = new Map<string, number>();
  partitions = PARTITIONS;

  /** Archives messages, each in the file of its own stream and partition. */
  async add(...all: readonly Sent[]): Promise<void> {
    for (const each of all) {
      const { isOrder, user, cents, time, sent } = each;
      const partition = partitionOf(keyBytes(user), this.partitions);
      const end = `${isOrder} ${partition}`;
      const offset = this.#ends.get(end) ?? 0;
      this.#ends.set(end, offset + 1);
      const file = { partition, first: offset, last: offset, day: '2020-01-01' };
      const before = this.partitions === PARTITIONS ? {} : { partitionsBefore: [PARTITIONS] };
      const facts = { source: isOrder ? 'topic-orders' : 'topic-payments', partitions: this.partitions, ...before };
      const at = { offset, ingested: sent };
      if (isOrder) await this.orders.write(file, facts, [{ ...at, record: { user, cents, time } }]);
      else {
        const entry: ArchiveEntry<Payment> = { ...at, record: { payer: user, paid: cents, note: '', time } };
        await this.payments.write(file, facts, [entry]);
      }
    }
  }

  /** Notes in both archives that their sources had no more than they have at this time. */
  async complete(at: number): Promise<void> {
    for (const isOrder of [true, false]) {
      const ranges = Array.from({ length: PARTITIONS }, (_, partition) => ({
        ...{ partition, oldest: 0 },
        end: this.#ends.get(`${isOrder} ${partition}`) ?? 0,
      }));
      if (isOrder) await this.orders.writeExtent?.({ source: 'topic-orders', at, ranges });
      else await this.payments.writeExtent?.({ source: 'topic-payments', at, ranges });
    }
  }

  run(options: BatchOptions = {}): Promise<BatchResult> {
    return runBatch<Order>(
      {
        ...{ pipeline: accounts, codec: codecs.orders, archive: this.orders },
        others: { payments: { codec: codecs.payments, archive: this.payments } },
        ...{ tables: this.tables, checkpoints: this.checkpoints, clock: virtualClock() },
      },
      { allowMissingPartitions: true, ...options },
    );
  }

  rows(): Promise<string[]> {
    return rowsOf(this.tables);
  }
}

async function rowsOf(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [balances, balancesBySecond] as unknown as Table[])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(JSON.stringify([rowObject(table, values), version]));
  return rows.sort();
}

/** The rows of a stream over the same messages. */
async function streamed(all: readonly Sent[]): Promise<string[]> {
  const harness = pipelineHarness<Order>(accounts, { partitions: PARTITIONS });
  for (const each of all) {
    const partition = partitionOf(keyBytes(each.user), PARTITIONS);
    harness.pushMessage(bytesOf(each), partition, each.sent, each.isOrder ? orders : payments);
  }
  harness.idle();
  await harness.commit();
  return rowsOf(harness.tables);
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    return isStockafolioError(error) ? error.code : String(error);
  }
};

const order = (cents: number, sent: number, user = 'ann'): Sent => ({ isOrder: true, user, cents, time: sent, sent });
const payment = (cents: number, sent: number, user = 'ann'): Sent => ({ ...order(cents, sent, user), isOrder: false });

describe('a batch over several streams', () => {
  it('leaves what another stream may still precede to the next run, unless it is to go to the end', async () => {
    const at = new AccountsArchived();
    await at.add(order(5, 10), payment(1, 20), order(7, 30));
    expect((await at.run()).units[0]).to.include({ records: 2, waiting: 1 });
    expect((await at.run()).units[0]).to.include({ records: 0, waiting: 1 });
    await at.add(payment(2, 25));
    expect((await at.run()).units[0]).to.include({ records: 1, waiting: 1 });
    const last = await at.run({ toEnd: true });
    expect(last.units[0]).to.include({ records: 1, waiting: 0 });
    expect((await at.rows())[0]).to.contain('" -5 1 2 -7"');
    expect(await readProgress(at.tables, 'accounts/orders')).to.have.property('size', 1);
  });

  it('goes as far as the archives are known to be complete', async () => {
    const at = new AccountsArchived();
    await at.add(order(5, 10), payment(1, 20), order(7, 30));
    await at.complete(30 + 1_000 + 200);
    const { units } = await at.run();
    expect(units[0]).to.include({ records: 3, waiting: 0 });
  });

  it('is refused if nothing of a stream is archived, or the archives do not fit each other', async () => {
    const at = new AccountsArchived();
    await at.add(order(5, 10));
    expect(await codeOf(at.run({ allowMissingPartitions: false }))).to.equal('ERR_ARCHIVE_INCOMPLETE');
    const entry = { offset: 0, ingested: 1, record: { payer: 'ann', paid: 1, note: '', time: 1 } };
    const file = { partition: 0, first: 0, last: 0, day: '2020-01-01' };
    await at.payments.write(file, { source: 'topic-payments', partitions: 3 }, [entry]);
    expect(await codeOf(at.run())).to.equal('ERR_NOT_COPARTITIONED');
    expect(await codeOf(at.run({ repartition: 2 }))).to.equal('ERR_USAGE');
  });

  it('goes on when a stream of which nothing was archived has its first messages, but not with another source', async () => {
    const at = new AccountsArchived();
    await at.add({ isOrder: true, user: 'ann', cents: 5, time: 10, sent: 10 });
    await at.run({ toEnd: true });
    await at.add({ isOrder: false, user: 'ann', cents: 3, time: 20, sent: 20 });
    await at.run({ toEnd: true });
    const row = await at.tables.get(balances as unknown as Table, ['ann']);
    expect(row?.values[2]).to.equal(' -5 3');
    for (const { facts } of at.payments.contents.values()) Object.assign(facts, { source: 'another topic' });
    await at.add({ isOrder: true, user: 'ann', cents: 7, time: 30, sent: 30 });
    expect(await codeOf(at.run({ toEnd: true }))).to.equal('ERR_SOURCE_MISMATCH');
  });

  it('makes the rows and the versions of the stream, in any number of runs over archives that grow unevenly', async () => {
    const messages = fc
      .array(
        fc.record({
          isOrder: fc.boolean(),
          user: fc.constantFrom('ann', 'bob', 'cy'),
          cents: fc.integer({ min: 1, max: 15 }),
          pause: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(3_000)),
          back: fc.oneof(fc.constant(0), fc.nat(400)),
          isHeldBack: fc.boolean(),
          runs: fc.boolean(),
        }),
        { maxLength: 25 },
      )
      .map((steps) => {
        let now = 1_000;
        const later = steps.map((step) => ({ ...step, sent: (now += step.pause), time: now - step.back }));
        // Both streams are known from the start.
        const first = { user: 'ann', cents: 1, time: 0, sent: 0, isHeldBack: false, runs: false };
        return [{ ...first, isOrder: true }, { ...first, isOrder: false }, ...later];
      });
    await fc.assert(
      fc.asyncProperty(messages, async (all) => {
        const at = new AccountsArchived();
        const wanted = await streamed(all);
        // One stream's archiver may be behind: its messages come later, in order.
        let behind: typeof all = [];
        for (const each of all) {
          if (each.isHeldBack && each.isOrder) behind.push(each);
          else {
            if (each.isOrder) {
              await at.add(...behind);
              behind = [];
            }
            await at.add(each);
          }
          if (each.runs) await at.run();
        }
        await at.add(...behind);
        await at.run();
        await at.run({ toEnd: true });
        expect(await at.rows()).to.eql(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('is divided anew over all streams, for topics that grew, and goes on from there', async () => {
    const users = ['ann', 'bob', 'cy', 'dee', 'eve'];
    const at = new AccountsArchived();
    const all: Sent[] = [];
    const send = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const number = all.length;
        const of = number % 3 === 0 ? payment : order;
        const each = of(20 + number, number * 10, users[(number * 7) % 5]);
        all.push(each);
        await at.add(each);
      }
    };
    await send(40);
    at.partitions = 5;
    await send(40);
    expect(await codeOf(at.run())).to.equal('ERR_PARTITIONS_CHANGED');
    const { units } = await at.run({ repartition: 5 });
    expect(units.map(({ waiting }) => waiting)).to.deep.equal([0, 0, 0, 0, 0]);
    expect((await at.run({ repartition: 5 })).units).to.deep.equal([]);
    await send(40);
    await at.run({ toEnd: true });
    for (const user of users) {
      const entries = all.filter((each) => each.user === user).map(({ isOrder, cents }) => (isOrder ? -cents : cents));
      const row = await at.tables.get(balances as unknown as Table, [user]);
      expect(row?.values[2]).to.equal(` ${entries.join(' ')}`);
    }
  });
});
