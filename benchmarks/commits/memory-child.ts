/**
 * One process of the comparison of memory: `memory-child.ts ROOT TRADES`. Prints its {@link HeldReport} as JSON. It
 * processes generated trades by the packages of a checkout, and commits every 20,000.
 */
import { readFileSync } from 'node:fs';
import { openCheckout } from './checkout.js';

/** What a process holds after its trades. */
export interface HeldReport {
  /** Keys of those operators that have one for every user. */
  readonly keys: number;
  /** Resident memory of the process beyond that before the first trade. */
  readonly bytes: number;
  /** Processor time from the first trade to the last. */
  readonly microseconds: number;
}

const [root = '.', count = '1'] = process.argv.slice(2);
const TRADES = Number(count);
const COMMIT = 20_000;
/** Each trade has its own user: a position, the user's totals, and their sum among the day's traders. */
const KEYS_A_TRADE = 3;

const { engine, example } = await openCheckout(root);
const { generateTrades, portfolio, wireForm } = example;
const generator = generateTrades({
  ...{ trades: TRADES, users: 1, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: 20_000 },
});
const partition = new engine.PartitionEngine({
  ...{ pipeline: portfolio, partition: 0, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
});

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

const held = residentBytes();
let offset = 0;
let microseconds = 0;
for (let left = TRADES; left > 0; left -= COMMIT) {
  const trades = generator.next(Math.min(left, COMMIT)).map((trade, n) => ({ ...trade, user: `u${offset + n}` }));
  const { user, system } = process.cpuUsage();
  const feed = new engine.Feed(partition);
  for (const trade of trades) feed.add(trade, { offset: offset++, ingested: trade.time });
  feed.end();
  partition.commit();
  const after = process.cpuUsage();
  microseconds += after.user + after.system - user - system;
}

const bytes = residentBytes() - held;
// Used once more after the measurement, so that it is not collected before.
const { offset: processed } = partition.position;
const report: HeldReport = { keys: KEYS_A_TRADE * processed, bytes, microseconds };
process.stdout.write(JSON.stringify(report));
