import { expect } from 'chai';
import { codeOf, sale, sales } from '@stockafolio/conformance';
import {
  type FieldType,
  foldByKey,
  int64,
  into,
  oneOf,
  optional,
  pipeline,
  type Pipeline,
  record,
  table,
  text,
} from '@stockafolio/core';
import { memoryFiles, type MemoryFiles, memoryTables } from '@stockafolio/testing';
import { feed, newEngine } from '../../test/engines.js';
import { tablesOf } from '../tables/tables-of.js';
import { CheckpointWriter, findCheckpoint, restoreCheckpoint, type CheckpointChain } from '@stockafolio/engine';

/** A pipeline that keeps a field of this type, and sets it for sales of one item. */
function keeping(field: FieldType): Pipeline {
  return pipeline('mixed', { sales }, ({ sales }) => [
    into(
      table('kept', { partitionBy: ['user'] }, { user: text(), field, count: int64() }),
      sales.pipe(
        foldByKey('f', {
          key: (s) => [s.user],
          state: record('state', { field, count: int64() }),
          fold: (state, s) => {
            (state as { count: number }).count++;
            if (s.item !== '') (state as { field: unknown }).field = s.item;
          },
        }),
      ) as never,
    ),
  ]);
}

/** A checkpoint of a pipeline in which one user has this value. */
async function saved(field: FieldType, value: string): Promise<MemoryFiles> {
  const files = memoryFiles();
  const engine = newEngine(keeping(field));
  feed(engine, [sale({ item: value })]);
  const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files });
  await writer.store(writer.prepare() ?? expect.fail('nothing to store'));
  return files;
}

const chainOf = async (files: MemoryFiles): Promise<CheckpointChain> =>
  (await findCheckpoint(files, 'mixed', 0, () => undefined)) ?? expect.fail('no checkpoint');

describe('a field that accepts fewer values than its checkpoint', () => {
  for (const [name, was, value, is, first] of [
    ['words', oneOf('new', 'old'), 'old', oneOf('new', 'done'), 'new'],
    ['optional words', optional(oneOf('new', 'old')), 'old', optional(oneOf('new')), undefined],
    ['length', text({ max: 9 }), 'too long', text({ max: 4 }), ''],
  ] as const) {
    it(`is reset, once the change is accepted: ${name}`, async () => {
      const chain = await chainOf(await saved(was, value));
      const accept = { source: 'source-1', acceptPlanChange: true };
      const refused = await codeOf(() =>
        restoreCheckpoint(newEngine(keeping(is)), chain, { ...accept, acceptPlanChange: false }),
      );
      expect(refused).to.equal('ERR_CHECKPOINT_PLAN_CHANGED');
      const engine = newEngine(keeping(is));
      const [change] = restoreCheckpoint(engine, chain, accept);
      expect(change).to.include({ verdict: 'migrated', detail: 'field begin at their initial values' });
      feed(engine, [sale({ item: '' })]);
      const tables = memoryTables();
      await tables.create(tablesOf(engine));
      const rows = engine.commit();
      await tables.write(rows);
      expect(rows.map(({ values }) => values)).to.eql([['ann', first, 2]]);
    });
  }

  it('is kept if it still accepts all previous values, in any order', async () => {
    for (const [was, value, is] of [
      [oneOf('new', 'old'), 'old', oneOf('old', 'new', 'done')],
      [oneOf('new', 'old'), 'old', optional(oneOf('old', 'new'))],
      [text({ max: 4 }), 'abcd', text({ max: 5 })],
    ] as const) {
      const chain = await chainOf(await saved(was, value));
      const engine = newEngine(keeping(is));
      restoreCheckpoint(engine, chain, { source: 'source-1', acceptPlanChange: false });
      feed(engine, [sale({ item: '' })]);
      expect(engine.commit().map(({ values }) => values)).to.eql([['ann', value, 2]]);
    }
  });
});
