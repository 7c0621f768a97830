import { int32, table, text } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { arrange, type Batch } from './batches.js';
import { planTable } from './table-plan.js';

const notes = table(
  'notes',
  { partitionBy: ['user'], clusterBy: ['n'] },
  { user: text(), n: int32(), note: text({ max: 60_000 }) },
);
const sums = table('sums', { partitionBy: ['user'] }, { user: text(), sum: int32() });
const plans = new Map([notes, sums].map((each) => [each.name, planTable('k', each)]));
const planOf = ({ table: { name } }: Mutation): ReturnType<typeof planTable> => {
  const plan = plans.get(name);
  if (plan === undefined) throw new Error(name);
  return plan;
};

const note = (user: string, n: number, length = 10): Mutation => ({
  table: notes as Mutation['table'],
  values: [user, n, 'x'.repeat(length)],
  version: n,
});
const sum = (user: string): Mutation => ({ table: sums as Mutation['table'], values: [user, 1], version: 1 });
const userOf = ({ params }: Batch['statements'][number]): string => String(params[0]);

describe('the requests to Cassandra', () => {
  it('hold each mutation once, within the limits, and never mix two replica sets', () => {
    const mutation = fc.tuple(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 1, max: 3_000 }),
    );
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 400 }), (all) => {
        const mutations = all.map(([user, n, length]) => note(`user ${user}`, n, length));
        const side = (key: readonly Buffer[]): string => (Number(String(key[0]).slice(5)) % 2 === 0 ? 'a b' : 'b c');
        const batches = [...arrange(mutations, planOf, side)];
        const sent = batches.flatMap(({ statements }) => statements);
        const shown = (params: readonly unknown[]): string => params.map(String).join();
        expect(sent).to.have.length(mutations.length);
        expect(sent.map(({ params }) => shown(params.slice(0, 1).concat(params[2] as Buffer))).sort()).to.eql(
          mutations.map(({ values }) => shown([values[0], values[2]])).sort(),
        );
        for (const batch of batches) {
          const bytes = batch.statements.reduce(
            (total, { params }) => total + params.reduce((s, p) => s + (p?.length ?? 0), 0),
            0,
          );
          if (batch.statements.length > 1) expect(bytes).to.be.below(50 * 1024);
          expect(new Set(batch.statements.map((each) => side([Buffer.from(userOf(each))])))).to.have.property(
            'size',
            1,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keep the rows of a partition together, whatever their table and order', () => {
    const users = Array.from({ length: 40 }, (_, n) => `user ${n}`);
    const mutations = [...users.map((user) => note(user, 1)), ...users.map(sum), ...users.map((user) => note(user, 2))];
    const [batch, ...more] = arrange(mutations, planOf, () => '');
    expect(more).to.eql([]);
    const order = (batch?.statements ?? []).map(userOf);
    expect(order).to.eql(users.flatMap((user) => [user, user, user]));
  });

  it('bind the version after the values of a row, and before the key of a delete', () => {
    const removal: Mutation = { table: notes as Mutation['table'], values: ['ann', 7], version: 5, deleted: true };
    const [batch] = arrange([removal, sum('bob')], planOf, () => '');
    const [remove, insert] = batch?.statements ?? [];
    expect(remove?.query).to.match(/^DELETE FROM "k"."notes" USING TIMESTAMP \? WHERE "user" = \? AND "n" = \?$/);
    expect(remove?.params[0]?.readBigInt64BE()).to.equal(5n);
    expect(insert?.query).to.match(/^INSERT INTO "k"."sums" .* USING TIMESTAMP \?$/);
    expect(insert?.params.at(-1)?.readBigInt64BE()).to.equal(1n);
  });
});
