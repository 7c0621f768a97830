import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '@stockafolio/connectors/clock-system';
import type { Pipeline } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import type { StreamEvent } from '../src/account-stream.js';
import { generateTrades } from '../src/generator/trade-generator.js';
import { portfolio, portfolioOf } from '../src/pipeline.js';
import { SHARE } from '../src/quantity.js';
import { buildServer } from '../src/server/build-server.js';
import type { ServerOptions } from '../src/server/server-options.js';
import type { Trade } from '../src/trade.js';

/** Monday, at the opening. */
export const OPENING = Date.UTC(2026, 0, 5, 14, 30);
export const DAY = '2026-01-05';

/** A trade with the fields that matter to a test, its quantity in shares; the rest is the same for all. */
export function tradeOf(fields: Partial<Trade> & { readonly id: string }): Trade {
  return {
    ...{ user: 'ann', symbol: 'IBM', sector: 'Information Technology', side: 'buy', price: 100_0000 },
    time: OPENING,
    ...fields,
    quantity: Math.round((fields.quantity ?? 10) * SHARE),
  };
}

/** An account with cash in two currencies, a dividend, a split and a transfer, and a position in each currency. */
export function accountOf(user: string): StreamEvent[] {
  const of = (id: string, after = 0): Pick<StreamEvent, 'id' | 'user' | 'time'> => ({
    ...{ id: `${user}-${id}`, user, time: OPENING + after },
  });
  return [
    { ...of('e1'), kind: 'deposit', amount: 5000_0000 },
    { ...of('e2'), kind: 'deposit', amount: 400_0000, currency: 'EUR' },
    { ...tradeOf({ id: `${user}-t1`, user, quantity: 10 }), commission: 1_5000 },
    tradeOf({ id: `${user}-t2`, user, quantity: 4, side: 'sell', price: 110_0000 }),
    { ...tradeOf({ id: `${user}-t3`, user, quantity: 1, symbol: 'SAP.DE' }), currency: 'EUR' },
    { ...of('e3', 1), kind: 'transfer-in', symbol: 'KO', sector: 'Consumer Staples', quantity: SHARE, value: 60_0000 },
    { ...of('e4', 2), kind: 'dividend', symbol: 'KO', amount: 4800 },
    { ...of('e5', 3), kind: 'split', symbol: 'KO', numerator: 2, denominator: 1 },
  ];
}

/** The portfolio with results by day. */
export const byDay = portfolioOf({ byDay: true });

/** Tables in memory after these trades, and other events. */
export async function traded(
  events: readonly StreamEvent[],
  pipeline: Pipeline = portfolio,
): Promise<PipelineHarness<StreamEvent>> {
  const harness = pipelineHarness<StreamEvent>(pipeline);
  harness.push(...events);
  await harness.commit();
  return harness;
}

/** Trades of a market day, all in its first three hours; each fourth is of a fraction of shares. */
export function marketTrades(count: number, users = 40, seed = 7): Trade[] {
  return generateTrades({ trades: count, users, seed, start: OPENING, rate: count / 10_800 })
    .next(count)
    .map((trade, n) => (n % 4 === 3 ? { ...trade, quantity: Math.round(trade.quantity / 7) } : trade));
}

/** A server and what it has logged. */
export interface Served {
  readonly server: FastifyInstance;
  readonly log: string[];
}

/** Serves tables, with placeholder pages; closed after the test that requested it. */
export function useServer(): (options: Pick<ServerOptions, 'live'> & Partial<ServerOptions>) => Promise<Served> {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });
  return async (options) => {
    const pages = await mkdtemp(join(tmpdir(), 'stockafolio-pages-'));
    await mkdir(join(pages, 'assets'));
    await writeFile(join(pages, 'index.html'), '<!doctype html><title>Stockafolio</title>');
    await writeFile(join(pages, 'assets', 'index-abc.js'), `// ${'x'.repeat(5_000)}`);
    await writeFile(join(pages, 'secret.txt'), 'secret');
    const log: string[] = [];
    const server = await buildServer({
      ...{ pipeline: portfolio.name, clock: systemClock, pages, pollMs: 20, log: (line) => log.push(line) },
      ...options,
    });
    open.push(
      () => server.close(),
      () => rm(pages, { recursive: true, force: true }),
    );
    return { server, log };
  };
}
