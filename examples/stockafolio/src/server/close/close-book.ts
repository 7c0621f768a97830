import { formatMoney } from '@stockafolio/core';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { readProgress, type Progress } from '@stockafolio/engine';
import { lastComparison, type Comparison } from '@stockafolio/runner-batch';
import type { Total } from '../../figures/firm-figures.js';
import {
  minus,
  NOTHING,
  plus,
  twinRows,
  twinsOf,
  twinTables,
  type Twin,
  type TwinRow,
  type TwinsOf,
} from '../../figures/twin-figures.js';
import { sharesOf } from '../../quantity.js';
import type { Books } from '../books.js';
import { Remembered } from '../remembered.js';
import type { WireLastComparison, WireSums, WireTwin, WireTwinRow, WireTwinRows, WireTwins } from '../wire/types.js';
import { whole } from '../wire/values.js';
import { wireComparison } from './wire-comparison.js';

/** How long an answer is given again, in milliseconds: however many people look, the tables are read once. */
const HOLDS = 1_000;
const PACE = 3;

interface CloseBookOptions {
  readonly live: Tables;
  /** The tables of the daily batch. */
  readonly close?: Tables;
  readonly pipeline: string;
  readonly books: Books;
  readonly clock: Clock;
}

/** The last comparison of stream and batch, as it was kept, and the figures of a day in the tables of both. */
export class CloseBook {
  readonly #options: CloseBookOptions;
  readonly #last: Remembered<WireLastComparison>;
  readonly #twins: Remembered<WireTwins>;

  constructor(options: CloseBookOptions) {
    this.#options = options;
    this.#last = new Remembered(options.clock, { ms: HOLDS, most: 1, pace: PACE });
    this.#twins = new Remembered(options.clock, { ms: HOLDS, most: 8, pace: PACE });
  }

  /** The kept result, with what the live tables have taken since. No rows are compared here. */
  last(): Promise<WireLastComparison> {
    const { live, pipeline } = this.#options;
    return this.#last.get('', '', async () => {
      const found: Comparison | undefined = await lastComparison(live, pipeline);
      if (found === undefined) return { comparison: null };
      return { comparison: wireComparison(found, await readProgress(live, pipeline)) };
    });
  }

  /** The figures of a day in both tables; of the newest day if none is named. */
  async twins(asked: string | undefined, of: TwinsOf): Promise<WireTwins> {
    const { books, live, close } = this.#options;
    const newestDay = await books.newestDay();
    const day = asked ?? newestDay;
    return this.#twins.get(`${day} ${of} ${newestDay}`, '', async () => {
      const liveRows = await twinRows(live, of, day);
      const closeRows = close === undefined ? [] : await twinRows(close, of, day);
      const twins = twinsOf(liveRows, closeRows);
      const total = {
        ...{ name: 'All', live: twins.reduce((all, twin) => plus(all, twin.live), NOTHING) },
        close: twins.reduce((all, twin) => plus(all, twin.close), NOTHING),
      };
      return {
        ...{ day, newestDay, of, hasClose: close !== undefined, isClosed: closeRows.length > 0 },
        ...{ total: wireTwin(total), twins: twins.map(wireTwin) },
      };
    });
  }

  /** The rows that a figure is made of. */
  async rows(asked: string | undefined, of: TwinsOf, name: string): Promise<WireTwinRows> {
    const { books, live, close, pipeline } = this.#options;
    const day = asked ?? (await books.newestDay());
    const [liveRows, closeRows] = [
      await side(live, pipeline, of, day, name),
      close === undefined ? new Map<number, WireTwinRow>() : await side(close, pipeline, of, day, name),
    ];
    const shards = [...new Set([...liveRows.keys(), ...closeRows.keys()])].sort((a, b) => a - b);
    return {
      table: twinTables[of].name,
      rows: shards.map((shard) => ({
        ...{ key: `${day}, ${name}, ${shard}`, shard },
        ...{ live: liveRows.get(shard) ?? null, close: closeRows.get(shard) ?? null },
      })),
    };
  }
}

/** The rows of a figure on one side, by shard. */
async function side(
  tables: Tables,
  pipeline: string,
  of: TwinsOf,
  day: string,
  name: string,
): Promise<Map<number, WireTwinRow>> {
  const progress = await readProgress(tables, pipeline);
  const rows = await twinRows(tables, of, day, name);
  return new Map(rows.map((row) => [row.shard, wireRow(row, progress)]));
}

function wireRow(row: TwinRow, progress: ReadonlyMap<number, Progress>): WireTwinRow {
  return {
    offset: progress.get(row.shard)?.offset ?? null,
    version: new Date(Math.floor(row.version / 1_000)).toISOString(),
    sums: wireSums(row),
  };
}

function wireTwin({ name, live, close }: Twin): WireTwin {
  return { name, live: wireSums(live), close: wireSums(close), difference: wireSums(minus(live, close)) };
}

function wireSums({ trades, volume, value, buyValue }: Total): WireSums {
  return {
    ...{ trades: whole(trades), volume: sharesOf(volume) },
    ...{ value: formatMoney(value), buyValue: formatMoney(buyValue) },
  };
}
