import { filter, map, merge, NEVER, type Observable } from 'rxjs';
import { Sale, Sum } from '../sales.js';
import { changes, current, type SaleChange } from './random-changes.js';
import { classOf, isOther, isRemoval, joined, mapped, OUT_OF_ORDER, ruleKey } from './random-items.js';
import type { ByUser, Item, Part } from './random-parts.js';
import { processed } from './random-process.js';
import { repartitioned } from './random-repartition.js';
import {
  type Branch,
  countWindow,
  distinctByKey,
  foldByKey,
  hoppingWindow,
  int64,
  into,
  joinAsOf,
  joinBroadcast,
  joinLatest,
  joinWithin,
  type Mutable,
  pipeline,
  type Pipeline,
  sessionWindow,
  record,
  shard,
  shardedFold,
  split,
  stream,
  type Table,
  table,
  text,
  timestamp,
  slidingWindow,
  topByKey,
  whenFinal,
} from '@stockafolio/core';

const Kept = record('item', { user: text(), item: text(), amount: int64(), time: timestamp() });
const kept = { state: Kept, select: ({ user, item, amount, time }: Item) => ({ user, item, amount, time }) };
const Counted = record('counted', { ...Sum.fields, last: timestamp() });

const sales = { key: 'user', time: (s: Sale) => s.time, outOfOrderness: OUT_OF_ORDER } as const;
const source = stream('sales', Sale, sales);
/** The streams that plans of several streams read. */
export const sources = [
  source,
  stream('refunds', Sale, sales),
  stream('gifts', Sale, sales),
  stream('rules', Sale, { broadcast: true, time: sales.time, outOfOrderness: OUT_OF_ORDER }),
  changes,
] as const;
const sumTable = (name: string): Table =>
  table(
    name,
    { partitionBy: ['user'], clusterBy: ['item', 'shard'] },
    {
      ...{ user: text(), item: text(), shard: shard(), amount: int64(), count: int64() },
    },
  ) as Table;
const windowTable = (name: string): Table =>
  table(
    name,
    { partitionBy: ['user'], clusterBy: ['item', 'start'] },
    {
      ...{ user: text(), item: text(), start: timestamp(), amount: int64(), count: int64() },
    },
  ) as Table;

function addTo(sum: Mutable<Sum>, amount: number, fails: number): void {
  sum.amount += amount;
  sum.count += 1;
  if (amount === fails) throw new Error(`${fails} fails`);
}

/** Adds the later of two sessions; some cannot be joined. */
export function mergeSums(into: Mutable<Sum>, from: Sum): void {
  into.amount += from.amount;
  into.count += from.count;
  if (into.count === 4) throw new Error('4 fails');
}

/** The name of the table that has the map of a process. */
export function amountsOf(name: string): string {
  return `${name}_amounts`;
}

/** Its tables are named after the numbers of their parts, counted depth first. */
export function pipelineOf(parts: readonly Part[]): Pipeline {
  return pipeline('random', { source }, ({ source: records }) => branchesOf(parts, () => records));
}

/**
 * The same over several streams.
 *
 * @param inputs by part, the streams that are merged into it, by index
 */
export function pipelineOfMany(parts: readonly Part[], inputs: readonly (readonly number[])[]): Pipeline {
  const [first, second, third, rules, changes] = sources;
  return pipeline(
    'random',
    { first, second, third, rules, changes },
    ({ first: a, second: b, third: c, ...others }) => {
      const flows = [a, b, c];
      return branchesOf(
        parts,
        (part) => {
          const chosen = (inputs[part] ?? []).flatMap((n) => flows[n] ?? []);
          const [only] = chosen;
          return only !== undefined && chosen.length === 1 ? only : merge(...chosen);
        },
        others,
      );
    },
  );
}

/** The streams that only some parts read. */
interface Others {
  /** The broadcast stream. */
  readonly rules: Observable<Sale>;
  readonly changes: Observable<SaleChange>;
}

/** @param from what goes into each of the parts, by index */
function branchesOf(
  parts: readonly Part[],
  from: (part: number) => Observable<Item>,
  { rules, changes }: Others = { rules: NEVER, changes: NEVER },
): Branch[] {
  const branches: Branch[] = [];
  let number = 0;
  const add = (flow: Observable<Item>, part: Part, root: Observable<Item>): void => {
    const name = `n${number++}`;
    const put = (to: Table, rows: Observable<unknown>): void =>
      void branches.push(into<Table, unknown>(to, rows as never));
    const keyOf =
      (key: ByUser) =>
      (each: Item): [string, string] => [each.user, key.length === 2 ? each.item : ''];
    const sumsOf = (of: string, from: Observable<Item>) =>
      from.pipe(
        foldByKey(of, {
          ...{ key: keyOf(['user', 'item']), state: Sum },
          fold: (sum, { amount }) => addTo(sum, amount, -1),
        }),
      );
    const continued = (from: Observable<Item>, next: readonly Part[]): void => {
      for (const each of next) add(from, each, root);
    };
    switch (part.kind) {
      case 'map':
        return continued(flow.pipe(map((each) => mapped(each, part.factor))), part.next);
      case 'filter':
        return continued(flow.pipe(filter(({ amount }) => amount % 5 !== part.not)), part.next);
      case 'split':
        return continued(split(flow, { not: ({ amount }) => amount % 5 === part.not }).rest, part.next);
      case 'rows':
        return put(
          sumTable(name),
          flow.pipe(map(({ user, item, amount, time: count }) => ({ user, item, amount, count }))),
        );
      case 'repartition':
        return continued(repartitioned(name, part, flow), part.next);
      case 'distinct':
        return continued(flow.pipe(distinctByKey(name, { key: keyOf(part.key), within: part.within })), part.next);
      case 'fold': {
        const sums = flow.pipe(
          foldByKey(name, {
            key: keyOf(part.key),
            state: Sum,
            fold: (sum, { amount }) => addTo(sum, amount, part.fails),
          }),
        );
        const rows = sums.pipe(map(({ key: [user, item], value }) => ({ user, item, ...value })));
        // The state itself, or a row for each record.
        put(sumTable(name), part.fails < 0 ? sums : rows);
        return continued(
          sums.pipe(
            map(({ key: [user], record: { item, time }, value: { amount } }) => ({ user, item, amount, time })),
          ),
          part.next,
        );
      }
      case 'figures': {
        const sums = sumsOf(`${name}-below`, flow);
        const key = (own: string, amount: number): [string, string] =>
          part.isSharded ? ['', classOf(amount)] : [own, part.key.length === 2 ? classOf(amount) : ''];
        const operator = part.isSharded ? shardedFold : foldByKey;
        const figures = sums.pipe(
          operator(name, {
            key: ({ key: [user], value: { amount } }) => key(user, amount),
            state: Sum,
            fold: (sum, { value: { amount } }) => addTo(sum, amount, 13),
            unfold: (sum, { value: { amount } }) => {
              sum.amount -= amount;
              sum.count -= 1;
            },
          }),
        );
        return put(sumTable(name), figures.pipe(map(({ key: [user, item], value }) => ({ user, item, ...value }))));
      }
      case 'process': {
        const { all, timers, amounts } = processed(name, part, flow, rules);
        put(windowTable(amountsOf(name)), amounts);
        put(sumTable(name), all.pipe(map(({ time, ...item }) => ({ ...item, count: time }))));
        continued(all, part.next);
        return continued(timers, part.behindTimers);
      }
      case 'rank':
        return put(
          sumTable(name),
          flow.pipe(
            topByKey(name, {
              ...{ k: part.k, by: 'amount', key: ({ user }: Item) => [user] as const, state: Sum },
              fold: (sum, { amount }) => addTo(sum, amount, -1),
            }),
            map(({ rank, value: { amount } }) => ({ user: String(rank), item: '', amount, count: 0 })),
          ),
        );
      case 'current':
        return put(
          sumTable(name),
          current(name, part, changes, (left) => sumsOf(left, flow)),
        );
      case 'latest':
        return put(
          sumTable(name),
          sumsOf(`${name}-left`, flow).pipe(
            joinLatest(name, sumsOf(`${name}-right`, flow.pipe(filter(isOther))), {
              kind: part.isInner ? 'inner' : 'outer',
            }),
            map(({ key: [user, item], value: { left, right } }) => ({
              ...{ user, item, amount: left?.amount ?? 0, count: right?.amount ?? 0 },
            })),
          ),
        );
      case 'join': {
        const other = part.isWithRoot ? root : flow.pipe(filter(isOther));
        const { before, after, lateness: allowedLateness, join: kind } = part;
        const pairs = flow.pipe(
          joinWithin(name, other, {
            ...{ before, after, allowedLateness, kind, left: kept, right: kept },
            ...{ key: keyOf(part.key), otherKey: keyOf(part.key) },
          }),
        );
        return continued(pairs.pipe(map(({ left, right }) => joined(left, right))), part.next);
      }
      case 'versions': {
        const { keep, validFor, join: kind } = part;
        const options = { ...(validFor === undefined ? {} : { validFor }), keep, kind, right: kept };
        const key = keyOf(part.key);
        const other = part.isWithRoot ? root : flow.pipe(filter(isOther));
        const found = part.isOfChanges
          ? flow.pipe(joinAsOf(name, changes, { ...options, key, otherKey: ['user', 'item'] }))
          : flow.pipe(joinAsOf(name, other, { ...options, key, otherKey: key }));
        return continued(found.pipe(map(({ left, right }) => joined(left, right))), part.next);
      }
      case 'rules': {
        const { by, join: kind } = part;
        const found = flow.pipe(
          joinBroadcast(name, rules, {
            ...{ kind, right: kept, removes: isRemoval },
            ...{ key: (each) => [ruleKey(by, each)], otherKey: (each) => [ruleKey(by, each)] },
          }),
        );
        return continued(found.pipe(map(({ left, right }) => joined(left, right))), part.next);
      }
      case 'window': {
        const windows = flow.pipe(
          hoppingWindow(name, {
            ...{ size: part.step * part.overlap, step: part.step, allowedLateness: part.lateness },
            ...{ key: keyOf(part.key), state: Sum, emit: part.emit },
            fold: (sum, { amount }) => addTo(sum, amount, 7),
          }),
        );
        put(
          windowTable(name),
          windows.pipe(map(({ window: { start }, key: [user, item], value }) => ({ user, item, start, ...value }))),
        );
        return continued(
          windows.pipe(
            whenFinal(),
            map(({ key: [user, item], window: { end }, value: { amount } }) => ({ user, item, amount, time: end - 1 })),
          ),
          part.next,
        );
      }
      case 'sliding': {
        const figures = flow.pipe(
          slidingWindow(name, {
            ...{
              size: part.size,
              allowedLateness: part.lateness,
              key: keyOf(part.key),
              state: Sum,
              merge: mergeSums,
            },
            fold: (sum, { amount }) => addTo(sum, amount, 7),
          }),
        );
        put(sumTable(name), figures.pipe(map(({ key: [user, item], value }) => ({ user, item, ...value }))));
        return continued(
          figures.pipe(
            map(({ key: [user], record: { item, time }, value: { amount } }) => ({ user, item, amount, time })),
          ),
          part.next,
        );
      }
      case 'count': {
        const windows = flow.pipe(
          countWindow(name, {
            ...{ size: part.size, slide: part.slide, key: keyOf(part.key), state: Counted },
            fold: (sum, { amount, time }) => {
              sum.last = time;
              addTo(sum, amount, 7);
            },
          }),
        );
        put(
          windowTable(name),
          windows.pipe(
            map(({ index, key: [user, item], value: { amount, count } }) => ({
              ...{ user, item, start: index, amount, count },
            })),
          ),
        );
        return continued(
          windows.pipe(map(({ key: [user, item], value: { amount, last } }) => ({ user, item, amount, time: last }))),
          part.next,
        );
      }
      case 'session': {
        const sessions = flow.pipe(
          sessionWindow(name, {
            ...{ gap: part.gap, allowedLateness: part.lateness, key: keyOf(part.key), state: Sum, emit: part.emit },
            fold: (sum, { amount }) => addTo(sum, amount, 7),
            merge: mergeSums,
          }),
        );
        put(
          windowTable(name),
          sessions.pipe(map(({ window: { start }, key: [user, item], value }) => ({ user, item, start, ...value }))),
        );
        return continued(
          sessions.pipe(
            whenFinal(),
            map(({ key: [user], window: { end }, value: { amount } }) => ({
              ...{ user, item: `${end}`, amount },
              time: end - 1,
            })),
          ),
          part.next,
        );
      }
    }
  };
  parts.forEach((part, n) => add(from(n), part, from(n)));
  return branches;
}
