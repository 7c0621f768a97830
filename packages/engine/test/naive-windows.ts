import { type Item, mergeSums, type Part } from '@stockafolio/conformance/random';
import type { Memory, Seen, Totals } from './naive-memory.js';

type Of<K extends Part['kind']> = Extract<Part, { readonly kind: K }>;

/** Where an item goes: the name of its part, what the plan keeps, and the operators for which it was late. */
interface Into extends Seen {
  readonly name: string;
  readonly memory: Memory;
  readonly late: Set<string>;
}

const keyOf = (key: readonly string[], { user, item }: Item): [string, string] => [user, key.length === 2 ? item : ''];

/** Adds an item to all windows that hold its time. */
export function intoWindows(part: Of<'window'>, value: Item, { name, memory, late, time, watermark }: Into): void {
  const { step } = part;
  for (let end = Math.floor(time / step) * step + step * part.overlap; end > time; end -= step) {
    if (end + part.lateness <= watermark) {
      late.add(name);
      continue;
    }
    const [key, start] = [keyOf(part.key, value), end - step * part.overlap];
    const id = [name, start, ...key].join('/');
    const window = memory.windows.get(id) ?? { start, end, key, amount: 0, count: 0 };
    memory.windows.set(id, window);
    window.amount += value.amount;
    window.count += 1;
    if (value.amount === 7) throw new Error('7 fails');
    if (part.emit !== 'final only') memory.rows[[name, ...key, start].join('/')] = `${window.amount} ${window.count}`;
  }
}

/** Adds an item to its session, with which all sessions that it meets become one. */
export function intoSession(part: Of<'session'>, value: Item, into: Into): void {
  const { name, late, time, watermark } = into;
  const { windows, rows } = into.memory;
  const { gap, lateness } = part;
  const key = keyOf(part.key, value);
  const idAt = (start: number): string => [name, start, ...key].join('/');
  const mine = [...windows].flatMap(([id, each]) => (id === idAt(each.start) ? [each] : []));
  const until = time + gap;
  const isLate = until + lateness <= watermark;
  const met = mine
    .filter(({ start, end }) => start < until && time < end && !(isLate && time < start))
    .sort((a, b) => a.start - b.start);
  if (isLate && met.length === 0) return void late.add(name);
  const start = Math.min(time, ...met.map((each) => each.start));
  const end = Math.max(until, ...met.map((each) => each.end));
  const [{ amount, count }, ...others] = met[0] === undefined ? [{ amount: 0, count: 0 }] : [met[0], ...met.slice(1)];
  const session = { start, end, key, amount, count };
  for (const other of others) mergeSums(session, other);
  for (const other of met) {
    windows.delete(idAt(other.start));
    Reflect.deleteProperty(rows, [name, ...key, other.start].join('/'));
  }
  windows.set(idAt(start), session);
  session.amount += value.amount;
  session.count += 1;
  if (value.amount === 7) throw new Error('7 fails');
  if (part.emit !== 'final only') rows[[name, ...key, start].join('/')] = `${session.amount} ${session.count}`;
}

/** The figure of the items of the last while, this one included; nothing if it is late. */
export function intoSliding(part: Of<'sliding'>, value: Item, into: Into): Item | undefined {
  const { name, memory, late, time, watermark } = into;
  const { size, lateness } = part;
  if (time + lateness < watermark) return void late.add(name);
  const key = keyOf(part.key, value);
  const all = (memory.moments[[name, ...key].join('/')] ??= []);
  all.push({ time, amount: value.amount });
  if (value.amount === 7) throw new Error('7 fails');
  const moments = new Map<number, Totals>();
  for (const each of all) {
    if (each.time <= time - size || each.time > time) continue;
    const sum = moments.get(each.time) ?? { amount: 0, count: 0 };
    moments.set(each.time, { amount: sum.amount + each.amount, count: sum.count + 1 });
  }
  const [[, figure], ...later] = [...moments].sort(([a], [b]) => a - b) as [[number, Totals], ...[number, Totals][]];
  for (const [, each] of later) mergeSums(figure, each);
  memory.rows[[name, ...key].join('/')] = `${figure.amount} ${figure.count}`;
  return { ...value, amount: figure.amount };
}

/** The window that an item completes, if it does. */
export function intoCounted(part: Of<'count'>, value: Item, { name, memory }: Into): Item | undefined {
  const { size, slide } = part;
  const key = keyOf(part.key, value);
  const all = (memory.amounts[[name, ...key].join('/')] ??= []);
  all.push(value.amount);
  if (value.amount === 7) throw new Error('7 fails');
  const first = all.length - size;
  if (first < 0 || first % slide !== 0) return undefined;
  const amount = all.slice(first).reduce((sum, each) => sum + each);
  memory.rows[[name, ...key, first / slide].join('/')] = `${amount} ${size}`;
  return { user: key[0], item: key[1], amount, time: value.time };
}
