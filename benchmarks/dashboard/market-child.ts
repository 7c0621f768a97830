import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import { keyBytes } from '@stockafolio/core';
import { tablesOf } from '@stockafolio/engine';
import { generateTrades, portfolio, SHARE, type Trade, wireForm } from '@stockafolio/example';
import { buildServer } from '@stockafolio/example/server';
import { runStream } from '@stockafolio/runner-stream';
import { memoryFiles } from '@stockafolio/testing';

/*
 * The system under test: the log, the stream, the embedded tables and the server, in one process. The benchmark itself,
 * with its clients and its browser, is another.
 */

const rate = Number(process.argv[2]);
const OPENING = Date.UTC(2026, 0, 5, 14, 30);
const codec = wireForm;

const folder = await mkdtemp(join(tmpdir(), 'stockafolio-dashboard-'));
const tables = embeddedTables(join(folder, 'tables'));
await tables.create(tablesOf(portfolio));
const producer = await logProducer(join(folder, 'log'), { partitions: 4 });
const market = generateTrades({
  ...{ trades: Number.POSITIVE_INFINITY, users: 5_000, seed: 1, start: OPENING, rate },
  userSkew: { zipf: 0.6 },
});
const stop = new AbortController();
let last = OPENING;

async function send(trades: readonly Trade[]): Promise<void> {
  last = Math.max(last, trades.at(-1)?.time ?? 0);
  await producer.append(trades.map((t) => ({ key: keyBytes(t.user), value: wireForm.encode(t), timestamp: t.time })));
}

async function trade(): Promise<void> {
  const began = systemClock.now();
  for (let sent = 0; !stop.signal.aborted;) {
    const some = market.next(Math.max(1, Math.round(rate / 20)));
    await send(some);
    sent += some.length;
    await systemClock.sleep(Math.max(1, began + (sent / rate) * 1000 - systemClock.now()), stop.signal);
  }
}

await send(market.next(20_000));
const stream = runStream({
  ...{ pipeline: portfolio, codec, source: logSource(join(folder, 'log')), tables, clock: systemClock },
  ...{ checkpoints: memoryFiles(), signal: stop.signal },
});
const server = await buildServer({
  ...{ live: tables, pipeline: portfolio.name, clock: systemClock, requestsPerMinute: 0, streamsEach: 2_000 },
  log: (line) => console.error(line),
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });
const trading = trade();

process.on('message', (message: { readonly ask: string; readonly id?: string }) => {
  if (message.ask === 'memory') process.send?.({ memory: process.memoryUsage().rss / 2 ** 20 });
  if (message.ask === 'mark') void mark(message.id ?? '');
  if (message.ask === 'stop') void end();
});

async function mark(id: string): Promise<void> {
  const sent = Date.now();
  const fields = {
    symbol: 'IBM',
    sector: 'Information Technology',
    side: 'buy',
    quantity: SHARE,
    price: 100_0000,
  } as const;
  await send([{ id, user: 'watched', time: last, ...fields }]);
  process.send?.({ sent });
}

async function end(): Promise<void> {
  stop.abort();
  await trading;
  await server.close();
  await producer.close();
  await stream;
  await tables.close();
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

process.send?.({ url });
