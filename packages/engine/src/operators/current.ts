import { type Table, Update, type Value } from '@stockafolio/core';
import type { CurrentNodeOptions, KeyTuple } from '@stockafolio/core/plan';
import type { ChangeFacts } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { DirectWriter } from './direct-writer.js';
import { keeper } from './kept-rows.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';
import { sendReplaced, sendRemoved } from './removals.js';
import { isOutdated, type LastChange, noteChange } from './last-change.js';

interface Hidden extends LastChange {
  $removed: boolean;
  /** The event time until which it is remembered that the key was removed, in epoch milliseconds. */
  $until: number | undefined;
}

type Change = Readonly<Record<string, Value>> & ChangeFacts;

/** Executes `currentByKey`: keeps the value that a changelog has for each key. */
export class Current implements Operator<Change> {
  readonly #host: OperatorHost;
  readonly #keyOf: (record: unknown) => KeyTuple;
  readonly #keep: (record: unknown) => void;
  readonly #keepRemoved: number;
  readonly #writer: DirectWriter;
  readonly #forgetting: Timers;

  constructor(host: OperatorHost, { key, kept, keepRemoved }: CurrentNodeOptions) {
    this.#host = host;
    const owner = `operator '${host.node.name}'`;
    this.#keyOf = keyReader(key, owner);
    this.#keep = keeper(owner, host.state, kept);
    this.#keepRemoved = keepRemoved;
    this.#writer = new DirectWriter(host.node, host.state);
    this.#forgetting = host.timers();
  }

  process(change: Change): void {
    const host = this.#host;
    const { state, output } = host;
    const key = this.#keyOf(change);
    const hidden = state.cursor as unknown as Hidden;
    const isKnown = state.find(key) >= 0;
    if (isKnown && isOutdated(change, hidden)) return;
    const isRemoval = change.$removed === true;
    // Of a key that is not known only a version need be remembered: an earlier one may come later.
    if (!isKnown && isRemoval && change.$version === undefined) return;
    const before = isKnown && !hidden.$removed && output.observed ? state.cursor.$copy() : undefined;
    const slot = host.select(key);
    noteChange(change, hidden);
    if (isRemoval) this.#forgetLater(slot, hidden);
    else this.#set(slot, hidden, change);
    if (!output.observed) return;
    const replaced = before && new Update(key, before, change, undefined, before);
    if (isRemoval) {
      if (replaced !== undefined) sendRemoved(host.context.rows, () => host.emit(replaced));
      return;
    }
    const value = state.cursor.$copy();
    if (replaced !== undefined) sendReplaced(host.context.rows, () => host.emit(replaced));
    host.emit(new Update(key, value, change, undefined, before));
  }

  #set(slot: number, hidden: Hidden, change: Change): void {
    hidden.$removed = false;
    if (hidden.$until !== undefined) this.#forgetting.remove(slot, this.#host.moment.record);
    hidden.$until = undefined;
    this.#keep(change);
  }

  #forgetLater(slot: number, hidden: Hidden): void {
    const { time, record } = this.#host.moment;
    const until = Math.max(hidden.$until ?? 0, time + this.#keepRemoved);
    hidden.$removed = true;
    hidden.$until = until;
    this.#forgetting.move(until, slot, record);
  }

  advance(watermark: number): void {
    if (this.#forgetting.next > watermark) return;
    const { state } = this.#host;
    const write = this.#write();
    this.#forgetting.take(watermark, (slot) => {
      if (state.isUnwritten(slot)) write(slot);
      state.remove(slot);
    });
  }

  collect(most?: number): boolean {
    return this.#host.state.takeUnwritten(this.#write(), most);
  }

  attach(table: Table): void {
    this.#writer.attach(table);
  }

  restored(): void {
    const { state } = this.#host;
    state.forEachLive((slot) => {
      const { $until } = state.at(slot) as unknown as Hidden;
      if ($until !== undefined) this.#forgetting.add($until, slot, -1);
    });
  }

  #write(): (slot: number) => void {
    const { state, context } = this.#host;
    const { rows, partition } = context;
    const write = this.#writer.into(rows, partition);
    const remove = this.#writer.removing(rows, partition);
    return (slot) => ((state.at(slot) as unknown as Hidden).$removed ? remove(slot) : write(slot));
  }
}
