import { fileArchive } from '@stockafolio/connectors/archive';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import { jsonCodec } from '@stockafolio/core';
import { type Tables, formatRow } from '@stockafolio/core/ports';
import { runBatch } from '@stockafolio/runner-batch';
import { runArchive, runStream } from '@stockafolio/runner-stream';
import bakery, { itemMinutes, medians, Sale, sales, tills } from './tills.js';

/** Prints the rows that the stream makes from some sales, one per line, then a dash, then those of the batch. */
const codec = jsonCodec(Sale);
const clock = systemClock;
const start = Date.UTC(2026, 0, 5, 9);
async function sell(from: number, to: number): Promise<void> {
  const producer = await logProducer('data/sales');
  for (let n = from; n < to; n++) {
    const sale: Sale = {
      till: `till-${n % 7}`,
      item: n % 3 === 0 ? 'bread' : 'cake',
      count: 1 + (n % 4),
      price: 12_500 + ((n * 37) % 1_000),
      time: start + n * 700,
    };
    await producer.append([{ key: Buffer.from(sale.till), value: codec.encode(sale), timestamp: sale.time }]);
  }
  await producer.close();
}

const live = embeddedTables('data/live');
const checkpoints = filesLocal('data/checkpoints');
// The second run goes on from the checkpoint of the first.
for (const [from, to] of [
  [0, 600],
  [600, 1_000],
] as const) {
  await sell(from, to);
  const source = logSource('data/sales');
  await runStream({ pipeline: bakery, codec, source, tables: live, checkpoints, clock, untilCaughtUp: true });
}

const archive = fileArchive(filesLocal('data/archive'), sales);
await runArchive({ stream: sales, codec, source: logSource('data/sales'), archive, clock, untilCaughtUp: true });
const close = embeddedTables('data/close');
await runBatch({
  pipeline: bakery,
  codec,
  archive,
  tables: close,
  checkpoints: filesLocal('data/close-checkpoints'),
  clock,
});

async function print(store: Tables): Promise<void> {
  for (const table of [tills, itemMinutes, medians]) {
    for await (const { values } of store.scanAll(table)) process.stdout.write(`${formatRow(table, values)}\n`);
  }
  await store.close();
}
await print(live);
process.stdout.write('-\n');
await print(close);
