import { createInterface } from 'node:readline';
import { runUnit } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { loadApp, partitionedBy } from '../app.js';
import { parseOrder, type UnitOrder } from '../batch/unit-order.js';
import type { Toolkit } from '../toolkit.js';
import { openUnitPorts } from '../workers/worker-pool.js';

export function addBatchUnit(program: Command, toolkit: Toolkit): void {
  program
    .command('batch-unit')
    .description('do units of a batch, described on standard input as batch --print-units prints them, one a line')
    .addHelpText('after', '\nPrints the result of each as a line of JSON. For engines that spread units over machines.')
    .action(async () => run(toolkit));
}

async function run(toolkit: Toolkit): Promise<void> {
  const { signal } = toolkit.stop();
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const result = await runOrder(parseOrder(line), toolkit, signal);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
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
