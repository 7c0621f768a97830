import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, merge } from 'rxjs';
import {
  accounts,
  balances,
  balancesBySecond,
  entryFold,
  orders,
  Payment,
  payments,
  type Entry,
  Order,
} from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  isStockafolioError,
  jsonCodec,
  pipeline,
  shard,
  shardedFold,
  stream,
  table,
  text,
} from '@stockafolio/core';
import { inputName, readLulls } from '@stockafolio/engine';
import { pipelineHarness } from '@stockafolio/testing';
import { naiveOrder, type Ordered } from '../../test/naive-order.js';

const order = (cents: number, time: number, user = 'ann'): Order => ({ user, cents, time });
const payment = (paid: number, time: number, payer = 'ann'): Payment => ({ payer, paid, time, note: '' });

const orderCodec = jsonCodec(Order);
const paymentCodec = jsonCodec(Payment);

const codeOf = (make: () => unknown): string => {
  try {
    make();
    return 'nothing';
  } catch (error) {
    return isStockafolioError(error) ? error.code : String(error);
  }
};

describe('a pipeline of several streams', () => {
  it('processes their records in the order of event time, however they were pushed', async () => {
    const harness = pipelineHarness<Order>(accounts, { partitions: 3 });
    harness.push(order(5, 10), order(7, 30));
    harness.pushTo(payments, payment(1, 5), payment(2, 10), payment(3, 20), payment(4, 40));
    harness.idle();
    await harness.commit();
    expect(await harness.rows(balances)).to.eql([{ user: 'ann', cents: -2, log: ' 1 -5 2 3 -7 4' }]);
    expect(await harness.rows(balancesBySecond)).to.eql([{ start: 0, user: 'ann', cents: -2, log: ' 1 -5 2 3 -7 4' }]);
  });

  it('holds a record until no earlier one of another stream can come; a commit shows only what is certain', async () => {
    const harness = pipelineHarness<Order>(accounts, { partitions: 1 });
    harness.push(order(5, 10));
    await harness.commit({ settle: false });
    expect(await harness.rows(balances)).to.eql([]);
    harness.pushTo(payments, payment(2, 11));
    await harness.commit({ settle: false });
    expect(await harness.rows(balances)).to.eql([{ user: 'ann', cents: -5, log: ' -5' }]);
    await harness.commit();
    expect(await harness.rows(balances)).to.eql([{ user: 'ann', cents: -3, log: ' -5 2' }]);
  });

  it('keeps the order in which records came after a lull, at any restart and redelivery', async () => {
    const harness = pipelineHarness<Order>(accounts, { partitions: 1 });
    harness.push(order(5, 10), order(6, 20));
    await harness.checkpoint();
    harness.push(order(7, 30));
    // Time passes, so that nothing waits for this payment, which is of an earlier event time.
    await harness.commit();
    harness.pushTo(payments, payment(1, 15));
    harness.push(order(8, 2_000));
    await harness.commit();
    const rows = [{ user: 'ann', cents: -25, log: ' -5 -6 -7 1 -8' }];
    expect(await harness.rows(balances)).to.eql(rows);
    await harness.restart();
    await harness.redeliver(3);
    await harness.zombies();
    await harness.commit();
    expect(await harness.rows(balances)).to.eql(rows);
  });

  it('dead-letters a record under its stream, with its offset there', async () => {
    const harness = pipelineHarness<Order>(accounts, { partitions: 1 });
    harness.push(order(1, 10), order(2, 20));
    harness.pushTo(payments, payment(13, 15));
    harness.pushMessage(new TextEncoder().encode('{}'), 0, 17, payments);
    harness.push(order(3, 5_000));
    harness.pushTo(payments, payment(4, 30));
    await harness.commit();
    const letters = await harness.deadLetters();
    expect(letters.map(({ pipeline, offset, operator, code }) => [pipeline, offset, operator, code])).to.eql([
      ['accounts/payments', 0, '', 'ERR_BAD_RECORD'],
      ['accounts/payments', 1, '', 'ERR_BAD_RECORD'],
    ]);
    expect(JSON.parse(letters[0]?.message ?? '')).to.include({ payer: 'ann', paid: 13 });
    expect(await harness.rows(balances)).to.eql([{ user: 'ann', cents: -2, log: ' -1 -2 4 -3' }]);
  });

  it('has one watermark, as far behind the newest record as the most disordered stream may be', async () => {
    const harness = pipelineHarness<Order>(accounts, { partitions: 1 });
    harness.push(order(1, 0), order(2, 1_400));
    await harness.commit();
    harness.push(order(3, 1_450));
    harness.pushTo(payments, payment(5, 950));
    harness.push(order(4, 1_600));
    await harness.commit();
    harness.pushTo(payments, payment(6, 990));
    await harness.commit();
    expect(await harness.rows(balancesBySecond)).to.deep.include({ start: 0, user: 'ann', cents: 4, log: ' -1 5' });
    const letters = await harness.deadLetters();
    expect(letters.map(({ pipeline, operator, code }) => [pipeline, operator, code])).to.eql([
      ['accounts/payments', 'by-second', 'ERR_LATE_RECORD'],
    ]);
  });

  it('reads only the declared fields of each stream', async () => {
    const lean = pipeline(
      'lean',
      { orders, payments },
      ({ orders, payments }) => [
        into(
          balances,
          merge(
            orders.pipe(map(({ user, cents }): Entry => ({ user, cents }))),
            payments.pipe(
              filter((each) => (each as Payment).note === ''),
              map(({ payer, paid }): Entry => ({ user: payer, cents: paid })),
            ),
          ).pipe(foldByKey('sums', { ...entryFold, key: ({ user }) => [user] as const })),
        ),
      ],
      { reads: ['user', 'cents', 'time', 'payer', 'paid'] },
    );
    const harness = pipelineHarness<Order>(lean, { partitions: 1 });
    harness.push(order(1, 0));
    harness.pushTo(payments, payment(2, 1));
    expect(() => harness.idle())
      .to.throw("field 'note'")
      .with.property('code', 'ERR_FIELD_NOT_READ');
  });

  it('is a plan that says what each stream goes into, and which streams meet', () => {
    const { plan } = pipeline('plans', { orders, payments }, ({ orders, payments }) => [
      into(
        balances,
        merge(orders.pipe(map(({ user }) => user)), payments.pipe(map(({ payer }) => payer))).pipe(
          foldByKey('sums', { ...entryFold, key: (user) => [user] as const, fold: () => undefined }),
        ),
      ),
      into(balancesBySecond, orders.pipe(map(({ user, cents, time }) => ({ start: time, user, cents, log: '' })))),
    ]);
    expect(plan.edges).to.eql([
      { from: '', stream: 'orders', to: 'sums', table: false },
      { from: '', stream: 'payments', to: 'sums', table: false },
      { from: 'sums', to: 'balances', table: true },
      { from: '', stream: 'orders', to: 'balances_by_second', table: true },
    ]);
    expect(plan.meetings).to.eql([[0, 1]]);
    expect(accounts.streams.map(({ name }) => name)).to.eql(['orders', 'payments']);
    expect([0, 1].map((input) => inputName(accounts, input))).to.eql(['accounts/orders', 'accounts/payments']);
  });

  it('is refused if records of a key would be in different partitions of its streams', () => {
    const meeting = (other: typeof payments) => () =>
      pipeline('p', { orders, other }, ({ orders, other }) => [
        into(
          balances,
          merge(orders.pipe(map(({ user }) => user)), other.pipe(map(({ payer }) => payer))).pipe(
            foldByKey('users', { ...entryFold, key: (user) => [user] as const, fold: () => undefined }),
          ),
        ),
      ]);
    const time = (p: Payment): number => p.time;
    expect(codeOf(meeting(stream('other', Payment, { key: 'payer', time })))).to.equal('nothing');
    for (const [other, why] of [
      [stream('other', Payment, { key: 'payer', partitioner: 'crc32', time }), 'murmur2 and crc32'],
      [stream('other', Payment, { keyedBy: 'nothing', time }), 'keyed by nothing'],
      [stream('other', Payment, { key: 'paid', time }), '(text) and (number)'],
      [stream('other', Payment, { key: ['payer', 'note'], time }), '(text) and (text, text)'],
    ] as const)
      expect(meeting(other)).to.throw(why).with.property('code', 'ERR_NOT_COPARTITIONED');
    // Streams that do not meet, and parts of figures, need nothing in common.
    const elsewhere = stream('elsewhere', Payment, { key: 'paid', partitioner: 'crc32', time });
    const parts = table(
      'parts',
      { partitionBy: ['user'], clusterBy: ['shard'] },
      {
        ...{ user: text(), shard: shard(), cents: int64(), log: text({ max: 4_000 }) },
      },
    );
    const { plan } = pipeline('q', { orders, elsewhere }, ({ orders, elsewhere }) => [
      into(balances, orders.pipe(foldByKey('users', { ...entryFold, key: ['user'] }))),
      into(
        parts,
        merge(
          orders.pipe(map(({ user, cents }): Entry => ({ user, cents }))),
          elsewhere.pipe(map(({ payer, paid }): Entry => ({ user: payer, cents: paid }))),
        ).pipe(shardedFold('parts', { ...entryFold, key: ({ user }) => [user] as const })),
      ),
    ]);
    expect(plan.meetings).to.eql([]);
  });

  it('is refused without a stream, with one stream twice, and with a wait that is no time', () => {
    expect(codeOf(() => pipeline('p', {}, () => []))).to.equal('ERR_PIPELINE_INVALID');
    expect(codeOf(() => pipeline('p', { a: orders, b: orders }, () => []))).to.equal('ERR_PIPELINE_INVALID');
    for (const idleAfter of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(codeOf(() => pipeline('p', { orders }, () => [], { reads: ['user'], idleAfter }))).to.equal(
        'ERR_PIPELINE_INVALID',
      );
  });

  it('processes each message once and in order, at any cut, lull and restart, also if clocks step back', async () => {
    const anySteps = fc.array(
      fc.record({
        isOrder: fc.boolean(),
        step: fc.oneof(fc.nat(300), fc.nat(1_500)),
        back: fc.nat(400),
        behind: fc.oneof(fc.constant(0), fc.nat(4_000)),
        then: fc.constantFrom('', '', 'commit', 'checkpoint', 'settle', 'idle', 'restart', 'redeliver'),
      }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const harness = pipelineHarness<Order>(accounts, { partitions: 1 });
        const logs: (Ordered & { readonly cents: number })[][] = [[], []];
        let now = 10_000;
        for (const [n, { isOrder, step, back, behind, then }] of steps.entries()) {
          now += step;
          const [input, cents, time] = [isOrder ? 0 : 1, 100 + n, now - (isOrder ? 0 : back)];
          logs[input]?.push({ input, offset: logs[input].length, time, sent: now - behind, cents });
          const value = isOrder ? orderCodec.encode(order(cents, time)) : paymentCodec.encode(payment(cents, time));
          harness.pushMessage(value, 0, now - behind, isOrder ? orders : payments);
          if (then === 'commit') await harness.commit({ settle: false });
          else if (then === 'settle') await harness.commit();
          else if (then === 'checkpoint') await harness.checkpoint({ settle: false });
          else if (then === 'idle') harness.idle();
          else if (then === 'restart') await harness.restart();
          else if (then === 'redeliver') await harness.redeliver(4);
        }
        await harness.commit();
        const lulls = await readLulls(harness.tables, accounts, 0);
        const wanted = naiveOrder(logs, accounts.idleAfter, lulls).map(({ input, cents }) =>
          input === 0 ? -cents : cents,
        );
        const [row] = await harness.rows(balances);
        expect((row?.log ?? '').split(' ').slice(1).map(Number)).to.eql(wanted);
        const { position } = harness.engines[0] ?? expect.fail('no engine');
        expect(position.offset).to.equal(position.inputs?.reduce((sum, { offset }) => sum + offset, 0));
        expect(position.offset).to.equal(steps.length);
      }),
      { numRuns: 300 },
    );
  });
});
