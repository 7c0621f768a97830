import { join } from 'node:path';
import { fileArchive } from '@stockafolio/connectors/archive';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import { jsonCodec } from '@stockafolio/core';
import { reconcile, runBatch } from '@stockafolio/runner-batch';
import { runArchive, runStream } from '@stockafolio/runner-stream';
import { Sale, articles, sales, shopMinutes } from './sales.js';
import { shops } from './shops.js';

// #region produce
const codec = jsonCodec(Sale);

export async function produce(dir: string, some: readonly Sale[]): Promise<void> {
  const producer = await logProducer(join(dir, 'sales'));
  await producer.append(
    some.map((sale) => ({ key: Buffer.from(sale.shop), value: codec.encode(sale), timestamp: sale.time })),
  );
  await producer.close();
}
// #endregion produce

// #region stream
export async function stream(dir: string): Promise<number> {
  const tables = embeddedTables(join(dir, 'tables'));
  try {
    const result = await runStream({
      pipeline: shops,
      codec,
      source: logSource(join(dir, 'sales')),
      tables,
      checkpoints: filesLocal(join(dir, 'checkpoints')),
      clock: systemClock,
      untilCaughtUp: true,
    });
    return result.records;
  } finally {
    await tables.close();
  }
}
// #endregion stream

// #region batch
export async function archiveAndBatch(dir: string): Promise<number> {
  const archive = fileArchive(filesLocal(join(dir, 'archive')), sales);
  const source = logSource(join(dir, 'sales'));
  await runArchive({ stream: sales, codec, source, archive, clock: systemClock, untilCaughtUp: true });

  const tables = embeddedTables(join(dir, 'batch-tables'));
  const checkpoints = filesLocal(join(dir, 'batch-checkpoints'));
  try {
    const result = await runBatch({ pipeline: shops, codec, archive, tables, checkpoints, clock: systemClock });
    return result.records;
  } finally {
    await tables.close();
  }
}
// #endregion batch

// #region compare
export async function differences(dir: string): Promise<{ compared: number; differences: number }> {
  const expected = embeddedTables(join(dir, 'batch-tables'), { readOnly: true });
  const found = embeddedTables(join(dir, 'tables'), { readOnly: true });
  const counts = { compared: 0, newer: 0 };
  const options = { upTo: Number.POSITIVE_INFINITY, now: systemClock.now() };
  let differences = 0;
  try {
    for await (const { table, kind } of reconcile(expected, found, [articles, shopMinutes], options, counts)) {
      process.stderr.write(`${table.name}: ${kind}\n`);
      differences++;
    }
  } finally {
    await expected.close();
    await found.close();
  }
  return { compared: counts.compared, differences };
}
// #endregion compare
