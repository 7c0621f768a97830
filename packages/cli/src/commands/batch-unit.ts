import { createInterface } from 'node:readline';
import { isStockafolioError } from '@stockafolio/core';
import { runUnit } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { loadApp, partitionedBy } from '../app.js';
import { parseOrder, type UnitOrder } from '../batch/unit-order.js';
import { counted } from '../output/counted.js';
import { stoppedEarly } from '../output/unfinished.js';
import type { Toolkit } from '../toolkit.js';
import { openUnitPorts } from '../workers/worker-pool.js';
import type { CommonOptions } from './options.js';

export function addBatchUnit(program: Command, toolkit: Toolkit): void {
  program
    .command('batch-unit')
    .description('run units of a batch, read from standard input as lines of batch --print-units')
    .option('--json', 'end with one more line of JSON, for all units')
    .addHelpText(
      'after',
      '\nPrints the result of each unit as a line of JSON. For systems that distribute units over machines.',
    )
    .action(async (flags: CommonOptions) => run(flags, toolkit));
}

async function run({ json = false }: CommonOptions, toolkit: Toolkit): Promise<void> {
  const { signal } = toolkit.stop();
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, signal });
  let units = 0;
  const stopped = (): Error =>
    stoppedEarly(`${counted(units, 'unit')} done`, { units }, 'run the lines again whose results were not printed');
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const result = await runOrder(parseOrder(line), toolkit, signal).catch((error: unknown) => {
      throw signal.aborted && isStockafolioError(error, 'ERR_ABORTED') ? stopped() : error;
    });
    units++;
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  if (signal.aborted) throw stopped();
  if (json) toolkit.reporter(true).result('', { ok: true, units });
}

async function runOrder({ unit, places }: UnitOrder, toolkit: Toolkit, signal: AbortSignal): Promise<unknown> {
  const app = partitionedBy(await loadApp(places.app), places.partitioner);
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  try {
    return await runUnit(ports, unit, { signal });
  } finally {
    await close();
  }
}
