import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { wholeNumber, type Toolkit } from '@stockafolio/cli';
import type { Command } from 'commander';
import type { DemoOptions } from './run-demo.js';
import { port } from './serve.js';

interface DemoFlags extends Omit<DemoOptions, 'dir' | 'stay'> {
  readonly dir?: string;
  readonly stay?: boolean;
  readonly json?: boolean;
}

export function addDemo(program: Command, toolkit: Toolkit): void {
  program
    .command('demo')
    .description('run everything on embedded parts: generate, stream, serve, archive, batch, and compare')
    .option('--trades <n>', 'how many trades', wholeNumber(1), 200_000)
    .option('--rate <n>', 'trades a second', wholeNumber(1), 20_000)
    .option('--users <n>', 'how many users', wholeNumber(1), 20_000)
    .option('--seed <n>', 'seed of all random numbers', wholeNumber(0), 1)
    .option('--port <n>', 'port of the dashboards; defaults to 8020, or any free one if that is taken', port)
    .option('--stay', 'continue after the comparison until Ctrl-C; the default on a terminal')
    .option('--no-stay', 'end after the comparison; the default if the output is not a terminal')
    .option('--dir <folder>', 'keep all files in this folder; by default they are removed at the end')
    .option('--json', 'end with one line of JSON')
    .action(async ({ dir, json, stay = process.stdout.isTTY === true, ...flags }: DemoFlags) => {
      const place = dir === undefined ? await mkdtemp(join(tmpdir(), 'stockafolio-demo-')) : resolve(dir);
      try {
        // Loaded only here: every command loads this module.
        const { runDemo } = await import('./run-demo.js');
        await runDemo({ ...flags, stay, dir: place }, toolkit, toolkit.reporter(json));
      } finally {
        if (dir === undefined) await rm(place, { recursive: true, force: true });
      }
    });
}
