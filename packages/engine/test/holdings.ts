import { filter, map } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  keyBytes,
  partitionOf,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import type { Lull } from '@stockafolio/engine';
import { naiveOrder, type Ordered } from './naive-order.js';

// Holdings that actions of a broadcast stream change, and what they are by their plain definition.

const OUT_OF_ORDER = 2_000;
const KEPT = 20_000;

export const Trade = record('trade', { user: text(), symbol: text(), id: int64(), time: timestamp() });
const Action = record('action', { symbol: text(), id: int64(), time: timestamp() });
export type Trade = Infer<typeof Trade>;
export type Action = Infer<typeof Action>;
export const trades = stream('trades', Trade, { key: 'user', time: (t) => t.time, outOfOrderness: OUT_OF_ORDER });
export const actions = stream('actions', Action, { broadcast: true, time: (a) => a.time });

const Holding = record('holding', { quantity: int64(), changes: int64() });
export const Told = record('told', {
  ...{ user: text(), symbol: text(), what: text(), id: int64(), at: timestamp(), quantity: int64() },
});
export const told = table('told', { partitionBy: ['user'], clusterBy: ['symbol', 'what', 'id', 'at'] }, Told.fields);
const Total = record('total', { sum: int64(), count: int64() });
export const totals = table('totals', { partitionBy: ['user'] }, { user: text(), ...Total.fields });

const isBadTrade = (id: number): boolean => id % 13 === 5;
const isBadAction = (id: number): boolean => id % 6 === 4;
const isBadKey = (id: number, user: string): boolean => (id + user.charCodeAt(0)) % 5 === 2;
/** What is emitted with such a quantity fails behind. */
const isBadBehind = (quantity: number): boolean => quantity % 9 === 8;
/** It shows the order in which quantities come. */
const mixed = (sum: number, quantity: number): number => (sum * 3 + quantity) % 1_000_003;
const isRemoved = (id: number): boolean => id % 7 === 6;

/** Each action multiplies the holdings of its symbol; some also take a fee of all holdings. */
export const holding: Pipeline = pipeline('holding', { actions, trades }, ({ actions, trades }) => {
  const told_ = trades.pipe(
    processByKey('holdings', {
      key: ['user', 'symbol'],
      state: Holding,
      timers: ['end'],
      lists: { ids: record('ids', { id: int64() }) },
      output: Told,
      onRecord: (state, { user, symbol, id }, { time, timers: { end }, lists: { ids }, emit }) => {
        state.quantity += id;
        state.changes += 1;
        ids.append({ id });
        end.set(time + KEPT);
        emit({ user, symbol, what: 'trade', id, at: time, quantity: state.quantity });
        if (isBadTrade(id)) throw new Error('this trade is bad');
      },
      onTimer: ({ quantity }, { time: at }, { key: [user, symbol], emit, remove }) => {
        emit({ user, symbol, what: 'end', id: 0, at, quantity });
        remove();
      },
      everyKey: {
        fees: {
          broadcast: actions.pipe(filter(({ id }) => id % 2 === 0)),
          onKey: (state, { id }, { key: [user, symbol], time: at, emit }) => {
            state.quantity -= 1;
            emit({ user, symbol, what: 'fee', id, at, quantity: state.quantity });
          },
        },
        splits: {
          broadcast: actions.pipe(
            map((action) => {
              if (isBadAction(action.id)) throw new Error('this action is bad');
              return action;
            }),
          ),
          where: { symbol: 'symbol' },
          onKey: (state, { id }, { key: [user, symbol], time: at, timers: { end }, lists: { ids }, emit, remove }) => {
            state.quantity = state.quantity * 2 + ids.length;
            state.changes += 1;
            ids.append({ id });
            if (id % 3 === 0) end.set(at + 5_000);
            emit({ user, symbol, what: 'split', id, at, quantity: state.quantity });
            if (isRemoved(id)) remove();
            if (isBadKey(id, user)) throw new Error('this key is bad');
          },
        },
      },
    }),
  );
  return [
    into(told, told_),
    into(
      totals,
      told_.pipe(
        foldByKey('totals', {
          key: ({ user }) => [user],
          state: Total,
          fold: (total, { quantity }) => {
            total.sum = mixed(total.sum, quantity);
            total.count += 1;
            if (isBadBehind(quantity)) throw new Error('this quantity is bad');
          },
        }),
        map(({ key: [user], value }) => ({ user, ...value })),
      ),
    ),
  ];
});

/** A trade, or an action; `id` is unique over both. */
export interface Deed {
  readonly isAction: boolean;
  readonly user: string;
  readonly symbol: string;
  readonly id: number;
  readonly time: number;
}

interface Held {
  readonly user: string;
  readonly symbol: string;
  quantity: number;
  ids: number;
  end: number;
}

type Message = Ordered & Deed;

/** Rows and dead letters, with their versions, as texts in order. */
export interface Made {
  readonly rows: string[];
  readonly totals: string[];
  readonly letters: string[];
}

/** What a pipeline makes of deeds: each partition by itself has all actions, and its trades, in the order of the merge. */
export class NaiveHoldings {
  readonly #rows: string[] = [];
  readonly #totals = new Map<string, { sum: number; count: number; version: number }>();
  readonly #letters = new Map<string, number>();
  #held: Held[] = [];
  #version = 0;
  #watermark = Number.NEGATIVE_INFINITY;
  #owner = '';

  get made(): Made {
    return {
      rows: this.#rows.toSorted(),
      totals: [...this.#totals]
        .map(([user, { sum, count, version }]) => JSON.stringify([[user, sum, count], version]))
        .sort(),
      letters: [...this.#letters].map(([name, version]) => `${name} ${version}`).sort(),
    };
  }

  /** @param sent by id, when each was sent */
  async push(
    deeds: readonly Deed[],
    sent: readonly number[],
    partitions: number,
    idleAfter: number,
    lullsOf: (partition: number) => Promise<readonly Lull[]>,
  ): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) {
      const logs: Message[][] = Array.from({ length: partitions + 1 }, () => []);
      let count = 0;
      for (const deed of deeds) {
        const input = deed.isAction ? count++ % partitions : partitions;
        if (!deed.isAction && partitionOf(keyBytes(deed.user), partitions) !== partition) continue;
        const log = logs[input] ?? [];
        log.push({ ...deed, input, offset: log.length, sent: sent[deed.id] ?? 0 });
      }
      [this.#held, this.#version, this.#watermark] = [[], 0, Number.NEGATIVE_INFINITY];
      for (const message of naiveOrder(logs, idleAfter, await lullsOf(partition)))
        this.#take(message, message.isAction ? message.input : partition);
    }
  }

  #take({ isAction, offset, id, user, symbol, time }: Message, partition: number): void {
    this.#version = Math.max(this.#version + 1, time * 1_000);
    this.#owner = JSON.stringify([`holding/${isAction ? 'actions' : 'trades'}`, partition, offset]);
    if (isAction) {
      if (isBadAction(id)) return this.#reject('');
      for (const held of this.#inOrder(() => id % 2 === 0))
        this.#attempt(held, 'fees', (own) => {
          own.quantity -= 1;
          return ['fee', id, time];
        });
      for (const held of this.#inOrder((each) => each.symbol === symbol)) this.#split(held, id, time);
    } else {
      const known = this.#held.find((each) => each.user === user && each.symbol === symbol);
      const held = known ?? { user, symbol, quantity: 0, ids: 0, end: 0 };
      const quantity = held.quantity + id;
      if (isBadTrade(id) || isBadBehind(quantity)) return this.#reject('');
      if (known === undefined) this.#held.push(held);
      Object.assign(held, { quantity, ids: held.ids + 1, end: this.#after(time + KEPT) });
      this.#tell(held, 'trade', id, time);
    }
    this.#advance(time - OUT_OF_ORDER);
  }

  #split(held: Held, id: number, time: number): void {
    this.#attempt(held, 'splits', (own) => {
      own.quantity = own.quantity * 2 + own.ids;
      own.ids += 1;
      if (id % 3 === 0) own.end = this.#after(time + 5_000);
      if (isBadKey(id, own.user)) return undefined;
      if (isRemoved(id)) this.#held = this.#held.filter((each) => each !== held);
      return ['split', id, time];
    });
  }

  /** Changes a key; not if that fails, or what it emits does. */
  #attempt(held: Held, name: string, change: (own: Held) => [string, number, number] | undefined): void {
    const own = { ...held };
    const before = this.#held;
    const emitted = change(own);
    if (emitted === undefined || isBadBehind(own.quantity)) {
      this.#held = before;
      return this.#reject(`holdings (${name} ${JSON.stringify([held.user, held.symbol])})`);
    }
    Object.assign(held, own);
    this.#tell(held, ...emitted);
  }

  #advance(watermark: number): void {
    if (watermark <= this.#watermark) return;
    this.#watermark = watermark;
    const due = this.#inOrder(({ end }) => end <= watermark);
    due.sort((a, b) => a.end - b.end);
    for (const held of due) this.#tell(held, 'end', 0, held.end);
    this.#held = this.#held.filter((held) => !due.includes(held));
  }

  /** The keys for which this is true, in their order. */
  #inOrder(isFor: (held: Held) => boolean): Held[] {
    return this.#held
      .filter(isFor)
      .sort((a, b) => ([a.user, a.symbol].join(' ') < [b.user, b.symbol].join(' ') ? -1 : 1));
  }

  #tell({ user, symbol, quantity }: Held, what: string, id: number, at: number): void {
    this.#rows.push(JSON.stringify([[user, symbol, what, id, at, quantity], this.#version]));
    const { sum = 0, count = 0 } = this.#totals.get(user) ?? {};
    this.#totals.set(user, { sum: mixed(sum, quantity), count: count + 1, version: this.#version });
  }

  #after(time: number): number {
    return Math.max(time, this.#watermark + 1);
  }

  #reject(operator: string): void {
    const name = `${this.#owner} ${operator}`;
    this.#letters.set(name, Math.max(this.#version, this.#letters.get(name) ?? 0));
  }
}
