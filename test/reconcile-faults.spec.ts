import { readdir, rename } from 'node:fs/promises';
import { expect } from 'chai';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import type { Table } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { deadLetters, progress } from '@stockafolio/engine';
import { latestPrices, stockafolioTables } from '@stockafolio/example';
import { dump, expectSameLines } from './support/dumps.js';
import { namedBy, plantFaults, plantStale, type Planted } from './support/planted.js';
import { lastLine, must } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { archive, batch, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with TEST_TRADES=1000000. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 15_000);
const FAULTS = 20;

describe(`the batch and reconcile repair tables, over ${TRADES} trades`, () => {
  const at = tempFolder();
  const seed = seedOf('reconcile');
  const everyTable: readonly Table[] = [...stockafolioTables, progress, deadLetters];
  let right: readonly string[] = [];
  const generate = (n: number, day: string): ReturnType<typeof must> =>
    must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(TRADES / 2), '--users', String(TRADES / 10)],
      ...['--rate', '5', '--seed', String(seed + n), '--start', day],
    ]);

  before(async () => {
    await generate(1, '2026-01-05');
    await stream(at('log'), at('tables'), at('checkpoints'));
    await archive(at('log'), at('archive'), '--roll-records', '1000');
    right = await dump(at('tables'));
  });

  it(`reconcile names ${FAULTS} rows that are changed, missing, extra and stale, repairs them, and finds nothing`, async () => {
    const faults = await copyWithFaults();
    const reconcile = ['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('planted')}`];
    const { stdout } = await must([...reconcile, '--repair']);
    for (const { kind, names } of faults) {
      expect(names, kind).to.have.length(FAULTS);
      expect(namedBy(stdout, kind), kind).to.deep.equal(names);
    }
    expect(lastLine(await must([...reconcile, '--json']))).to.include({ differences: 0, newer: 0 });
    expectSameLines(await dump(at('planted')), right, 'the repaired tables');
  });

  it('reconcile ignores rows that a partition wrote after its end in the archive, even if others are archived further', async () => {
    const files = await readdir(at('archive'), { recursive: true });
    const [last] = files
      .filter((name) => /partition=00001.*\.parquet$/.test(name))
      .sort()
      .toReversed();
    await rename(at('archive', last ?? ''), at('held'));
    const reconcile = ['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('tables')}`];
    try {
      const result = lastLine(await must([...reconcile, '--repair', '--json']));
      expect(result).to.include({ ok: true, differences: 0, repaired: 0 });
      expect(result['newer']).to.be.greaterThan(0);
    } finally {
      await rename(at('held'), at('archive', last ?? ''));
    }
    expect(lastLine(await must([...reconcile, '--json']))).to.include({ differences: 0, newer: 0 });
    expectSameLines(await dump(at('tables')), right, 'the tables after it');
  });

  it('when the tables of the stream are lost, the batch rebuilds them, and the stream continues from there', async () => {
    // A store without tables; the checkpoints, which say that all is done, exist.
    await batch(at('archive'), at('made-again'), at('checkpoints'), '--from-start');
    expectSameLines(await dump(at('made-again')), right, 'the tables made again');

    await generate(2, '2026-01-06');
    const { stderr } = await stream(at('log'), at('made-again'), at('checkpoints'));
    for (const partition of [0, 1, 2, 3]) expect(stderr).to.match(new RegExp(`partition ${partition}: continues from`));
    await stream(at('log'), at('never-lost'), at('other-checkpoints'));
    const never = await dump(at('never-lost'));
    expect(never.length).to.be.greaterThan(right.length);
    expectSameLines(await dump(at('made-again')), never, 'the tables after that');
  });

  /** Copies the tables into others, with rows that are wrong in all four ways. */
  async function copyWithFaults(): Promise<readonly Planted[]> {
    const from = embeddedTables(at('tables'), { readOnly: true });
    const to = embeddedTables(at('planted'));
    try {
      await to.create(everyTable);
      const { all, stale } = await plantStale(from, FAULTS);
      const faults = [...(await plantFaults(from, FAULTS)), stale];
      for (const table of everyTable) {
        if (table === (latestPrices as Table)) await to.write(all);
        else for await (const rows of some(from.scanAll(table), table)) await to.write(rows);
      }
      for (const { kind, rows } of faults) if (kind !== 'stale') await to.write(rows);
      return faults;
    } finally {
      await from.close();
      await to.close();
    }
  }
});

async function* some(
  rows: ReturnType<ReturnType<typeof embeddedTables>['scanAll']>,
  table: Table,
): AsyncGenerator<readonly Mutation[]> {
  let held: Mutation[] = [];
  for await (const { values, version } of rows) {
    if (held.push({ table, values, version }) < 5_000) continue;
    yield held;
    held = [];
  }
  yield held;
}
