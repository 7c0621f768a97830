/**
 * Does memory stay bounded while trades flow through? Generates trades into a log on disk, then streams them into
 * embedded tables in a separate process, and watches the memory of that process (Linux only: /proc).
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../measure.js';

const COUNT = process.argv[2] ?? '10000000';
const USERS = process.argv[3] ?? '100000';
const command = new URL('../../packages/cli/bin/stockafolio.js', import.meta.url).pathname;

const dir = mkdtempSync(join(tmpdir(), 'stockafolio-memory-'));
const at = (name: string): string => join(dir, name);

interface Held {
  readonly name: string;
  readonly peak: number;
  readonly seconds: number;
}

/** Runs a command; returns its peak memory (heap, buffers and stacks, not mapped files), in MiB. */
async function watch(name: string, args: readonly string[]): Promise<Held> {
  const start = performance.now();
  const child = spawn(process.execPath, [command, name, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  let peak = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return { name, peak, seconds: (performance.now() - start) / 1000 };
}

try {
  const made = ['generate', '--to', `log:${at('log')}`, '--trades', COUNT, '--users', USERS, '--start', '2026-01-05'];
  const generated = spawnSync(process.execPath, [command, ...made], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (generated.status !== 0) throw new Error('generate failed');
  const held: Held[] = [];
  const source = ['--source', `log:${at('log')}`, '--until-caught-up'];
  const checkpoints = ['--checkpoints', `file:${at('checkpoints')}`];
  held.push(await watch('stream', [...source, '--tables', `embedded:${at('tables')}`, ...checkpoints]));
  held.push(await watch('archive', [...source, '--files', `file:${at('archive')}`]));
  const batch = ['--tables', `embedded:${at('batch-tables')}`, '--checkpoints', `file:${at('batch-checkpoints')}`];
  held.push(await watch('batch', ['--files', `file:${at('archive')}`, ...batch]));
  console.log(`${COUNT} trades of ${USERS} users`);
  printTable(
    ['command', 'peak MiB', 'thousand trades/s'],
    held.map(({ name, peak, seconds }) => [name, peak.toFixed(0), (Number(COUNT) / seconds / 1000).toFixed(0)]),
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
