import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bigDecimal, bigMoney, decimal, money, optional, record, stream, text, timestamp } from '@stockafolio/core';
import type { ReadEntry } from '@stockafolio/core/ports';
import { memoryFiles } from '@stockafolio/testing';
import { expect } from 'chai';
import { fileArchive } from './index.js';

// A file of commit 9f6d9e2, whose only decimals were money() and bigMoney(): twelve payments.
const FOLDER = join(import.meta.dirname, '../../test/earlier/archive');
const NAME = 'payments/day=1970-01-01/partition=00000/00000000000000000000-00000000000000000011.parquet';

const all = Array.from({ length: 12 }, (_, n) => ({
  user: `u${n % 3}`,
  price: [1, 12_3400, 2 ** 53 - 1][n % 3] ?? 0,
  fee: n % 2 === 0 ? undefined : -n,
  total: (n % 2 === 0 ? -1n : 1n) * 10n ** BigInt(3 * n) + BigInt(n),
  time: n * 1000,
}));

async function readAs(price: ReturnType<typeof money>, total: ReturnType<typeof bigMoney>): Promise<object[]> {
  const files = memoryFiles();
  files.contents.set(NAME, await readFile(join(FOLDER, NAME)));
  const fields = { user: text(), price, fee: optional(money()), total, time: timestamp() };
  const archive = fileArchive(
    files,
    stream('payments', record('payment', fields), { key: 'user', time: (p) => p.time }),
  );
  const entries: ReadEntry<object>[] = [];
  for (const range of await archive.files()) {
    for await (const part of archive.read(range, 0)) entries.push(...[...part].flat());
  }
  return entries.map((entry) => ('record' in entry ? { ...entry.record } : [entry]));
}

describe('an archived file of an earlier version', () => {
  it('has its amounts of money, whatever the name of their type is now', async () => {
    expect(await readAs(money({ min: 1 }), bigMoney())).to.deep.equal(all);
    expect(await readAs(decimal(4, { min: 1 }), bigDecimal(4))).to.deep.equal(all);
  });

  it('is read with more decimals exactly; what does not fit them is rejected', async () => {
    const read = await readAs(decimal(8), bigDecimal(6));
    for (const [n, payment] of all.entries()) {
      if (n % 3 === 2) expect(read[n], `${n}`).to.be.an('array');
      else expect(read[n]).to.deep.equal({ ...payment, price: payment.price * 10_000, total: payment.total * 100n });
    }
  });
});
