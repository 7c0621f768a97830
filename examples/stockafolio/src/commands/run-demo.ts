import { join } from 'node:path';
import { figure, type Reporter, type Toolkit } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import { PartitionEngine } from '@stockafolio/core/engine';
import type { Tables } from '@stockafolio/core/ports';
import { inThisThread, reconcile, runBatch } from '@stockafolio/runner-batch';
import { runArchive, runStream } from '@stockafolio/runner-stream';
import { tradingDay } from '../calendar/trading-day.js';
import { firmFigures } from '../figures/firm-figures.js';
import { portfolioFigures } from '../figures/portfolio-figures.js';
import { generateTrades } from '../generator/trade-generator.js';
import { portfolio } from '../pipeline.js';
import { firmView, userView } from '../terminal/views.js';
import { trades } from '../trade.js';
import { wireForm } from '../wire-forms.js';
import { lastOpening, messageOfTrade } from './trade-flow.js';

export interface DemoOptions {
  readonly trades: number;
  readonly rate: number;
  readonly users: number;
  readonly seed: number;
  readonly dir: string;
}

const SHOW_EVERY = 2_000;
const codec = wireForm;

/** Runs the demo: a market on one side, the live stream on the other, then the archive, the batch, and the comparison. */
export async function runDemo(options: DemoOptions, toolkit: Toolkit, reporter: Reporter): Promise<void> {
  const at = (name: string): string => join(options.dir, name);
  const source = `log:${at('trades')}`;
  const live = toolkit.openTables(`embedded:${at('tables')}`);
  const close = toolkit.openTables(`embedded:${at('close-tables')}`);
  const archiveFiles = toolkit.openFiles(`file:${at('archive')}`);
  const checkpoints = toolkit.openFiles(`file:${at('checkpoints')}`);
  const closeCheckpoints = toolkit.openFiles(`file:${at('close-checkpoints')}`);
  const archive = toolkit.openArchive(archiveFiles, trades);
  const { clock } = toolkit;
  try {
    reporter.say(
      `${figure(options.trades)} S&P 500 trades of ${figure(options.users)} users, ${figure(options.rate)} a second, become portfolios as they come:`,
    );
    await liveHalf(options, source, live, checkpoints, toolkit, reporter);

    reporter.say('\nThe close: the archive is written, and the batch makes the same tables from it.');
    const archived = await runArchive({
      stream: trades,
      codec: wireForm,
      source: toolkit.openSource(source),
      archive,
      clock,
      dayOf: tradingDay,
      untilCaughtUp: true,
    });
    const ports = {
      pipeline: portfolio,
      codec,
      archive: archive as Parameters<typeof runBatch>[0]['archive'],
      tables: close,
      checkpoints: closeCheckpoints,
      clock,
    };
    const batch = await runBatch(ports, {}, inThisThread(ports));
    reporter.say(
      `${figure(archived.records)} trades archived in ${archived.files} Parquet files; ${figure(batch.rows)} rows written by the batch.`,
    );

    const { compared, differences } = await compare(live, close, clock.now());
    reporter.result(`stream = batch: ${figure(compared)} rows compared, ${figure(differences)} differences`, {
      ok: differences === 0,
      trades: archived.records,
      compared,
      differences,
    });
    if (differences > 0) throw new StockafolioError('ERR_INTERNAL', 'the tables of stream and batch are not equal');
  } finally {
    for (const port of [live, close, archiveFiles, checkpoints, closeCheckpoints]) await port.close();
  }
}

async function liveHalf(
  options: DemoOptions,
  source: string,
  tables: Tables,
  checkpoints: ReturnType<Toolkit['openFiles']>,
  toolkit: Toolkit,
  reporter: Reporter,
): Promise<void> {
  const { clock } = toolkit;
  const producer = await toolkit.openProducer(source);
  const stop = toolkit.stop();
  const marketClosed = new AbortController();
  stop.signal.addEventListener('abort', () => marketClosed.abort());
  const start = lastOpening(clock.now());
  const stream = runStream({
    pipeline: portfolio,
    codec,
    source: toolkit.openSource(source),
    tables,
    checkpoints,
    clock,
    signal: marketClosed.signal,
  });
  const shown = show(tables, tradingDay(start), marketClosed.signal, toolkit, reporter);
  try {
    await market(options, start, producer, toolkit);
  } finally {
    await producer.close();
    marketClosed.abort();
    await stream;
    await shown;
  }
  // What came between the last batch and the close.
  await runStream({
    pipeline: portfolio,
    codec,
    source: toolkit.openSource(source),
    tables,
    checkpoints,
    clock,
    untilCaughtUp: true,
  });
  await showOnce(tables, tradingDay(start), reporter);
}

/** Trades at the pace of the market. */
async function market(
  { trades: total, users, seed, rate }: DemoOptions,
  start: number,
  producer: Awaited<ReturnType<Toolkit['openProducer']>>,
  { clock, stop }: Toolkit,
): Promise<void> {
  const generator = generateTrades({
    trades: total,
    users,
    seed,
    start,
    rate,
    userSkew: { zipf: 0.6 },
    symbolSkew: { zipf: 0.8 },
  });
  const began = clock.now();
  const { signal } = stop();
  for (let count = 0; !signal.aborted;) {
    const some = generator.next(Math.max(1, Math.round(rate / 20)));
    if (some.length === 0) return;
    await producer.append(some.map(messageOfTrade));
    count += some.length;
    await clock.sleep(Math.max(1, began + (count / rate) * 1000 - clock.now()), signal);
  }
}

async function show(
  tables: Tables,
  day: string,
  signal: AbortSignal,
  toolkit: Toolkit,
  reporter: Reporter,
): Promise<void> {
  for (;;) {
    await toolkit.clock.sleep(SHOW_EVERY, signal);
    if (signal.aborted) return;
    await showOnce(tables, day, reporter);
  }
}

async function showOnce(tables: Tables, day: string, reporter: Reporter): Promise<void> {
  const firm = await firmFigures(tables, day);
  const best = firm.traders[0];
  const user = best === undefined ? undefined : await portfolioFigures(tables, best.user);
  reporter.say(['', ...firmView(firm), ...(user === undefined ? [] : userView(user))].join('\n'));
}

async function compare(live: Tables, close: Tables, now: number): Promise<{ compared: number; differences: number }> {
  const { tables } = new PartitionEngine({ pipeline: portfolio, partition: 0, source: '', codec, onBadRecord: 'fail' });
  const counts = { compared: 0, newer: 0 };
  let differences = 0;
  const found = reconcile(close, live, tables, { upTo: Number.POSITIVE_INFINITY, now }, counts)[Symbol.asyncIterator]();
  while ((await found.next()).done !== true) differences++;
  return { compared: counts.compared, differences };
}
