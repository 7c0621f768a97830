import { join } from 'node:path';
import {
  counted,
  figure,
  type Reporter,
  runMetrics,
  type RunMetrics,
  stoppedEarly,
  type Toolkit,
} from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, Files, Tables } from '@stockafolio/core/ports';
import { tablesOf } from '@stockafolio/engine';
import { inThisThread, runBatch } from '@stockafolio/runner-batch';
import { runArchive, runStream } from '@stockafolio/runner-stream';
import type { Session } from '../calendar/sessions.js';
import { tradingDay } from '../calendar/trading-day.js';
import { firmFigures } from '../figures/firm-figures.js';
import { portfolioFigures } from '../figures/portfolio-figures.js';
import { portfolioOf } from '../pipeline.js';
import { firmView, userView } from '../terminal/views.js';
import { trades } from '../account-stream.js';
import { wireForm } from '../wire-forms.js';
import { compareClose } from './compare-close.js';
import { serveDashboards } from './dashboards.js';
import { demoHistory, demoMarket, sendTrades, type DemoMarket } from './demo-market.js';
import { addresses, DEFAULT_PORT } from './serve.js';
import { lastSession } from './trade-flow.js';

export interface DemoOptions {
  readonly trades: number;
  readonly rate: number;
  readonly users: number;
  readonly seed: number;
  readonly dir: string;
  /** Port of the dashboards; defaults to any free one. */
  readonly port?: number;
  /** Whether trades continue after the comparison, until Ctrl-C. */
  readonly stay: boolean;
}

const SHOW_EVERY = 2_000;
/** How many trades of the year before there are, as a part of those of the day. */
const EARLIER = 0.1;
/** Trades per second after the comparison, and for how many seconds: they must not fill a disk overnight. */
const RATE_AFTER = 100;
const SECONDS_AFTER = 3_600;
const codec = wireForm;
/** With results by day, which the user's page shows. */
const pipeline = portfolioOf({ byDay: true });

/** The inputs and outputs of the demo. */
interface Stage {
  readonly source: string;
  readonly live: Tables;
  readonly checkpoints: Files;
  readonly market: DemoMarket;
  readonly day: string;
  readonly session: Session;
  readonly signal: AbortSignalLike;
  readonly toolkit: Toolkit;
  readonly reporter: Reporter;
  /** Of all runs of the stream, one after the other. */
  readonly metrics: RunMetrics;
}

/** Runs the demo: a market on one side, the live stream on the other, then the archive, the batch, and the comparison. */
export async function runDemo(options: DemoOptions, toolkit: Toolkit, reporter: Reporter): Promise<void> {
  const at = (name: string): string => join(options.dir, name);
  const live = toolkit.openTables(`embedded:${at('tables')}`);
  const close = toolkit.openTables(`embedded:${at('close-tables')}`);
  const checkpoints = toolkit.openFiles(`file:${at('checkpoints')}`);
  const { clock } = toolkit;
  const { signal } = toolkit.stop();
  const session = lastSession(clock.now());
  const { trades: count, users, seed } = options;
  const market = demoMarket({ trades: count, after: RATE_AFTER * SECONDS_AFTER, users, seed }, session);
  const source = `log:${at('trades')}`;
  const ends = toolkit.openSource(source);
  const metrics = await runMetrics(clock);
  const stage: Stage = {
    source,
    live,
    checkpoints,
    market,
    day: session.day,
    session,
    signal,
    toolkit,
    reporter,
    metrics,
  };
  try {
    for (const tables of [live, close]) await tables.create(tablesOf(pipeline));
    const dashboards = await serveDashboards(
      {
        ...{
          live,
          close,
          source: ends,
          pipeline: pipeline.name,
          planned: pipeline,
          clock,
          log: (line: string) => reporter.say(line),
        },
        runners: [{ name: 'the demo', text: () => metrics.text() }],
      },
      { host: '127.0.0.1', port: options.port ?? DEFAULT_PORT, orFree: options.port === undefined },
    );
    try {
      reporter.say(['The dashboards, live; no login is needed:', ...addresses(dashboards.url)].join('\n'));
      reporter.say(
        `\n${counted(options.trades, 'S&P 500 trade')} of ${counted(options.users, 'user')}, ${figure(options.rate)} a second, ${options.trades === 1 ? 'becomes a portfolio as it comes' : 'become portfolios as they come'}:`,
      );
      await liveHalf(options, stage);
      if (signal.aborted)
        throw stoppedEarly('stream and batch were not compared', {}, 'run the demo again: it starts over');
      await closeHalf(at, close, stage);
      if (options.stay && !signal.aborted) await goOn(dashboards.url, stage);
    } finally {
      await dashboards.close();
    }
  } finally {
    for (const port of [live, close, checkpoints, ends]) await port.close();
  }
}

/** Sends trades while the stream writes them to the tables. */
async function liveHalf({ trades: count, rate, users, seed }: DemoOptions, stage: Stage): Promise<void> {
  const { live, day, reporter, signal, toolkit } = stage;
  const earlier = demoHistory({ trades: Math.ceil(count * EARLIER), users, seed }, stage.session);
  await streamWhile(stage, (producer) => sendTrades(earlier, Infinity, rate, producer, toolkit.clock, signal));
  const shown = new AbortController();
  const showing = show(live, day, shown.signal, toolkit, reporter);
  try {
    await streamWhile(stage, (producer) => sendTrades(stage.market, count, rate, producer, toolkit.clock, signal));
  } finally {
    shown.abort();
    await showing;
  }
  // The trades between the last batch and the close.
  await runStream({ ...streamOptions(stage), untilCaughtUp: true });
  await showOnce(live, day, reporter);
}

/** The archive, the batch from it, and the check that both gave the same. */
async function closeHalf(at: (name: string) => string, close: Tables, stage: Stage): Promise<void> {
  const { live, source, reporter, toolkit } = stage;
  const { clock } = toolkit;
  const archiveFiles = toolkit.openFiles(`file:${at('archive')}`);
  const closeCheckpoints = toolkit.openFiles(`file:${at('close-checkpoints')}`);
  try {
    reporter.say('\nThe close: the archive is written, and the batch makes the same tables from it.');
    const archive = toolkit.openArchive(archiveFiles, trades);
    const archived = await runArchive({
      ...{ stream: trades, codec: wireForm, source: toolkit.openSource(source), archive, clock },
      ...{ dayOf: tradingDay, untilCaughtUp: true },
    });
    const ports = {
      ...{ pipeline, codec, tables: close, checkpoints: closeCheckpoints, clock },
      archive: archive as Parameters<typeof runBatch>[0]['archive'],
    };
    const batch = await runBatch(ports, {}, inThisThread(ports));
    reporter.say(
      `${counted(archived.records, 'trade')} archived in ${counted(archived.files, 'Parquet file')}; ${counted(batch.rows, 'row')} written by the batch.`,
    );
    const { compared, differences } = await compareClose(pipeline, live, close, clock.now());
    reporter.result(`stream = batch: ${counted(compared, 'row')} compared, ${counted(differences, 'difference')}`, {
      ok: differences === 0,
      trades: archived.records,
      compared,
      differences,
    });
    if (differences > 0) throw new StockafolioError('ERR_INTERNAL', 'the tables of stream and batch are not equal');
  } finally {
    for (const port of [archiveFiles, closeCheckpoints]) await port.close();
  }
}

/** Continues with fewer trades, beside the figures of the close. */
async function goOn(url: string, stage: Stage): Promise<void> {
  const { clock } = stage.toolkit;
  stage.reporter.say(
    [`\nThe market goes on, ${RATE_AFTER} trades a second, for an hour. Ctrl-C ends.`, ...addresses(url)].join('\n'),
  );
  await streamWhile(stage, async (producer) => {
    await sendTrades(stage.market, RATE_AFTER * SECONDS_AFTER, RATE_AFTER, producer, clock, stage.signal);
    while (!stage.signal.aborted) await clock.sleep(60_000, stage.signal);
  });
}

/** Runs the stream until the work, which sends trades to it, is done. */
async function streamWhile(
  stage: Stage,
  work: (producer: Awaited<ReturnType<Toolkit['openProducer']>>) => Promise<void>,
): Promise<void> {
  const producer = await stage.toolkit.openProducer(stage.source);
  const done = new AbortController();
  const stream = runStream({ ...streamOptions(stage), signal: done.signal });
  try {
    await work(producer);
  } finally {
    await producer.close();
    done.abort();
    await stream;
  }
}

function streamOptions({ source, live, checkpoints, toolkit, metrics }: Stage): Parameters<typeof runStream>[0] {
  const { clock } = toolkit;
  return {
    ...{ pipeline, codec, source: toolkit.openSource(source), tables: live, checkpoints, clock },
    onEvent: (event) => metrics.take(event),
  };
}

async function show(
  tables: Tables,
  day: string,
  signal: AbortSignalLike,
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
