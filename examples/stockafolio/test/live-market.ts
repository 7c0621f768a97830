import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { runMetrics, type RunMetrics } from '@stockafolio/cli';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import type { Pipeline } from '@stockafolio/core';
import type { Producer, Tables } from '@stockafolio/core/ports';
import { tablesOf as tablesOfPipeline } from '@stockafolio/engine';
import { runStream } from '@stockafolio/runner-stream';
import { memoryFiles } from '@stockafolio/testing';
import type { StreamEvent } from '../src/account-stream.js';
import { messageOfTrade } from '../src/commands/trade-flow.js';
import { portfolio } from '../src/pipeline.js';
import { buildServer } from '../src/server/build-server.js';
import type { RunnerMetrics } from '../src/server/health/runner-watch.js';
import type { ServerOptions } from '../src/server/server-options.js';
import { wireForm } from '../src/wire-forms.js';

/** A log, a stream that reads it, its tables (in a folder by default), and a server of the built pages over them. */
export interface LiveMarket {
  readonly tables: Tables;
  readonly url: string;
  readonly log: readonly string[];
  /** Sends trades, and waits until the tables hold them. */
  trade(...trades: readonly StreamEvent[]): Promise<void>;
  /** Sends trades without waiting. */
  send(...trades: readonly StreamEvent[]): Promise<void>;
  stopServer(): Promise<void>;
  /** Serves again at the same address. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

const codec = wireForm;

interface LiveOptions {
  readonly closeAfter?: number;
  readonly written?: Tables;
  /** Defaults to the portfolio without options. */
  readonly app?: Pipeline;
}

export async function liveMarket(
  trades: readonly StreamEvent[],
  options: Partial<ServerOptions> & LiveOptions = {},
  runnersOf = (metrics: RunMetrics): readonly RunnerMetrics[] => [{ name: 'this process', text: () => metrics.text() }],
): Promise<LiveMarket> {
  const folder = await mkdtemp(join(tmpdir(), 'stockafolio-market-'));
  const { closeAfter, written, app = portfolio, ...serverOptions } = options;
  const close =
    closeAfter === undefined ? undefined : await tablesOf(join(folder, 'close'), trades.slice(0, closeAfter));
  const tables = written ?? embeddedTables(join(folder, 'tables'));
  await tables.create(tablesOfPipeline(app));
  const producer = await logProducer(join(folder, 'log'), { partitions: 4 });
  await send(producer, trades);
  const metrics = await runMetrics(systemClock);
  await stream(join(folder, 'log'), tables, undefined, metrics, app);
  const stop = new AbortController();
  const running = stream(join(folder, 'log'), tables, stop.signal, metrics, app);
  const log: string[] = [];
  let server: FastifyInstance | undefined;
  const startServer = async (port = 0): Promise<string> => {
    server = await buildServer({
      ...{ live: tables, ...(close === undefined ? {} : { close }), pipeline: portfolio.name, clock: systemClock },
      ...{
        requestsPerMinute: 0,
        source: logSource(join(folder, 'log')),
        runners: runnersOf(metrics),
        log: (line) => log.push(line),
        ...serverOptions,
      },
    });
    return server.listen({ host: '127.0.0.1', port });
  };
  const url = await startServer();
  const port = Number(new URL(url).port);
  return {
    ...{ tables, url, log },
    send: (...more) => send(producer, more),
    trade: async (...more) => {
      await send(producer, more);
      await until(tables, more);
    },
    stopServer: async () => server?.close(),
    startServer: async () => void (await startServer(port)),
    close: async () => {
      await server?.close();
      await producer.close();
      stop.abort();
      await running;
      for (const each of [tables, close]) await each?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function tablesOf(folder: string, trades: readonly StreamEvent[]): Promise<Tables> {
  const tables = embeddedTables(`${folder}-tables`);
  const producer = await logProducer(`${folder}-log`, { partitions: 4 });
  await send(producer, trades);
  await producer.close();
  await stream(`${folder}-log`, tables, undefined);
  return tables;
}

async function send(producer: Producer, trades: readonly StreamEvent[]): Promise<void> {
  await producer.append(trades.map(messageOfTrade));
}

/** Runs the stream until its signal, or without a signal, until it has caught up. */
async function stream(
  log: string,
  tables: Tables,
  signal: AbortSignal | undefined,
  metrics?: RunMetrics,
  app: Pipeline = portfolio,
): Promise<void> {
  await runStream({
    ...{ pipeline: app, codec, source: logSource(log), tables, clock: systemClock },
    checkpoints: memoryFiles(),
    onEvent: (event) => metrics?.take(event),
    ...(signal === undefined ? { untilCaughtUp: true } : { signal }),
  });
}

/** Waits until the tables hold the newest of these trades, for a bounded time. */
async function until(tables: Tables, trades: readonly StreamEvent[]): Promise<void> {
  const newest = trades.at(-1);
  const table = tablesOfPipeline(portfolio).find(({ name }) => name === 'trades_by_user');
  if (newest === undefined || table === undefined) return;
  for (let n = 0; n < 1_000; n++) {
    if ((await tables.get(table, [newest.user, newest.time, newest.id])) !== undefined) return;
    await systemClock.sleep(10);
  }
  throw new Error(`the tables do not hold trade ${newest.id} within 10 s`);
}
