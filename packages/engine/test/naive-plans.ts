import type { Sale } from '@stockafolio/conformance';
import { type Memory, newMemory, type Seen, type Sent, type Totals } from './naive-memory.js';
import { intoCounted, intoSession, intoSliding, intoWindows } from './naive-windows.js';
import {
  newProcess,
  nextTimer,
  type Process,
  processRecord,
  processRule,
  processTimer,
  ruledBy,
} from './naive-process.js';
import { dropVersions, type Held, lagOf, pairsWith, takeAlone, versionsFor } from './naive-joins.js';
import { intoTable, meet } from './naive-changes.js';
import { behind, joinsWithRoot, type Node, tablesOfChanges } from './naive-nodes.js';
import { rowsOf } from './naive-rows.js';
import { addTo, fold, unfold } from './naive-sums.js';
import {
  classOf,
  type Item,
  isOdd,
  isOther,
  isRemoval,
  joined,
  mapped,
  movedBy,
  OUT_OF_ORDER,
  type ProcessPart,
  ruleKey,
} from '@stockafolio/conformance/random';

/** What a random plan makes of records, by its plain definition: one record after the other, everything copied. */
export class NaivePlan {
  #memory: Memory = newMemory();
  /** By part, the time to which it has moved. */
  readonly #now = new Map<string, number>();
  readonly #nodes: readonly Node[];
  readonly #outOfOrderness: number;
  readonly #tables: readonly Node[];
  #watermark = Number.NEGATIVE_INFINITY;
  /** Operators for which the record or the final value came too late. */
  #late = new Set<string>();
  #figure = 'figure';
  /** `OFFSET OPERATOR` of each dead letter. */
  readonly letters = new Set<string>();

  /**
   * @param outOfOrderness how far the watermark is behind the newest record, in milliseconds
   * @param tables the parts that only read the changelog
   */
  constructor(
    nodes: readonly Node[],
    outOfOrderness: number = OUT_OF_ORDER,
    tables: readonly Node[] = tablesOfChanges(nodes),
  ) {
    this.#nodes = nodes;
    this.#outOfOrderness = outOfOrderness;
    this.#tables = tables;
  }

  /**
   * @param offset names the record in the dead letters
   * @param takes whether a part receives it, by the part's index; defaults to all of them
   */
  push(record: Sale, offset: number | string, takes: (part: number) => boolean = () => true): void {
    const { user, item, amount, time } = record;
    const value = { user, item, amount, time };
    this.#take(time, offset, (seen) => {
      this.#nodes.forEach((node, n) => {
        if (takes(n)) this.#deliver(node, value, value, seen);
      });
    });
  }

  /** Passes on a record of a repartition that all parts at the root are behind. */
  pushMoved(item: Item, offset: number | string): void {
    this.#take(item.time, offset, (seen) => {
      for (const node of this.#nodes) this.#receive(node, item, seen);
    });
  }

  /** Passes on a record of a stream to the joins behind a repartition whose other records are those of the stream. */
  pushOther({ user, item, amount, time }: Sale, offset: number | string): void {
    this.#take(time, offset, (seen) => {
      for (const join of this.#nodes.flatMap(joinsWithRoot))
        this.#join(join, 'right', { user, item, amount, time }, seen);
    });
  }

  /** Removes what left through repartitions. */
  takeSent(): readonly Sent[] {
    return this.#memory.sent.splice(0);
  }

  #take(time: number, offset: number | string, step: (seen: Seen) => void): void {
    const isKept = this.#attempt(() => step({ time, watermark: this.#watermark }));
    if (isKept) for (const name of this.#late) this.letters.add(`${offset} ${name}`);
    else this.letters.add(`${offset} `);
    if (isKept) this.#moveOn(time, offset);
  }

  /** Passes on a record of the broadcast stream. @param partition that reads it */
  pushRule({ user, item, amount, time }: Sale, offset: number | string, partition: number): void {
    const value = { user, item, amount, time };
    const keep = (node: Node): void => {
      const { name, part } = node;
      if (part.kind === 'rules') {
        const id = `${name}/${ruleKey(part.by, value)}`;
        if (isRemoval(value)) this.#memory.rules.delete(id);
        else this.#memory.rules.set(id, value);
      }
      behind(node).forEach(keep);
    };
    this.#nodes.forEach(keep);
    this.#changeKeys(this.#nodes, value, offset);
    this.#figure = `figure, partition ${partition}`;
    this.#moveOn(time, offset);
    this.#figure = 'figure';
  }

  /** Changes the keys of processes, each by itself. */
  #changeKeys(nodes: readonly Node[], rule: Item, offset: number | string): void {
    for (const node of nodes) {
      const { name, part, next, behindTimers } = node;
      const watermark = this.#now.get(name) ?? Number.NEGATIVE_INFINITY;
      for (const id of part.kind === 'process' ? ruledBy(rule, name, part, this.#memory.processes) : []) {
        const letter = `(rules ${JSON.stringify(this.#memory.processes.get(id)?.key)})`;
        const isKept = this.#attempt(() => {
          const process = this.#memory.processes.get(id) as Process;
          const seen = { time: rule.time, watermark };
          const emit = (item: Item): void => this.#emit(node, item, seen, [...next, ...behindTimers]);
          if (!processRule(process, part as ProcessPart, rule.amount, seen, emit)) this.#memory.processes.delete(id);
        });
        if (!isKept) this.letters.add(`${offset} ${name} ${letter}`);
        else for (const late of this.#late) this.letters.add(`${offset} ${late} ${letter}`);
      }
      this.#changeKeys(behind(node), rule, offset);
    }
  }

  /** Passes on a message of the changelog. @param time its event time: of a removal, that of its message */
  pushChange({ user, item, amount, time: at }: Sale, time: number, offset: number | string): void {
    const own = { user, item, amount, time: at };
    const value = isRemoval(own) ? undefined : own;
    this.#take(time, offset, (seen) => {
      const id = `${user}/${item}`;
      const before = this.#memory.current.get(id);
      if (value === undefined) this.#memory.current.delete(id);
      else this.#memory.current.set(id, value);
      for (const node of this.#tables) intoTable(node, { user, item, before, value }, this.#memory);
      const tell = (node: Node): void => {
        const { name, part } = node;
        if (part.kind === 'current' && (part.as === 'inner' || part.as === 'outer'))
          meet(name, part, own, this.#memory);
        if (part.kind === 'versions' && part.isOfChanges) this.#join(node, 'right', own, seen, value === undefined);
        behind(node).forEach(tell);
      };
      this.#nodes.forEach(tell);
    });
  }

  #moveOn(time: number, offset: number | string): void {
    if (time - this.#outOfOrderness <= this.#watermark) return;
    this.#watermark = time - this.#outOfOrderness;
    for (const node of this.#nodes) this.#advance(node, this.#watermark, offset);
  }

  /** All rows by table and key, after the windows were emitted because no more records arrive. */
  get rows(): Readonly<Record<string, string>> {
    return rowsOf(this.#nodes, this.#memory);
  }

  /** @returns whether nothing was thrown; otherwise everything is as before */
  #attempt(step: () => void): boolean {
    const before = structuredClone(this.#memory);
    this.#late = new Set();
    try {
      step();
      return true;
    } catch {
      this.#memory = before;
      return false;
    }
  }

  /**
   * Gives a record of a stream to a part at the root, and afterwards to the joins behind it that join with such records:
   * they come after it in the plan.
   *
   * @param value what a filter at the root has left of it
   */
  #deliver(node: Node, value: Item | undefined, root: Item, seen: Seen): void {
    const { part, next } = node;
    if (part.kind === 'map') {
      for (const child of next) this.#deliver(child, value && mapped(value, part.factor), root, seen);
    } else if (part.kind === 'filter' || part.kind === 'split') {
      const left = value !== undefined && value.amount % 5 !== part.not ? value : undefined;
      for (const child of next) this.#deliver(child, left, root, seen);
    } else {
      if (value !== undefined) this.#receive(node, value, seen);
      for (const join of joinsWithRoot(node)) this.#join(join, 'right', root, seen);
    }
  }

  #receive(node: Node, value: Item, seen: Seen): void {
    const { name, part, next } = node;
    const { seen: remembered, rows } = this.#memory;
    const pass = (each: Item): void => {
      for (const child of next) this.#receive(child, each, seen);
    };
    const keyOf = (key: readonly string[]): [string, string] => [value.user, key.length === 2 ? value.item : ''];
    const below = (figure: string): Totals =>
      fold(this.#memory, figure, [value.user, value.item], value.amount, { isTable: false });
    switch (part.kind) {
      case 'map':
        return pass(mapped(value, part.factor));
      case 'filter':
      case 'split':
        return value.amount % 5 === part.not ? undefined : pass(value);
      case 'rows':
        rows[`${name}/${value.user}/${value.item}`] = `${value.amount} ${value.time}`;
        return undefined;
      case 'repartition':
        this.#memory.sent.push({
          name: part.isSplit ? `${name}${isOdd(value) ? 'a' : 'b'}` : name,
          item: movedBy(part.by, value),
        });
        return undefined;
      case 'distinct': {
        const id = [name, ...keyOf(part.key)].join('/');
        if (seen.time + part.within <= seen.watermark) return void this.#late.add(name);
        if (remembered.has(id)) return undefined;
        remembered.set(id, seen.time + part.within);
        return pass(value);
      }
      case 'fold': {
        const sum = fold(this.#memory, name, keyOf(part.key), value.amount, part);
        return pass({ ...value, amount: sum.amount });
      }
      case 'figures': {
        const keyAt = (amount: number): [string, string] => {
          if (part.isSharded) return ['', classOf(amount)];
          return [value.user, part.key.length === 2 ? classOf(amount) : ''];
        };
        const before = this.#memory.sums[`${name}-below/${value.user}/${value.item}`]?.amount;
        const { amount } = below(`${name}-below`);
        if (before !== undefined) {
          unfold(this.#memory, name, keyAt(before), before);
        }
        fold(this.#memory, name, keyAt(amount), amount, { fails: 13 });
        return undefined;
      }
      case 'process': {
        const key = keyOf(part.key);
        const id = [name, ...key].join('/');
        const process = this.#memory.processes.get(id) ?? newProcess(key);
        this.#memory.processes.set(id, process);
        return processRecord(process, part, value, seen, (item) => this.#emit(node, item, seen, node.next));
      }
      case 'current':
        if (part.as === 'rows' || part.as === 'figures') return undefined;
        below(`${name}-left`);
        return meet(name, part, value, this.#memory);
      case 'latest': {
        const [left, right] = [`${name}-left`, `${name}-right`];
        const key = `${value.user}/${value.item}`;
        below(left);
        if (isOther(value)) below(right);
        const [of, other] = [left, right].map((each) => this.#memory.sums[`${each}/${key}`]?.amount);
        if (!part.isInner || other !== undefined) rows[`${name}/${key}`] = `${of} ${other ?? 0}`;
        return undefined;
      }
      case 'join':
      case 'versions':
        this.#join(node, 'left', value, seen);
        if (!part.isWithRoot && !(part.kind === 'versions' && part.isOfChanges) && isOther(value))
          this.#join(node, 'right', value, seen);
        return undefined;
      case 'rules': {
        const right = this.#memory.rules.get(`${name}/${ruleKey(part.by, value)}`);
        if (right === undefined && part.join === 'inner') return undefined;
        const watermark = this.#now.get(name) ?? Number.NEGATIVE_INFINITY;
        for (const child of next) this.#receive(child, joined(value, right), { time: seen.time, watermark });
        return undefined;
      }
      case 'rank':
        return void addTo(this.#memory, `${name}/${value.user}`, value.amount);
      case 'window':
        return intoWindows(part, value, { ...seen, name, memory: this.#memory, late: this.#late });
      case 'session':
        return intoSession(part, value, { ...seen, name, memory: this.#memory, late: this.#late });
      case 'sliding':
      case 'count': {
        const into = { ...seen, name, memory: this.#memory, late: this.#late };
        const figure = part.kind === 'count' ? intoCounted(part, value, into) : intoSliding(part, value, into);
        return figure === undefined ? undefined : pass(figure);
      }
    }
  }

  /** What a process emits: a row, and a value for the parts behind it. */
  #emit({ name }: Node, item: Item, seen: Seen, behind: readonly Node[]): void {
    this.#memory.rows[`${name}/${item.user}/${item.item}`] = `${item.amount} ${seen.time}`;
    for (const child of behind) this.#receive(child, item, seen);
  }

  /** Fires the timers of a process, in order, as far as its time moves on. */
  #fire(
    node: Node & { readonly part: { readonly kind: 'process' } },
    watermark: number,
    offset: number | string,
  ): void {
    const { name, part, next, behindTimers } = node;
    const behind = [...next, ...behindTimers];
    const own = (): Process[] =>
      [...this.#memory.processes].filter(([id]) => id.startsWith(`${name}/`)).map(([, process]) => process);
    for (let due = nextTimer(own(), watermark); due !== undefined; due = nextTimer(own(), watermark)) {
      const { timer, time } = due;
      const id = [name, ...due.process.key].join('/');
      due.process.timers[timer] = undefined;
      for (const child of behind) this.#advance(child, time, offset);
      const isKept = this.#attempt(() => {
        const process = this.#memory.processes.get(id) as Process;
        const seen = { time, watermark: time };
        const emit = (item: Item): void => this.#emit(node, item, seen, behind);
        if (!processTimer(process, part, timer, time, emit)) this.#memory.processes.delete(id);
      });
      if (!isKept) this.letters.add(`${offset} ${name} (${this.#figure})`);
      else for (const late of this.#late) this.letters.add(`${offset} ${late} (${this.#figure})`);
    }
    for (const child of behind) this.#advance(child, watermark, offset);
  }

  #join({ name, part, next }: Node, side: 'left' | 'right', value: Item, { time }: Seen, isEnd = false): void {
    if (part.kind !== 'join' && part.kind !== 'versions') return;
    const key: Held['key'] = [value.user, part.key.length === 2 ? value.item : ''];
    const held = (this.#memory.held[name] ??= []);
    const now = this.#now.get(name) ?? Number.NEGATIVE_INFINITY;
    const each = { side, key, time, value, met: false, isEnd };
    const given = part.kind === 'join' ? pairsWith(part, held, each, now) : versionsFor(part, held, each, now);
    if (given === undefined) return void this.#late.add(name);
    const watermark = now - (part.kind === 'join' ? lagOf(part) : 0);
    for (const pair of given)
      for (const child of next) this.#receive(child, joined(pair.left, pair.right), { time: pair.time, watermark });
  }

  /** Moves the time of a part and of those behind it; behind a window they have its time. */
  #advance(node: Node, watermark: number, offset: number | string): void {
    const { name, part, next } = node;
    if (part.kind === 'repartition') return;
    if (part.kind === 'distinct') {
      for (const [id, until] of this.#memory.seen)
        if (id.startsWith(`${name}/`) && until <= watermark) this.#memory.seen.delete(id);
    }
    this.#now.set(name, watermark);
    if (part.kind === 'process') return this.#fire({ ...node, part }, watermark, offset);
    if (part.kind === 'versions') dropVersions(part, this.#memory.held[name] ?? [], watermark);
    if (part.kind === 'join') {
      for (const { side, time, value } of takeAlone(part, this.#memory.held[name] ?? [], watermark)) {
        const [left, right] = side === 'left' ? [value, undefined] : [undefined, value];
        this.#emitLater(node, joined(left, right), time, offset);
      }
      for (const child of next) this.#advance(child, watermark - lagOf(part), offset);
      return;
    }
    if (part.kind !== 'window' && part.kind !== 'session') {
      for (const child of next) this.#advance(child, watermark, offset);
      return;
    }
    const done = [...this.#memory.windows]
      .filter(([id, { end }]) => id.startsWith(`${name}/`) && end + part.lateness <= watermark)
      .sort(([, a], [, b]) => a.end - b.end || (a.key.join('\u0000') < b.key.join('\u0000') ? -1 : 1));
    for (const [
      id,
      {
        start,
        end,
        key: [user, own],
        amount,
        count,
      },
    ] of done) {
      const item = part.kind === 'session' ? String(end) : own;
      this.#emitLater(node, { user, item, amount, time: end - 1 }, end - 1, offset);
      this.#memory.windows.delete(id);
      if (part.emit === 'final only') this.#memory.rows[[name, user, own, start].join('/')] = `${amount} ${count}`;
    }
    for (const child of next) this.#advance(child, watermark - part.lateness, offset);
  }

  /** Gives a value to the parts behind this one, whose time moves to that of the value before. */
  #emitLater({ name, next }: Node, value: Item, time: number, offset: number | string): void {
    for (const child of next) this.#advance(child, time, offset);
    const isKept = this.#attempt(() => {
      for (const child of next) this.#receive(child, value, { time, watermark: time });
    });
    if (!isKept) this.letters.add(`${offset} ${name} (${this.#figure})`);
    else for (const late of this.#late) this.letters.add(`${offset} ${late} (${this.#figure})`);
  }
}
