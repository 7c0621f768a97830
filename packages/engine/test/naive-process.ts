import { amountsOf, type Item, type ProcessPart } from '@stockafolio/conformance/random';

const names = ['quiet', 'again'] as const;
type TimerName = (typeof names)[number];

/** What {@link processed} keeps of a key. */
export interface Process {
  readonly key: readonly [string, string];
  count: number;
  amounts: [amount: number, times: number][];
  recent: number[];
  readonly timers: Partial<Record<TimerName, number | undefined>>;
}

export function newProcess(key: readonly [string, string]): Process {
  return { key, count: 0, amounts: [], recent: [], timers: {} };
}

/** The plain definition of {@link processed} for a record. @returns what it emits */
export function processRecord(
  process: Process,
  { wait, fails }: ProcessPart,
  { user, item, amount }: Item,
  { time, watermark }: { readonly time: number; readonly watermark: number },
  emit: (item: Item) => void,
): void {
  const set = (name: TimerName, to: number): void => void (process.timers[name] = Math.max(to, watermark + 1));
  process.count += 1;
  const times = process.amounts.find(([each]) => each === amount)?.[1];
  process.amounts = process.amounts.filter(([each]) => each !== amount);
  if (times === undefined || amount % 2 !== 0) process.amounts.push([amount, (times ?? 0) + 1]);
  process.amounts.sort(([a], [b]) => a - b);
  process.recent = [...process.recent, amount].slice(-3);
  set('quiet', time + wait);
  if (amount % 4 === 0) set('again', time - 2_000);
  if (amount % 7 === 0) process.timers.quiet = undefined;
  const mixed = process.recent.reduce((sum, each) => sum * 3 + each, 0);
  emit({ user, item, amount: (mixed + process.amounts.length) % 31, time });
  if (amount === fails) throw new Error(`${fails} fails`);
}

/** The same for a timer. @returns whether the key is kept */
export function processTimer(
  process: Process,
  { fails }: ProcessPart,
  timer: TimerName,
  time: number,
  emit: (item: Item) => void,
): boolean {
  const set = (name: TimerName, to: number): void => void (process.timers[name] = Math.max(to, time + 1));
  let isKept = true;
  const count = (process.count += 1);
  const mixed = process.amounts.reduce((sum, [each, times]) => sum * 5 + each * times, timer === 'quiet' ? 1 : 2);
  const amount = (mixed + count + (process.recent.shift() ?? 0)) % 31;
  if (timer === 'quiet') set('again', count % 3 === 0 ? time + 500 : time);
  else if (process.timers.quiet !== undefined && count % 2 === 0) set('quiet', process.timers.quiet + 300);
  else if (count % 5 === 0) isKept = false;
  process.amounts.shift();
  const [user, item] = process.key;
  emit({ user, item, amount, time });
  if (amount === fails) throw new Error(`${fails} fails`);
  return isKept;
}

/** The same for a record of the broadcast stream. @returns whether the key is kept */
export function processRule(
  process: Process,
  { fails }: ProcessPart,
  given: number,
  { time, watermark }: { readonly time: number; readonly watermark: number },
  emit: (item: Item) => void,
): boolean {
  process.count += 1;
  const times = process.amounts.find(([each]) => each === given)?.[1] ?? 0;
  process.amounts = [...process.amounts.filter(([each]) => each !== given), [given, times + 2]];
  process.amounts.sort(([a], [b]) => a - b);
  if (process.recent.length === 3) process.recent.shift();
  if (given % 3 === 0) process.timers.again = Math.max(time + 1_500, watermark + 1);
  if (given % 4 === 0) process.timers.quiet = undefined;
  const mixed = process.amounts.reduce((sum, [amount, each]) => sum * 3 + amount * each, given);
  const amount = (mixed + process.count + process.recent.length) % 31;
  const [user, item] = process.key;
  emit({ user, item, amount, time });
  if (amount % 10 === fails) throw new Error(`${fails} fails`);
  return given % 7 !== 0;
}

/** The rows that tables have of the maps of processes. */
export function rowsOfMaps(processes: ReadonlyMap<string, Process>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...processes].flatMap(([id, { key, amounts }]) => {
      const table = amountsOf(id.slice(0, id.indexOf('/')));
      return amounts.map(([amount, times]) => [[table, ...key, amount].join('/'), `${amount} ${times}`]);
    }),
  );
}

/** The names of the keys of a part that a record of the broadcast stream changes, in their order. */
export function ruledBy(
  { user, item }: Item,
  name: string,
  { ruled, key: { length } }: ProcessPart,
  processes: ReadonlyMap<string, Process>,
): readonly string[] {
  const isFor = ({ key: [of, own] }: Process): boolean => (length === 2 ? own === item : of === user);
  return [...processes]
    .filter(([id, each]) => id.startsWith(`${name}/`) && (ruled === 'all' || (ruled === 'own' && isFor(each))))
    .map(([id]) => id)
    .sort();
}

/** The timer that fires next up to a watermark: by time, key and name. */
export function nextTimer(
  processes: readonly Process[],
  watermark: number,
): { readonly process: Process; readonly timer: TimerName; readonly time: number } | undefined {
  const due = processes.flatMap((process) =>
    names.flatMap((timer, n) => {
      const time = process.timers[timer] ?? Number.POSITIVE_INFINITY;
      return time <= watermark ? [{ process, timer, time, order: [...process.key, n].join('\u0000') }] : [];
    }),
  );
  return due.sort((a, b) => a.time - b.time || (a.order < b.order ? -1 : 1))[0];
}
