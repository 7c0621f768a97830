import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump, dumpTable, expectSameLines, rowsOf } from './support/dumps.js';
import { lastLine, linesOf, must, ROOT, run } from './support/run-command.js';
import { batch, batchArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

// Of the version before quantities had decimals: the archive, tables, checkpoints and dumps of sixty trades.
const EARLIER = join(ROOT, 'examples/stockafolio/test/earlier');
const GENERATED = ['--trades', '60', '--rate', '1', '--users', '4', '--seed', '7', '--start', '2026-01-05T14:30:00Z'];

const earlierLines = async (name: string): Promise<string[]> =>
  (await readFile(join(EARLIER, 'dumps', name), 'utf8')).trimEnd().split('\n');

describe('what the version with whole shares has written', () => {
  const at = tempFolder();

  before(async () => {
    for (const name of ['archive', 'tables', 'checkpoints'])
      await cp(join(EARLIER, name), at(name), { recursive: true });
  });

  it('is generated again as the same messages, byte for byte', async () => {
    expectSameLines(
      await linesOf(['generate', '--to', '-', ...GENERATED]),
      await earlierLines('messages.jsonl'),
      'messages',
    );
  });

  it('is read from its archive, and gives tables whose dumps are the same, byte for byte', async () => {
    await batch(at('archive'), at('rebuilt'), at('rebuilt-checkpoints'));
    const dumps = (await readdir(join(EARLIER, 'dumps'))).filter((name) => name !== 'messages.jsonl');
    expect(dumps).to.have.length(12);
    const lines = await dump(at('rebuilt'));
    for (const name of dumps)
      expectSameLines(rowsOf(lines, name.replace('.jsonl', '')), await earlierLines(name), name);
  });

  it('is not continued in its tables: their columns are named, and what to do', async () => {
    const ended = await run([...batchArgs(at('archive'), at('tables'), at('other-checkpoints')), '--json']);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_TABLE_DIFFERS' });
    expect(ended.stderr)
      .to.match(/table 'positions'.*column 'quantity' is stored as int64, value, declared as decimal\(8\), value/)
      .and.to.contain('fill a new store');
  });

  it('is not continued from its checkpoints: what would be lost is named, and what to do', async () => {
    const { stdout } = await must(['topology', '--against', `file:${at('checkpoints')}`]);
    expect(stdout)
      .to.contain(
        "operator 'positions': migrated, quantity, currency, transferred begin at their initial values; quantity was int64 and is decimal(8)",
      )
      .and.to.contain('volume was int64 and is bigDecimal(8)');
    const ended = await run([...batchArgs(at('archive'), at('new-tables'), at('checkpoints')), '--json']);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_CHECKPOINTS_AHEAD' });
    expect(ended.stderr).to.contain('batch --from-start');
    const again = await batch(at('archive'), at('new-tables'), at('checkpoints'), '--from-start');
    expect(again.stderr).to.contain('partition 0: done');
    expectSameLines(await dumpTable(at('new-tables'), 'positions'), await earlierLines('positions.jsonl'), 'positions');
  });
});
