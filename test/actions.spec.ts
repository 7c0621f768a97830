import {
  amended,
  announced,
  type Announcement,
  type WireEvent,
  daysOracle,
  dumpLine,
  lotsOracle,
  stockafolioOracle,
} from '@stockafolio/conformance';
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expectSameLines, rowsOf } from './support/dumps.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { linesOf, must, run, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

const RECORDS = Number(process.env['TEST_TRADES'] ?? 20_000);
const KILLS = 5;
/** With lots, results by day and the stream of actions. */
const ALL = ['--app', join(import.meta.dirname, 'support', 'actions-app.mjs')];
const SMALL_STEPS = ['--commit-interval', '20', '--commit-records', '1000', '--checkpoint-interval', '100'];
const BEGIN = Date.UTC(2026, 4, 4, 13, 30);
/** Records a second. */
const RATE = 5;

type Random = () => number;

/** An action of a symbol, as the oracle has it and as a line of a file. */
function anyAction(id: string, symbol: string, random: Random): { readonly is: Announcement; readonly line: string } {
  const below = (n: number): number => Math.floor(random() * n);
  const time = BEGIN + below((RECORDS / RATE) * 1_000);
  const price = random() < 0.6 ? { price: 1 + below(300_0000) } : {};
  const ratios = [
    [2, 1],
    [3, 2],
    [1, 10],
    [4, 3],
    [1, 3],
  ] as const;
  const [numerator, denominator] = ratios[below(ratios.length)] ?? [2, 1];
  const ratio = { numerator, denominator };
  const kinds = [
    { kind: 'split', ...ratio, ...price },
    { kind: 'stock-dividend', numerator: 1, denominator: 2 + below(30), ...price },
    { kind: 'dividend', perShare: 1 + below(3_0000_0000) },
  ] as const;
  const { kind, ...rest } = kinds[below(kinds.length)] ?? kinds[0];
  const terms = Object.entries(rest) as [keyof Announcement, number][];
  const units: Readonly<Record<string, number>> = { price: 4, perShare: 8 };
  const text = Object.fromEntries(terms.map(([name, value]) => [name, value / 10 ** (units[name] ?? 0)]));
  return {
    is: { id, symbol, kind, time, ...Object.fromEntries(terms.map(([name, value]) => [name, BigInt(value)])) },
    line: JSON.stringify({ id, symbol, kind, time, ...text }),
  };
}

function tablesOf(events: readonly WireEvent[]): Map<string, readonly string[]> {
  const tables = [...stockafolioOracle(events), ...lotsOracle(events, 'fifo'), ...daysOracle(events)];
  return new Map(tables.map(([table, rows]) => [table, rows.map(dumpLine)]));
}

describe('corporate actions as a stream of their own', () => {
  const at = tempFolder();
  const seed = seedOf('actions');
  const random = randomFrom(seed);
  /** The tables of the stream, which makes no amendments, and of the batch, which does. */
  const expected = { stream: new Map<string, readonly string[]>(), batch: new Map<string, readonly string[]>() };
  let made = 0;

  const sources = (): string[] => ['--source', `trades=log:${at('log')}`, '--source', `actions=log:${at('actions')}`];
  const dumped = (folder: string): Promise<readonly string[]> =>
    linesOf(['tables', 'dump', '--tables', `embedded:${at(folder)}`, ...ALL]);

  before('events of accounts, and actions of the symbols that are held most', async () => {
    await must([
      ...[
        'generate',
        '--to',
        `log:${at('log')}`,
        '--trades',
        String(RECORDS),
        '--users',
        '100',
        '--rate',
        String(RATE),
      ],
      ...['--seed', String(seed), '--start', new Date(BEGIN).toISOString(), '--partitions', '3', '--events', '0.05'],
      ...['--amendments', '0.03'],
      ...['--symbol-skew', 'zipf:1.2', '--fractions', '0.3'],
    ]);
    const messages = (await readLog(at('log'))).map((each) => ({ ...each, value: valueOf(each) }));
    const counts = new Map<string, number>();
    for (const { value } of messages) {
      const { symbol } = JSON.parse(value) as { readonly symbol?: string };
      if (symbol !== undefined) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
    const actions = Array.from({ length: 40 }, (_, n) =>
      anyAction(`a${n}`, most[Math.floor(random() * most.length)]?.[0] ?? '', random),
    );
    await writeFile(at('actions.jsonl'), actions.map(({ line }) => `${line}\n`).join(''));
    const all = actions.map(({ is }) => is);
    const plain = messages.filter(({ value }) => !value.includes('"amends":'));
    const came = announced(plain, all);
    made = came.length - plain.length;
    expected.stream = tablesOf(came);
    expected.batch = tablesOf(
      announced(
        amended(messages, () => undefined),
        all,
      ),
    );
  });

  it('are announced by the command, once', async () => {
    const announce = ['announce', at('actions.jsonl'), '--to', `log:${at('actions')}`];
    expect((await must([...announce, '--check'])).stdout).to.include('40 actions understood; none was sent');
    expect((await must(announce)).stdout).to.include('40 actions sent');
    expect((await must(announce)).stdout).to.include('0 actions sent; 40 were sent before');
    await writeFile(at('other.jsonl'), '{"id":"a1","symbol":"KO","kind":"dividend","time":0,"perShare":1}\n');
    const refused = await run(['announce', at('other.jsonl'), '--to', `log:${at('actions')}`]);
    expect(refused.code).to.not.equal(0);
    await writeFile(at('other.jsonl'), `{"id":"a1","symbol":"KO","kind":"dividend","time":${BEGIN},"perShare":1}\n`);
    const other = await run(['announce', at('other.jsonl'), '--to', `log:${at('actions')}`]);
    expect(other.stderr).to.include("an action 'a1' was sent before, and is another one there");
    await writeFile(at('other.jsonl'), `{"id":"b","symbol":"KO","kind":"dividend","time":${BEGIN},"perShare":1}\n`);
    const earlier = await run(['announce', at('other.jsonl'), '--to', `log:${at('actions')}`]);
    expect(earlier.stderr).to.include("action 'b' is earlier than");
  });

  it(`are an event of each holder, with a stream that is killed ${KILLS} times`, async () => {
    expect(made, 'events of holders').to.be.greaterThan(200);
    const args = [
      ...['stream', ...sources(), '--tables', `embedded:${at('streamed')}`],
      ...['--checkpoints', `file:${at('checkpoints')}`, ...ALL, ...SMALL_STEPS],
    ];
    for (let kill = 0; kill < KILLS; kill++) {
      const life = start(args);
      await life.says(/partition 2: (begins|continues)/);
      await pause(random() * 1_000);
      await killHard(life);
    }
    await must([...args, '--until-caught-up']);
    const lines = await dumped('streamed');
    for (const [table, rows] of expected.stream) expectSameLines(rowsOf(lines, table), rows, table);
  });

  it('are made in the batch beside amendments, each in its own place', async () => {
    const files = `file:${at('archive')}`;
    for (const source of sources().filter((each) => each !== '--source'))
      await must([
        'archive',
        '--source',
        source,
        '--files',
        files,
        '--until-caught-up',
        '--roll-records',
        '4000',
        ...ALL,
      ]);
    await must([
      ...['batch', '--files', files, '--tables', `embedded:${at('batched')}`, '--to-end'],
      ...['--checkpoints', `file:${at('batch-checkpoints')}`, ...ALL],
    ]);
    const lines = await dumped('batched');
    for (const [table, rows] of expected.batch) expectSameLines(rowsOf(lines, table), rows, table);
  });
});
