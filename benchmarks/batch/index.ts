/**
 * How fast is the batch over millions of trades, does a second worker help, and does memory grow with the trades? An
 * archive is made once. Then, in turns: the batch with 1 and with 2 workers, whose rows are summed and discarded; the
 * same job with a hand-written loop over typed arrays, in 2 workers with the same reader and tables; and DuckDB with 2
 * threads for the order-free part of the same sums over the same files. Every run is its own process. All sums must be
 * equal (Linux only: /proc).
 *
 * node --import tsx benchmarks/batch/index.ts [TRADES] [USERS] [--rounds N] [--keep DIR]
 */
import assert from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { fileArchive } from '@stockafolio/connectors/archive';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { trades as tradeStream } from '@stockafolio/example';
import { median, printTable } from '../measure.js';
import { makeArchive } from './archive.js';
import type { Order, Ran } from './batch-child.js';
import type { DuckRan } from './duckdb-child.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, keep: { type: 'string' } },
});
const TRADES = Number(positionals[0] ?? 5_000_000);
const USERS = Number(positionals[1] ?? 1_000_000);
const ROUNDS = Number(flags.rounds);
/** This many times the trades, without more positions. */
const LAPS = 4;

const execute = promisify(execFile);
const dir = flags.keep ?? (await mkdtemp(join(tmpdir(), 'stockafolio-batch-')));

async function child<T>(script: string, args: readonly string[]): Promise<T> {
  const path = new URL(script, import.meta.url).pathname;
  const { stdout } = await execute(process.execPath, ['--max-old-space-size=16384', '--import', 'tsx', path, ...args]);
  return JSON.parse(stdout) as T;
}

async function batch(archive: string, workers: number, how: { byHand?: boolean } = {}): Promise<Ran> {
  const checkpoints = join(dir, 'checkpoints');
  await rm(checkpoints, { recursive: true, force: true });
  const order: Order = { archive, checkpoints, workers, ...how };
  return child('./batch-child.ts', [JSON.stringify(order)]);
}

/** Makes an archive, or uses one that an earlier run has kept. */
async function archiveOf(name: string, trades: number, users: number, laps = 1): Promise<string> {
  const place = join(dir, `${name}-${trades}-${users}`);
  const whole = join(place, 'whole');
  if (existsSync(whole)) return place;
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const { bytes } = await makeArchive(place, trades, users, laps);
  await writeFile(whole, '');
  console.log(`${name}: ${trades} trades, ${(bytes / trades).toFixed(1)} bytes each`);
  return place;
}

/** The upper limit for the files: read and decoded into records by one thread, and dropped. */
async function readAlone(place: string): Promise<number> {
  const archive = fileArchive(filesLocal(place), tradeStream);
  const start = performance.now();
  let count = 0;
  for (const file of await archive.files()) {
    for await (const part of archive.read(file, file.first)) for (const entries of part) count += entries.length;
  }
  assert.equal(count, TRADES);
  return (performance.now() - start) / 1000;
}

function checkSums(ran: Ran, duck: DuckRan): void {
  const sum = (of: (sums: Ran['sums'][number]) => number): number => ran.sums.reduce((all, sums) => all + of(sums), 0);
  const money = (of: (sums: Ran['sums'][number]) => string): string =>
    String(ran.sums.reduce((all, sums) => all + BigInt(of(sums)), 0n));
  assert.deepEqual(
    {
      trades: sum((s) => s.trades),
      volume: sum((s) => s.volume),
      users: sum((s) => s.users),
      positions: sum((s) => s.positions),
      quantity: sum((s) => s.quantity),
      value: money((s) => s.value),
      sectorValue: money((s) => s.sectorValue),
    },
    {
      ...{ trades: duck.trades, volume: duck.volume, users: duck.users, positions: duck.positions },
      ...{ quantity: duck.quantity, value: duck.value, sectorValue: duck.value },
    },
  );
}

try {
  const archive = await archiveOf('archive', TRADES, USERS);
  const [ones, twos, hands]: [Ran[], Ran[], Ran[]] = [[], [], []];
  const [ducks, reads]: [DuckRan[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    reads.push(await readAlone(archive));
    ones.push(await batch(archive, 1));
    ducks.push(await child('./duckdb-child.ts', [archive, '2']));
    twos.push(await batch(archive, 2));
    hands.push(await batch(archive, 2, { byHand: true }));
  }
  const [duck] = ducks;
  assert(duck !== undefined);
  for (const ran of [...ones, ...twos, ...hands]) checkSums(ran, duck);

  const rate = (seconds: number): string => (TRADES / seconds / 1000).toFixed(0);
  const middle = (runs: readonly { readonly seconds: number }[]): number => median(runs.map(({ seconds }) => seconds));
  const peak = (runs: readonly { readonly peak: number }[]): string =>
    Math.max(...runs.map((run) => run.peak)).toFixed(0);
  console.log(`\n${TRADES} trades of ${duck.users} users, ${duck.positions} positions, ${twos[0]?.rows} rows written`);
  printTable(
    ['way', 'thousand trades/s', 'peak MiB'],
    [
      ['the files read and decoded, 1 thread', rate(median(reads)), ''],
      ['DuckDB, the order-free sums, 2 threads', rate(middle(ducks)), peak(ducks)],
      ['by hand, typed arrays, 2 workers', rate(middle(hands)), peak(hands)],
      ['batch, 1 worker', rate(middle(ones)), peak(ones)],
      ['batch, 2 workers', rate(middle(twos)), peak(twos)],
    ],
  );
  const ratio = (a: readonly { seconds: number }[], b: readonly { seconds: number }[]): string =>
    median(a.map(({ seconds }, n) => (b[n]?.seconds ?? Number.NaN) / seconds)).toFixed(2);
  console.log(`2 workers against 1: ${ratio(twos, ones)} (goal 1.80)`);
  console.log(`2 workers against DuckDB: ${ratio(twos, ducks)}; against the loop by hand: ${ratio(twos, hands)}`);

  const quarter = await archiveOf('quarter', TRADES / LAPS, USERS);
  const laps = await archiveOf('laps', TRADES, USERS, LAPS);
  const held = [await batch(quarter, 1), await batch(laps, 1)];
  console.log('\n1 worker, the same positions');
  printTable(
    ['trades', 'peak MiB'],
    held.map(({ records, peak: most }) => [String(records), most.toFixed(0)]),
  );
} finally {
  if (flags.keep === undefined) await rm(dir, { recursive: true, force: true });
}
