/**
 * What do texts cost that are never the same? A state of many keys, whose text field gets a new value with each record:
 * memory, and the checkpoints from which it could be restored, as the records go by.
 */
import assert from 'node:assert';
import { foldByKey, int64, into, pipeline, record, stream, table, text, timestamp, jsonCodec } from '@stockafolio/core';
import {
  CheckpointWriter,
  Feed,
  findCheckpoint,
  MemoryStates,
  PartitionEngine,
  restoreCheckpoint,
} from '@stockafolio/engine';
import { memoryFiles } from '@stockafolio/testing';
import { printTable } from '../measure.js';

const KEYS = Number(process.argv[2] ?? 1_000_000);
const CHANGES = Number(process.argv[3] ?? 20_000_000);
const BATCH = 10_000;
/** Records between two checkpoints. */
const CUT = 200_000;
const LINES = 10;

const Trade = record('trade', { account: int64(), id: text(), time: timestamp() });
const Last = record('last', { trade: text(), count: int64() });
const trades = stream('trades', Trade, { key: 'account', time: (t) => t.time });
const lastTrades = table(
  'last_trades',
  { partitionBy: ['account'] },
  { account: int64(), trade: text(), count: int64() },
);
const lastTradeIds = pipeline('last_trade_ids', { trades }, ({ trades }) => [
  into(
    lastTrades,
    trades.pipe(
      foldByKey('last', {
        ...{ key: ['account'], state: Last },
        fold: (last, { id }) => {
          last.trade = id;
          last.count++;
        },
      }),
    ),
  ),
]);

const newEngine = (states: MemoryStates): PartitionEngine =>
  new PartitionEngine({
    ...{
      pipeline: lastTradeIds,
      partition: 0,
      source: 'benchmark',
      codec: jsonCodec(Trade),
      onBadRecord: 'fail',
      states,
    },
  });

const files = memoryFiles();
const states = new MemoryStates();
const engine = newEngine(states);
const writer = new CheckpointWriter({ pipeline: 'last_trade_ids', source: 'benchmark', engine, files });
const lines: string[][] = [];
let processing = 0n;
for (let n = 0; n < CHANGES;) {
  const started = process.hrtime.bigint();
  const feed = new Feed(engine);
  for (const end = Math.min(CHANGES, n + BATCH); n < end; n++) {
    // Accounts in an order that defeats caches.
    const account = (n * 7_368_787) % KEYS;
    feed.add({ account, id: `trade ${String(n).padStart(10, '0')}`, time: n }, { offset: n, ingested: n });
  }
  feed.end();
  engine.commit();
  processing += process.hrtime.bigint() - started;
  if (n % CUT !== 0 && n !== CHANGES) continue;
  const prepared = writer.prepare();
  if (prepared !== undefined) await writer.store(prepared);
  if (n % (CHANGES / LINES) !== 0) continue;
  lines.push([
    (n / 1e6).toFixed(0),
    (states.texts.size / 1e6).toFixed(2),
    megabytes(states.texts.bytes),
    megabytes([...files.contents.values()].reduce((sum, bytes) => sum + bytes.length, 0)),
    (Number(processing) / n / 1000).toFixed(2),
  ]);
}
printTable(['million changes', 'million texts held', 'MB of texts', 'MB of checkpoints', 'us a change'], lines);

const restored = new MemoryStates();
const again = newEngine(restored);
const chain = await findCheckpoint(files, 'last_trade_ids', 0, () => undefined);
assert(chain !== undefined);
restoreCheckpoint(again, chain, { source: 'benchmark', acceptPlanChange: false });
assert.equal(restored.texts.size, Math.min(KEYS, CHANGES) + 1);
console.log(`restored: ${(restored.texts.size / 1e6).toFixed(2)} million texts, ${megabytes(restored.texts.bytes)} MB`);

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
