import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '@stockafolio/conformance';
import {
  bigMoney,
  decimal,
  foldByKey,
  into,
  jsonCodec,
  money,
  optional,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  type FieldType,
} from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { expect } from 'chai';
import { findCheckpoint, PartitionEngine, restoreCheckpoint, type CheckpointChain } from '@stockafolio/engine';
import { comparePlans } from './plan.js';

// Two checkpoints of commit 9f6d9e2, whose only decimals were money() and bigMoney(): of the first nine payments.
const FOLDER = join(import.meta.dirname, '../../test/earlier');

const Payment = record('payment', {
  ...{ user: text(), price: money({ min: 1 }), fee: optional(money()), total: bigMoney(), time: timestamp() },
});
const payments = stream('payments', Payment, { key: 'user', time: (p) => p.time });
const all = Array.from({ length: 12 }, (_, n) => ({
  user: `u${n % 3}`,
  price: [1, 12_3400, 2 ** 53 - 1][n % 3] ?? 0,
  fee: n % 2 === 0 ? undefined : -n,
  total: (n % 2 === 0 ? -1n : 1n) * 10n ** BigInt(3 * n) + BigInt(n),
  time: n * 1000,
}));

function engineOf(type: FieldType<number, 'decimal', false>): PartitionEngine {
  const Spent = record('spent', {
    spent: type,
    fee: optional(money()),
    total: bigMoney(),
    least: optional(bigMoney()),
  });
  const spent = table('spent', { partitionBy: ['user'] }, { user: text(), ...Spent.fields });
  const byUser = pipeline('earlier', { payments }, ({ payments }) => [
    into(
      spent,
      payments.pipe(
        foldByKey('spent', {
          ...{ key: (p) => [p.user], state: Spent, initial: { spent: 5, total: 7n } },
          fold: (s, p) => {
            s.spent += p.price % 1_000_000;
            s.fee = p.fee;
            s.total += p.total;
            s.least = p.total < 0n ? p.total : undefined;
          },
        }),
      ),
    ),
  ]);
  return new PartitionEngine({
    ...{ pipeline: byUser, partition: 0, source: 'source-1', codec: jsonCodec(Payment), onBadRecord: 'fail' },
  });
}

function rowsAfter(engine: PartitionEngine, from: number): readonly unknown[] {
  for (const [n, payment] of all.entries()) {
    if (n >= from) engine.push(payment, { offset: n, ingested: payment.time });
  }
  return engine.commit().map(({ values }) => values);
}

async function earlier(): Promise<MemoryFiles> {
  const files = memoryFiles();
  for (const name of await readdir(FOLDER, { recursive: true })) {
    if (name.endsWith('.checkpoint')) files.contents.set(name, await readFile(join(FOLDER, name)));
  }
  return files;
}

const chainOf = async (): Promise<CheckpointChain> =>
  (await findCheckpoint(await earlier(), 'earlier', 0, () => undefined)) ?? expect.fail('no checkpoint');

describe('a checkpoint of an earlier version', () => {
  it('continues with its amounts of money, whatever the name of their type is now', async () => {
    const chain = await chainOf();
    for (const type of [money(), decimal(4)]) {
      const engine = engineOf(type);
      restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false });
      expect(engine.position.offset).to.equal(9);
      const whole = engineOf(money());
      rowsAfter(whole, 12);
      for (const [n, payment] of all.entries()) {
        if (n < 9) whole.push(payment, { offset: n, ingested: payment.time });
      }
      whole.commit();
      expect(rowsAfter(engine, 9)).to.deep.equal(rowsAfter(whole, 9)).and.have.length(3);
    }
  });

  it('does not give its amounts to a field of another scale', async () => {
    const chain = await chainOf();
    const engine = engineOf(decimal(8));
    expect(
      await codeOf(() => restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false })),
    ).to.equal('ERR_CHECKPOINT_PLAN_CHANGED');
    expect(comparePlans(chain.last.header, engine.plan).map(({ detail }) => detail)).to.deep.equal([
      'spent begin at their initial values; spent was money and is decimal(8)',
    ]);
  });
});
