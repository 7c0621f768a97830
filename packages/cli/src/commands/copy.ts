import { copyFiles } from '@stockafolio/connectors/copy';
import { isStockafolioError } from '@stockafolio/core';
import type { Command } from 'commander';
import { nothingThere } from '../nothing-there.js';
import { counted, figure } from '../output/counted.js';
import { stoppedEarly } from '../output/unfinished.js';
import type { Toolkit } from '../toolkit.js';
import { FILES, wholeNumber } from './options.js';

interface CopyFlags {
  readonly prefix: string;
  readonly concurrency: number;
  readonly recheck?: boolean;
  readonly json?: boolean;
}

export function addCopy(program: Command, toolkit: Toolkit): void {
  program
    .command('copy')
    .description('copy missing files from one store to another; each is copied whole, read back and compared')
    .argument('<from>', FILES)
    .argument('<to>', 'the same')
    .option('--prefix <text>', 'only files whose name begins with this', '')
    .option('--concurrency <n>', 'files copied at a time', wholeNumber(1), 4)
    .option('--recheck', 'also compare the content of files that exist already')
    .option('--json', 'end with one line of JSON')
    .action(async (from: string, to: string, flags: CopyFlags) => run(from, to, flags, toolkit));
}

async function run(fromUrl: string, toUrl: string, flags: CopyFlags, toolkit: Toolkit): Promise<void> {
  const reporter = toolkit.reporter(flags.json);
  const stop = toolkit.stop();
  const from = toolkit.openFiles(fromUrl);
  const to = toolkit.openFiles(toUrl);
  const progress = reporter.progress('bytes copied');
  let copied = 0;
  try {
    const result = await copyFiles(from, to, {
      prefix: flags.prefix,
      concurrency: flags.concurrency,
      recheck: flags.recheck ?? false,
      signal: stop.signal,
      onBytes: (count) => progress.add(count),
      onFile: () => copied++,
    }).catch((error: unknown) => {
      if (!isStockafolioError(error, 'ERR_ABORTED')) throw error;
      const done = `${counted(copied, 'file')} copied and verified`;
      throw stoppedEarly(done, { copied }, 'run the same command again: it copies the remaining files');
    });
    progress.done();
    if (result.copied + result.skipped === 0 && flags.prefix === '') throw nothingThere(fromUrl, 'file');
    reporter.result(
      `${counted(result.copied, 'file')} copied and verified, ${counted(result.bytes, 'byte')}; ${figure(result.skipped)} already there`,
      { ok: true, ...result },
    );
  } finally {
    await from.close();
    await to.close();
  }
}
