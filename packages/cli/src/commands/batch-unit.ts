import { createInterface } from 'node:readline';
import { isStockafolioError } from '@stockafolio/core';
import { runUnit, tracedUnit } from '@stockafolio/runner-batch';
import type { Command } from 'commander';
import { loadApp, partitionedBy } from '../app.js';
import { parseOrder, type UnitOrder } from '../batch/unit-order.js';
import { counted } from '../output/counted.js';
import { stoppedEarly } from '../output/unfinished.js';
import { exportedBy, openTelemetry, type Telemetry } from '../telemetry/telemetry.js';
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

async function run(flags: CommonOptions, toolkit: Toolkit): Promise<void> {
  const telemetry = await openTelemetry(toolkit.reporter(flags.json));
  await exportedBy(telemetry, () => runLines(flags, toolkit, telemetry));
}

async function runLines({ json = false }: CommonOptions, toolkit: Toolkit, telemetry?: Telemetry): Promise<void> {
  const { signal } = toolkit.stop();
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, signal });
  let units = 0;
  const stopped = (): Error =>
    stoppedEarly(`${counted(units, 'unit')} done`, { units }, 'run the lines again whose results were not printed');
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const result = await runOrder(parseOrder(line), toolkit, { signal, telemetry }).catch((error: unknown) => {
      throw signal.aborted && isStockafolioError(error, 'ERR_ABORTED') ? stopped() : error;
    });
    units++;
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  if (signal.aborted) throw stopped();
  if (json) toolkit.reporter(true).result('', { ok: true, units });
}

async function runOrder(
  { unit, places }: UnitOrder,
  toolkit: Toolkit,
  { signal, telemetry }: { readonly signal: AbortSignal; readonly telemetry: Telemetry | undefined },
): Promise<unknown> {
  const app = partitionedBy(await loadApp(places.app), places.partitioner);
  const { ports, close } = await openUnitPorts(app, places, toolkit);
  try {
    const { name } = app.pipeline;
    const tracer = telemetry?.tracer({ name, attributes: {} });
    return await tracedUnit(tracer, name, unit, () => runUnit(ports, unit, { signal }));
  } finally {
    await close();
  }
}
