import {
  addFigure,
  market,
  type MarketSale,
  PAID_WITHIN,
  type Price,
  PRICES_KEPT,
  type SalePayment,
} from '@stockafolio/conformance';
import { keyBytes, partitionOf, type Pipeline } from '@stockafolio/core';
import { stagesOf, withLanes } from '@stockafolio/core/plan';
import type { Tables } from '@stockafolio/core/ports';
import { readLulls } from '@stockafolio/engine';
import { naiveOrder, type Ordered } from '../../packages/engine/test/naive-order.js';

/** A message of one of the streams, or of a lane. */
export interface Logged<T> {
  readonly partition: number;
  readonly offset: number;
  readonly sent: number;
  readonly record: T;
}

export interface MarketLogs {
  readonly sales: readonly Logged<MarketSale>[];
  readonly payments: readonly Logged<SalePayment>[];
  readonly prices: readonly Logged<Price>[];
}

interface Figure {
  count: number;
  sum: number;
  missing: number;
  order: number;
}

/** The figures of the tables by key, and `PIPELINE PARTITION OFFSET OPERATOR` of each dead letter. */
export interface MarketTables {
  readonly accounts: ReadonlyMap<string, Figure>;
  readonly symbols: ReadonlyMap<string, Figure>;
  readonly worth: ReadonlyMap<string, Figure>;
  readonly letters: ReadonlySet<string>;
}

class Figures extends Map<string, Figure> {
  add(key: string, amount: number | undefined): void {
    const figure = this.get(key) ?? { count: 0, sum: 0, missing: 0, order: 0 };
    this.set(key, figure);
    addFigure(figure, amount);
  }
}

interface Taken<T> extends Ordered {
  readonly record: T;
}

/** What the partitions of a stage send to those of the next one, by its partition and lane. */
class Lanes<T> {
  readonly logs: Logged<T>[][][];
  readonly #sent: number[];
  readonly #partitions: number;

  constructor(partitions: number) {
    this.#partitions = partitions;
    const numbers = Array.from({ length: partitions });
    this.logs = numbers.map(() => numbers.map(() => []));
    this.#sent = numbers.map(() => 0);
  }

  send(from: number, key: string, sent: number, record: T): void {
    const offset = this.#sent[from] ?? 0;
    this.#sent[from] = offset + 1;
    const partition = partitionOf(keyBytes(key), this.#partitions);
    this.logs[partition]?.[from]?.push({ partition, offset, sent, record });
  }
}

/** Hands over the messages of a partition of a stage in their order, with the watermark before each. */
async function inOrder<T extends { readonly time: number }>(
  tables: Tables,
  stage: Pipeline,
  partition: number,
  logs: readonly (readonly Logged<T>[])[],
  take: (message: Taken<T>, watermark: number, received: number) => void,
): Promise<void> {
  const own = logs.map((log, input) =>
    log.map(({ offset, sent, record }): Taken<T> => ({ input, offset, sent, record, time: record.time })),
  );
  const outOfOrderness = Math.max(...stage.streams.map((each) => each.outOfOrderness));
  let [watermark, received] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const message of naiveOrder(own, market.idleAfter, await readLulls(tables, stage, partition))) {
    received = Math.max(received, message.sent);
    take(message, watermark, received);
    watermark = Math.max(watermark, message.time - outOfOrderness);
  }
}

const idOf = (stage: Pipeline, partition: number, { input, offset }: Ordered, operator: string): string =>
  `${stage.name}/${stage.streams[input]?.name} ${partition} ${offset} ${operator}`;

interface WaitingSale extends MarketSale {
  isPaid: boolean;
}

/** Sales that wait for their payments, by their definition. */
class Paid {
  readonly #accounts: Figures;
  readonly #byKey = new Map<string, { readonly sales: WaitingSale[]; readonly payments: SalePayment[] }>();
  /** The sales that wait, by their time. */
  readonly #waiting = new Map<number, WaitingSale[]>();
  #from: number | undefined;

  constructor(accounts: Figures) {
    this.#accounts = accounts;
  }

  /** @returns whether it is late */
  take(record: MarketSale | SalePayment, watermark: number): boolean {
    const { before, after, allowedLateness } = PAID_WITHIN;
    if (record.time + allowedLateness < watermark) return true;
    const key = 'id' in record ? `${record.user} ${record.id}` : `${record.user} ${record.sale}`;
    const held = this.#byKey.get(key) ?? { sales: [] as WaitingSale[], payments: [] as SalePayment[] };
    this.#byKey.set(key, held);
    const meet = (sale: WaitingSale, payment: SalePayment): void => {
      if (payment.time < sale.time - before || payment.time > sale.time + after) return;
      sale.isPaid = true;
      this.#accounts.add(sale.user, payment.paid);
    };
    const byTime = (a: { readonly time: number }, b: { readonly time: number }): number => a.time - b.time;
    if ('id' in record) {
      const sale = { ...record, isPaid: false };
      for (const payment of held.payments.toSorted(byTime)) meet(sale, payment);
      held.sales.push(sale);
      const waiting = this.#waiting.get(sale.time) ?? [];
      this.#waiting.set(sale.time, waiting);
      waiting.push(sale);
    } else {
      for (const sale of held.sales.toSorted(byTime)) meet(sale, record);
      held.payments.push(record);
    }
    return false;
  }

  /** Counts the sales that cannot be paid any more, in the order of time and key: none that comes later is before them. */
  moveTo(watermark: number): void {
    const until = watermark - PAID_WITHIN.after - PAID_WITHIN.allowedLateness;
    this.#from ??= Math.min(until, ...this.#waiting.keys());
    for (; this.#from < until; this.#from++) {
      const due = this.#waiting.get(this.#from)?.filter(({ isPaid }) => !isPaid) ?? [];
      this.#waiting.delete(this.#from);
      due.sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.id < b.id ? -1 : 1));
      for (const { user } of due) this.#accounts.add(user, undefined);
    }
  }
}

/**
 * What the pipeline {@link market} makes of its messages, by its plain definition.
 *
 * @param tables where a run has noted its lulls
 */
export async function marketOracle(logs: MarketLogs, partitions: number, tables: Tables): Promise<MarketTables> {
  const counts = [partitions];
  const [first = market, bySymbol = market, byUser = market] = stagesOf(market).map((each) => withLanes(each, counts));
  const [accounts, symbols, worth] = [new Figures(), new Figures(), new Figures()];
  const letters = new Set<string>();
  const toSymbols = new Lanes<MarketSale>(partitions);
  const toUsers = new Lanes<{ user: string; worth: number; time: number }>(partitions);
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const here = <T>(log: readonly Logged<T>[], of: number): Logged<T>[] =>
    log.filter(({ partition }) => partition === of);

  for (const partition of numbers) {
    const paid = new Paid(accounts);
    const own = [here<MarketSale | SalePayment>(logs.sales, partition), here(logs.payments, partition)];
    let latest = Number.NEGATIVE_INFINITY;
    await inOrder(tables, first, partition, own, (message, watermark, received) => {
      if (watermark > latest) paid.moveTo((latest = watermark));
      const { record } = message;
      if (paid.take(record, watermark)) letters.add(idOf(first, partition, message, 'paid'));
      if ('id' in record) toSymbols.send(partition, record.symbol, received, record);
    });
    const newest = own.flat().reduce((latest, { record }) => Math.max(latest, record.time), 0);
    paid.moveTo(newest - Math.max(...first.streams.map((each) => each.outOfOrderness)));
  }
  for (const partition of numbers) {
    const versions = new Map<string, Price[]>();
    const own = [here<Price | MarketSale>(logs.prices, partition), ...(toSymbols.logs[partition] ?? [])];
    await inOrder(tables, bySymbol, partition, own, (message, watermark, received) => {
      const { record } = message;
      const all = versions.get(record.symbol) ?? [];
      versions.set(record.symbol, all);
      const valid = all.findLastIndex(({ time }) => time <= record.time);
      if ('price' in record) {
        const next = all[valid + 1];
        if (next !== undefined && next.time + PRICES_KEPT <= watermark)
          letters.add(idOf(bySymbol, partition, message, 'valued'));
        else all.splice(valid + 1, 0, record);
        return;
      }
      const { user, symbol, quantity, time } = record;
      if (time + PRICES_KEPT < watermark) return void letters.add(idOf(bySymbol, partition, message, 'valued'));
      const price = all[valid]?.price;
      symbols.add(symbol, price === undefined ? undefined : price * quantity);
      toUsers.send(partition, user, received, { user, worth: (price ?? 0) * quantity, time });
    });
  }
  for (const partition of numbers)
    await inOrder(tables, byUser, partition, toUsers.logs[partition] ?? [], ({ record }) =>
      worth.add(record.user, record.worth),
    );
  return { accounts, symbols, worth, letters };
}
