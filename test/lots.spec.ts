import { lotsOracle, dumpLine, type OracleMethod } from '@stockafolio/conformance';
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { linesOf, must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, batch, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** Trades of each of three times; 300,000 with TEST_TRADES=300000. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 10_000);
const KILLS = 8;
const WITH_LOTS = ['--app', '@stockafolio/example/with-lots'];
/** A module in a folder of its own does not find installed packages by name. */
const EXAMPLE = pathToFileURL(resolve('examples/stockafolio/dist/index.js')).href;
const SMALL_STEPS = ['--commit-interval', '20', '--commit-records', '1000', '--checkpoint-interval', '100'];

describe('the lots of positions, in the stream and in the batch', () => {
  const at = tempFolder();
  const seed = seedOf('lots');
  const random = randomFrom(seed);
  let streamed: readonly string[] = [];

  before('trades of three times, over a year apart: some gains are long-term', async () => {
    for (const [n, day] of ['2024-02-29', '2025-03-03', '2026-05-04'].entries()) {
      await must([
        ...['generate', '--to', `log:${at('log')}`, '--trades', String(TRADES), '--users', '200', '--rate', '5'],
        ...['--seed', String(seed + n), '--start', day, '--partitions', '3', '--user-skew', 'zipf:0.7'],
        ...['--symbol-skew', 'zipf:1.2', '--fractions', '0.3', '--out-of-order', '2000'],
      ]);
    }
    await archive(at('log'), at('archive'), '--roll-records', '4000');
  });

  const tables = async (folder: string): Promise<readonly string[]> =>
    linesOf(['tables', 'dump', '--tables', `embedded:${folder}`, ...WITH_LOTS]);

  /** The lines of both tables, by the oracle. */
  async function expectLots(lines: readonly string[], method: OracleMethod): Promise<void> {
    const messages = await readLog(at('log'));
    const wire = messages.map((each) => ({ partition: each.partition, offset: each.offset, value: valueOf(each) }));
    for (const [table, rows] of lotsOracle(wire, method)) {
      expect(rows.length, table).to.be.greaterThan(TRADES / 10);
      expectSameLines(rowsOf(lines, table), rows.map(dumpLine), `${table} by ${method}`);
    }
  }

  it(`are what the oracle says, with a stream that is killed ${KILLS} times`, async () => {
    const args = [...streamArgs(at('log'), at('streamed'), at('checkpoints')), ...WITH_LOTS, ...SMALL_STEPS];
    for (let kill = 0; kill < KILLS; kill++) {
      const life = start(args);
      await life.says(/partition 2: (begins|continues)/);
      await pause(random() * 600);
      await killHard(life);
    }
    await stream(at('log'), at('streamed'), at('checkpoints'), ...WITH_LOTS, ...SMALL_STEPS);
    streamed = await tables(at('streamed'));
    await expectLots(streamed, 'fifo');
    expect(rowsOf(streamed, 'realized_gains').filter((row) => row.includes('"term":"long"'))).to.not.be.empty;
    await expectOracle(streamed, at('log'));
  });

  it('are the same in the batch', async () => {
    await batch(at('archive'), at('batched'), at('batch-checkpoints'), ...WITH_LOTS);
    expectSameLines(await tables(at('batched')), streamed, 'batch');
  });

  it('are those of another method after a rebuild, with a module of one line', async () => {
    for (const method of ['lifo', 'hifo'] as const) {
      const app = join(at(''), `${method}.mjs`);
      await writeFile(
        app,
        `import { appOf, portfolioOf } from '${EXAMPLE}';\nexport default appOf(portfolioOf({ lots: '${method}' }));\n`,
      );
      await batch(at('archive'), at(`by-${method}`), at(`checkpoints-${method}`), '--from-start', '--app', app);
      await expectLots(
        await linesOf(['tables', 'dump', '--tables', `embedded:${at(`by-${method}`)}`, '--app', app]),
        method,
      );
    }
  });

  it('are not in the tables without them', async () => {
    await stream(at('log'), at('without'), at('checkpoints-without'));
    const lines = await dump(at('without'));
    expect(rowsOf(lines, 'lots')).to.deep.equal([]);
    const others = streamed.filter((line) => !/^\{"table":"(lots|realized_gains)"/.test(line));
    expectSameLines(lines, others, 'the other tables');
  });
});
