import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { wholeNumber, type Toolkit } from '@stockafolio/cli';
import type { Command } from 'commander';
import { runDemo, type DemoOptions } from './run-demo.js';

interface DemoFlags extends Omit<DemoOptions, 'dir'> {
  readonly dir?: string;
  readonly json?: boolean;
}

export function addDemo(program: Command, toolkit: Toolkit): void {
  program
    .command('demo')
    .description('the whole of it on embedded parts: generates trades, streams, archives, batches, and compares')
    .option('--trades <n>', 'how many trades', wholeNumber(1), 200_000)
    .option('--rate <n>', 'trades a second', wholeNumber(1), 20_000)
    .option('--users <n>', 'how many users', wholeNumber(1), 20_000)
    .option('--seed <n>', 'a number from which all chance comes', wholeNumber(0), 1)
    .option('--dir <folder>', 'keep everything here, to look into it afterwards; else it is removed at the end')
    .option('--json', 'end with one line of JSON')
    .action(async ({ dir, json, ...flags }: DemoFlags) => {
      const place = dir === undefined ? await mkdtemp(join(tmpdir(), 'stockafolio-demo-')) : resolve(dir);
      try {
        await runDemo({ ...flags, dir: place }, toolkit, toolkit.reporter(json));
      } finally {
        if (dir === undefined) await rm(place, { recursive: true, force: true });
      }
    });
}
