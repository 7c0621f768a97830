import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { wholeNumber, type Toolkit } from '@stockafolio/cli';
import type { Command } from 'commander';
import { runDemo, type DemoOptions } from './run-demo.js';
import { port } from './serve.js';

interface DemoFlags extends Omit<DemoOptions, 'dir' | 'stay'> {
  readonly dir?: string;
  readonly stay?: boolean;
  readonly json?: boolean;
}

export function addDemo(program: Command, toolkit: Toolkit): void {
  program
    .command('demo')
    .description('the whole of it on embedded parts: generates, streams, serves, archives, batches, and compares')
    .option('--trades <n>', 'how many trades', wholeNumber(1), 200_000)
    .option('--rate <n>', 'trades a second', wholeNumber(1), 20_000)
    .option('--users <n>', 'how many users', wholeNumber(1), 20_000)
    .option('--seed <n>', 'a number from which all chance comes', wholeNumber(0), 1)
    .option('--port <n>', 'of the dashboards; 8020 unless told, or any free one where that is taken', port)
    .option('--stay', 'go on trading and serving after the comparison until Ctrl-C; so it is on a terminal')
    .option('--no-stay', 'end after the comparison; so it is where the output goes elsewhere')
    .option('--dir <folder>', 'keep everything here, to look into it afterwards; else it is removed at the end')
    .option('--json', 'end with one line of JSON')
    .action(async ({ dir, json, stay = process.stdout.isTTY === true, ...flags }: DemoFlags) => {
      const place = dir === undefined ? await mkdtemp(join(tmpdir(), 'stockafolio-demo-')) : resolve(dir);
      try {
        await runDemo({ ...flags, stay, dir: place }, toolkit, toolkit.reporter(json));
      } finally {
        if (dir === undefined) await rm(place, { recursive: true, force: true });
      }
    });
}
