import type { Pipeline } from '@stockafolio/core';
import { Feed, PartitionEngine } from '@stockafolio/engine';
import { generateTrades, wireForm } from '@stockafolio/example';

/** The trades of a commit. */
const COMMIT = 20_000;

export interface Processed {
  readonly engine: PartitionEngine;
  readonly rows: number;
}

/** Trades of the generator as messages, always the same. */
export function tradeMessages(count: number, users: number): readonly Uint8Array[] {
  const trades = generateTrades({
    ...{ trades: count, users, seed: 1, start: Date.UTC(2026, 0, 5, 14, 30), rate: 20_000 },
  });
  return trades.next(count).map((trade) => wireForm.encode(trade));
}

/** Decodes and processes messages of trades in memory, with a commit now and then. */
export function processTrades(pipeline: Pipeline, messages: readonly Uint8Array[]): Processed {
  const engine = new PartitionEngine({
    ...{ pipeline, partition: 0, source: 'benchmark', codec: wireForm, onBadRecord: 'fail' },
  });
  let rows = 0;
  for (let from = 0; from < messages.length; from += COMMIT) {
    const feed = new Feed(engine);
    messages.slice(from, from + COMMIT).forEach((message, n) => {
      const trade = wireForm.decode(message);
      feed.add(trade, { offset: from + n, ingested: trade.time });
    });
    feed.end();
    rows += engine.commit().length;
  }
  return { engine, rows };
}
