import type { Joined, Key } from '@stockafolio/core';
import { type JoinWithinNodeOptions, keptFor, type KeptNode, type KeyTuple } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { keeper } from './kept-rows.js';
import { keyReader } from './key-reader.js';
import { compareKeys } from './compare-keys.js';
import type { OperatorHost } from './operator-host.js';

/** One of the flows that are joined. */
interface Side {
  readonly isLeft: boolean;
  readonly keyOf: (record: unknown) => KeyTuple;
  /** Its records below each key, by event time. */
  readonly records: SubKeys;
  readonly keep: (record: unknown) => void;
  /** How long its records are kept behind the watermark, in milliseconds. */
  readonly keptFor: number;
  /** How much earlier and later than its records those of the other side may be. */
  readonly earlier: number;
  readonly later: number;
  /** Whether its records that met none are emitted. */
  readonly emitsAlone: boolean;
}

interface Hidden {
  /** How many parts the stream's own key has, with which this key begins; 0 if it is not a list. */
  $own: number;
}

interface Row {
  /** Whether the record met one of the other side. */
  $met: boolean;
}

type Pair = Joined<KeyTuple, object | undefined, object | undefined>;

/** A record that met none, and its stream's own key. */
interface Alone {
  readonly pair: Pair;
  readonly own: Key;
}

/** Executes `joinWithin`: keeps the records of both sides below their key, in order of time. */
export class JoinWithin implements Operator<unknown> {
  readonly #host: OperatorHost;
  readonly #lateness: number;
  readonly #left: Side;
  readonly #right: Side;
  /** When the earliest record of each key may be dropped: a record that would meet it then is late. */
  readonly #dropping: Timers;

  constructor(host: OperatorHost, options: JoinWithinNodeOptions) {
    const { key, otherKey, left, right, before, after, allowedLateness, kind } = options;
    const kept = keptFor(options);
    const side = (
      name: 'left' | 'right',
      own: typeof key,
      { state, select }: KeptNode,
    ): Omit<Side, 'earlier' | 'later'> => {
      const records = host.state.subKeys(name);
      const owner = `operator '${host.node.name}', ${name}`;
      return {
        isLeft: name === 'left',
        keyOf: keyReader(own, owner),
        records,
        keep: keeper(owner, records, { state, select }),
        keptFor: kept[name],
        emitsAlone: kind === name || kind === 'outer',
      };
    };
    this.#host = host;
    this.#lateness = allowedLateness;
    this.#left = { ...side('left', key, left), earlier: before, later: after };
    this.#right = { ...side('right', otherKey, right), earlier: after, later: before };
    this.#dropping = kind === 'inner' ? host.unseenTimers() : host.timers();
  }

  process(record: unknown): void {
    this.#join(record, this.#left, this.#right);
  }

  processOther(record: unknown): void {
    this.#join(record, this.#right, this.#left);
  }

  #join(record: unknown, own: Side, other: Side): void {
    const host = this.#host;
    const { time, record: number, version } = host.moment;
    const until = time + this.#lateness;
    if (until < host.watermark) {
      host.late(until, host.watermark);
      return;
    }
    const key = own.keyOf(record);
    const slot = host.select(key);
    const streamKey = host.context.key;
    (host.fields as unknown as Hidden).$own = typeof streamKey === 'object' ? streamKey.length : 0;
    const sub = own.records.add(slot, time, number, version);
    own.keep(record);
    const mine = own.records.cursor.$copy();
    if (own.records.first(slot) === sub) this.#dropping.move(this.#due(slot), slot, number);
    const { records } = other;
    let met = records.from(slot, time - own.earlier);
    if (met < 0 || (records.key(met) as number) > time + own.later) return;
    (own.records.at(sub) as unknown as Row).$met = true;
    for (; met >= 0; met = records.next(met)) {
      const otherTime = records.key(met) as number;
      if (otherTime > time + own.later) return;
      if (other.emitsAlone) (records.change(met, number, version) as unknown as Row).$met = true;
      const theirs = records.at(met).$copy();
      const [left, right] = own.isLeft ? [mine, theirs] : [theirs, mine];
      const latest = Math.max(time, otherTime);
      const pair: Pair = { key, left, right, time: latest };
      host.emitAt(pair, latest);
      if (host.context.failure !== undefined) return;
    }
  }

  advance(watermark: number): void {
    if (this.#dropping.next > watermark) return;
    const alone: Alone[] = [];
    const { state } = this.#host;
    this.#dropping.take(watermark, (slot) => {
      this.#drop(slot, this.#left, watermark, alone);
      this.#drop(slot, this.#right, watermark, alone);
      const due = this.#due(slot);
      if (due === Number.POSITIVE_INFINITY) state.remove(slot);
      else this.#dropping.add(due, slot, -1);
    });
    alone.sort(inOrder);
    for (const { pair, own } of alone) this.#host.emitLater(pair, { time: pair.time, key: own });
  }

  restored(): void {
    this.#host.state.forEachLive((slot) => this.#dropping.add(this.#due(slot), slot, -1));
  }

  /** The watermark at which a record of a key is to be dropped; infinity if it has none. */
  #due(slot: number): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { records, keptFor: kept } of [this.#left, this.#right]) {
      const first = records.first(slot);
      if (first >= 0) due = Math.min(due, (records.key(first) as number) + kept + 1);
    }
    return due;
  }

  /** Drops the records of a key that no record can meet any more; those that met none and are to be emitted go to `alone`. */
  #drop(slot: number, { records, keptFor: kept, emitsAlone, isLeft }: Side, watermark: number, alone: Alone[]): void {
    for (let sub = records.first(slot); sub >= 0; sub = records.first(slot)) {
      const time = records.key(sub) as number;
      if (time + kept >= watermark) return;
      const row = records.at(sub);
      if (emitsAlone && !(row as unknown as Row).$met) {
        const [left, right] = isLeft ? [row.$copy(), undefined] : [undefined, row.$copy()];
        const { state } = this.#host;
        const key = state.key(slot);
        const { $own: parts } = state.at(slot) as unknown as Hidden;
        alone.push({ pair: { key, left, right, time }, own: parts === 0 ? (key[0] ?? '') : key.slice(0, parts) });
      }
      records.remove(sub);
    }
  }
}

/** By time and key, that of the left side first; records of one side in the order of their arrival. */
function inOrder({ pair: a }: Alone, { pair: b }: Alone): number {
  return a.time - b.time || compareKeys(a.key, b.key) || Number(a.left === undefined) - Number(b.left === undefined);
}
