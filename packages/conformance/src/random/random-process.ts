import { map, type Observable } from 'rxjs';
import {
  type Infer,
  int64,
  type ObjectOf,
  processByKey,
  record,
  text,
  timestamp,
  type Update,
} from '@stockafolio/core';
import type { Sale } from '../sales.js';
import type { Item, Part } from './random-parts.js';

/** The part of a random plan with fields, a map, a list and two timers, whose keys rules change. */
export type ProcessPart = Extract<Part, { readonly kind: 'process' }>;

const Seen = record('seen', { count: int64(), last: timestamp() });
const Times = record('times', { amount: int64(), count: int64() });
const Recent = record('recent', { amount: int64() });
const Emitted = record('emitted', { user: text(), item: text(), amount: int64(), time: timestamp() });

/** An item, and the event time with which it was emitted. */
type Emitted = ObjectOf<typeof Emitted.fields>;

/**
 * What it emits: all values, and those of timers and rules alone; and its map.
 *
 * @param rules the broadcast stream
 */
export function processed(
  name: string,
  part: ProcessPart,
  flow: Observable<Item>,
  rules: Observable<Sale>,
): {
  readonly all: Observable<Emitted>;
  readonly timers: Observable<Emitted>;
  readonly amounts: Observable<Update<readonly [string, string, number], Infer<typeof Times>>>;
} {
  const { wait, fails, ruled } = part;
  const isOfItems = part.key.length === 2;
  const keyed = flow.pipe(map((each) => ({ ...each, own: isOfItems ? each.item : '' })));
  return processByKey(name, keyed, {
    key: ['user', 'own'],
    state: Seen,
    maps: { amounts: { key: int64(), value: Times, output: true } },
    lists: { recent: Recent },
    timers: ['quiet', 'again'],
    outputs: { all: Emitted, timers: Emitted },
    onRecord: (state, { user, item, amount }, { time: at, timers, maps: { amounts }, lists: { recent }, emit }) => {
      state.count += 1;
      state.last = at;
      if (amounts.has(amount) && amount % 2 === 0) amounts.delete(amount);
      else amounts.set(amount, { amount, count: (amounts.get(amount)?.count ?? 0) + 1 });
      recent.append({ amount });
      if (recent.length > 3) recent.shift();
      timers.quiet.set(at + wait);
      // Mostly in the past.
      if (amount % 4 === 0) timers.again.set(at - 2_000);
      if (amount % 7 === 0) timers.quiet.cancel();
      let mixed = 0;
      for (const { amount: each } of recent) mixed = mixed * 3 + each;
      emit.all({ user, item, amount: (mixed + amounts.size) % 31, time: at });
      if (amount === fails) throw new Error(`${fails} fails`);
    },
    onTimer: (
      state,
      { name: timer, time: at },
      { key: [user, item], timers, maps: { amounts }, lists, emit, remove },
    ) => {
      state.count += 1;
      let mixed = timer === 'quiet' ? 1 : 2;
      for (const [amount, { count }] of amounts) mixed = mixed * 5 + amount * count;
      const amount = (mixed + state.count + (lists.recent.shift()?.amount ?? 0)) % 31;
      if (timer === 'quiet') {
        if (state.count % 3 === 0) timers.again.set(at + 500);
        // At the same time: if it is due then, it fires later instead.
        else timers.again.set(at);
      } else if (timers.quiet.at !== undefined && state.count % 2 === 0) timers.quiet.set(timers.quiet.at + 300);
      else if (state.count % 5 === 0) remove();
      const [least] = amounts.first() ?? [];
      if (least !== undefined) amounts.delete(least);
      emit.all({ user, item, amount, time: at });
      emit.timers({ user, item, amount, time: at });
      if (amount === fails) throw new Error(`${fails} fails`);
    },
    everyKey:
      ruled === 'none'
        ? undefined
        : {
            rules: {
              broadcast: rules,
              where: ruled === 'all' ? {} : isOfItems ? { own: 'item' } : { user: 'user' },
              onKey: (
                state,
                { amount: given },
                { key: [user, item], time: at, timers, maps: { amounts }, lists: { recent }, emit, remove },
              ) => {
                state.count += 1;
                amounts.set(given, { amount: given, count: (amounts.get(given)?.count ?? 0) + 2 });
                if (recent.length === 3) recent.shift();
                if (given % 3 === 0) timers.again.set(at + 1_500);
                if (given % 4 === 0) timers.quiet.cancel();
                if (given % 7 === 0) remove();
                let mixed = given;
                for (const [amount, { count }] of amounts) mixed = mixed * 3 + amount * count;
                const amount = (mixed + state.count + recent.length) % 31;
                emit.all({ user, item, amount, time: at });
                emit.timers({ user, item, amount, time: at });
                if (amount % 10 === fails) throw new Error(`${fails} fails`);
              },
            },
          },
  });
}
