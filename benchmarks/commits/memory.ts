/**
 * What does a change cost in memory? Each of two checkouts, in a process of its own, processes trades that each have
 * a user of their own: the state has 2 million keys then, and 20 million. Both must be built.
 *
 *     node --import tsx benchmarks/commits/memory.ts ../before . [TRADES ...]
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { printTable } from '../measure.js';
import type { HeldReport } from './memory-child.js';

const [before, after] = process.argv.slice(2, 4);
if (before === undefined || after === undefined) throw new Error('name two folders: the checkout before, and after');
const sizes = process.argv.slice(4).map(Number);

function held(root: string, trades: number): HeldReport {
  const child = join(import.meta.dirname, 'memory-child.ts');
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--expose-gc', '--max-old-space-size=12000', child, resolve(root), String(trades)],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the process of ${root} ended with ${status}`);
  return JSON.parse(stdout) as HeldReport;
}

for (const trades of sizes.length === 0 ? [700_000, 7_000_000] : sizes) {
  const reports = { before: held(before, trades), after: held(after, trades) };
  console.log(`${trades.toLocaleString('en')} trades`);
  printTable(
    ['checkout', 'keys', 'MiB', 'bytes a key', 'us of processor time a trade'],
    Object.entries(reports).map(([name, { keys, bytes, microseconds }]) => [
      name,
      keys.toLocaleString('en'),
      (bytes / 2 ** 20).toFixed(0),
      (bytes / keys).toFixed(0),
      (microseconds / trades).toFixed(2),
    ]),
  );
}
