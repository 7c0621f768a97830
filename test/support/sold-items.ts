import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { type Sale, sale, Sale as SaleSchema } from '@stockafolio/conformance';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import type { Producer } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { lastLine, must } from './run-command.js';
import { randomFrom } from './seed.js';

export const ITEMS_APP = ['--app', join(import.meta.dirname, 'items-app.mjs')];
/** The same with other names, and so with other topics. */
export const WORKED_ITEMS_APP = ['--app', join(import.meta.dirname, 'worked-items-app.mjs')];
/** The same, with a figure of each user in front. */
export const KEPT_ITEMS_APP = ['--app', join(import.meta.dirname, 'kept-items-app.mjs')];
export const SILENT_ITEMS_APP = ['--app', join(import.meta.dirname, 'silent-items-app.mjs')];

const codec = jsonCodec(SaleSchema);

/** Sends sales for a while, with lulls, and events out of order; returns them. */
export async function sendSales(producer: Producer, count: number, seed: number): Promise<readonly Sale[]> {
  const random = randomFrom(seed);
  const sent: Sale[] = [];
  try {
    while (sent.length < count) {
      const until = Date.now() + 200 + random() * 1_500;
      while (Date.now() < until && sent.length < count) {
        for (let burst = 0; burst < 20; burst++) {
          const [user, item] = [`u${Math.floor(random() * 300)}`, `i${Math.floor(random() * 100)}`];
          const each = sale({ user, item, amount: sent.length, time: Date.now() - Math.floor(random() * 300) });
          sent.push(each);
          await producer.append([{ key: keyBytes(user), value: codec.encode(each) }]);
        }
        await pause(random() * 40);
      }
      if (random() < 0.3) await pause(1_500);
    }
  } finally {
    await producer.close();
  }
  return sent;
}

async function rowsOf(
  table: string,
  tables: string,
  app: readonly string[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { stdout } = await must(['tables', 'dump', table, '--tables', tables, ...app]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Checks that every sale counts once, in both tables. */
export async function expectEachOnce(sent: readonly Sale[], tables: string, app = ITEMS_APP): Promise<void> {
  const wanted = new Map<string, readonly [count: number, amount: number]>();
  for (const { item, amount } of sent) {
    const [count, sum] = wanted.get(item) ?? [0, 0];
    wanted.set(item, [count + 1, sum + amount]);
  }
  const items = await rowsOf('items', tables, app);
  expect(new Map(items.map(({ item, count, amount }) => [item, [Number(count), Number(amount)]]))).to.deep.equal(
    wanted,
  );
  const turns = await rowsOf('turns', tables, app);
  expect(turns.reduce((sum, { count }) => sum + Number(count), 0)).to.equal(sent.length);
}

/** Checks that the batch makes the same tables of the archive. */
export async function expectSameInBatch(source: string, files: string, tables: string, app = ITEMS_APP): Promise<void> {
  await must(['archive', '--source', source, '--files', files, '--until-caught-up', ...app]);
  const ended = await must(['reconcile', '--files', files, '--tables', tables, '--json', ...app]);
  expect(lastLine(ended)).to.include({ ok: true, differences: 0, newer: 0 });
}
