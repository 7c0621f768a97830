import { join } from 'node:path';
import { isNoticed, noticeOf, type Sale } from '@stockafolio/conformance';
import { expect } from 'chai';
import { must } from './run-command.js';

/** The pipeline that sends notices of sales to topics, and the one that reads them. */
export const NOTICING_APP = ['--app', join(import.meta.dirname, 'noticing-app.mjs')];
export const NOTICED_APP = ['--app', join(import.meta.dirname, 'noticed-app.mjs')];

/** Checks that the reader's tables have each notice once, in the order of each user. */
export async function expectNoticed(sent: readonly Sale[], tables: string): Promise<void> {
  const wanted = new Map<unknown, { count: number; amount: number; order: number }>();
  for (const { user, amount } of sent.filter(isNoticed).map(noticeOf)) {
    const row = wanted.get(user) ?? { count: 0, amount: 0, order: 0 };
    wanted.set(user, row);
    row.count += 1;
    row.amount += amount;
    row.order = (row.order * 31 + amount) % 1_000_000_007;
  }
  const { stdout } = await must(['tables', 'dump', 'noticed_by_user', '--tables', tables, ...NOTICED_APP]);
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const found = rows.map(({ user, count, amount, order }) => [user, { count, amount, order }] as const);
  expect(new Map(found)).to.deep.equal(wanted);
}
