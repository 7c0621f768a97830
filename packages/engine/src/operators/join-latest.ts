import { Update } from '@stockafolio/core';
import type { JoinLatestNodeOptions, KeptNode, KeyTuple } from '@stockafolio/core/plan';
import type { SubKeys } from '@stockafolio/core/ports';
import type { Operator, Timers } from '../operator/operator.js';
import { keeper } from './kept-rows.js';
import type { OperatorHost } from './operator-host.js';
import { sendRemoved, sendReplaced } from './removals.js';

/** One of the flows that are joined. */
interface Side {
  /** Below each key, the latest value under {@link ONLY}, if there is one. */
  readonly values: SubKeys;
  readonly keep: (figure: unknown) => void;
}

interface Hidden {
  /** The event time until which its key is kept, in epoch milliseconds. */
  $until: number;
}

type Values = Readonly<Record<'left' | 'right', object | undefined>>;

interface Emitted {
  readonly key: KeyTuple;
  readonly values: Values;
  readonly before: Values | undefined;
  /** The figure that has changed, or is no more. */
  readonly of: object;
}

/** The one sub-key of a side. */
const ONLY = 0;

/** Executes `joinLatest`: keeps the latest value of both sides for each key. */
export class JoinLatest implements Operator<unknown> {
  readonly #host: OperatorHost;
  readonly #left: Side;
  readonly #right: Side;
  readonly #isInner: boolean;
  readonly #expiresAfter: number | undefined;
  readonly #expiring: Timers;
  /** Whether it also emits what is replaced or removed. */
  readonly #removes: boolean;
  /** Whether updates have the values before. */
  readonly #givesEarlier: boolean;

  constructor(host: OperatorHost, { left, right, kind, expiresAfter }: JoinLatestNodeOptions) {
    const side = (name: string, kept: KeptNode): Side => {
      const values = host.state.subKeys(name);
      return { values, keep: keeper(`operator '${host.node.name}', ${name}`, values, kept) };
    };
    this.#host = host;
    this.#left = side('left', left);
    this.#right = side('right', right);
    this.#isInner = kind === 'inner';
    this.#expiresAfter = expiresAfter;
    this.#expiring = host.timers();
    this.#removes = host.node.removes === true;
    this.#givesEarlier = this.#removes || host.context.givesEarlier(host.node);
  }

  process(figure: unknown): void {
    this.#join(figure as { readonly key: KeyTuple }, this.#left);
  }

  processOther(figure: unknown): void {
    this.#join(figure as { readonly key: KeyTuple }, this.#right);
  }

  #join(figure: { readonly key: KeyTuple }, own: Side): void {
    const host = this.#host;
    const { time, record, version } = host.moment;
    const until = time + (this.#expiresAfter ?? Number.POSITIVE_INFINITY);
    if (until <= host.watermark) {
      host.late(until, host.watermark);
      return;
    }
    const { key } = figure;
    const slot = host.select(key);
    if (until < Number.POSITIVE_INFINITY) this.#renew(slot, until);
    const before = this.#givesEarlier ? this.#valuesOf(slot) : undefined;
    own.values.upsert(slot, ONLY, record, version);
    own.keep(figure);
    const values = this.#valuesOf(slot);
    if (values !== undefined) this.#emit({ key, values, before, of: figure });
  }

  remove(figure: unknown): void {
    this.#drop(figure as { readonly key: KeyTuple }, this.#left);
  }

  removeOther(figure: unknown): void {
    this.#drop(figure as { readonly key: KeyTuple }, this.#right);
  }

  /** Removes the value of one side. */
  #drop(figure: { readonly key: KeyTuple }, own: Side): void {
    const host = this.#host;
    const { key } = figure;
    const { time, record } = host.moment;
    const known = host.state.find(key);
    const value = known < 0 ? -1 : own.values.first(known);
    if (value < 0) return;
    const before = this.#valuesOf(known);
    const slot = host.select(key);
    own.values.remove(value, record);
    const values = this.#valuesOf(slot);
    if (this.#left.values.first(slot) < 0 && this.#right.values.first(slot) < 0) host.remove(slot);
    if (values !== undefined) this.#emit({ key, values, before, of: figure });
    else if (before !== undefined)
      sendRemoved(host.context.rows, () => host.emitAt(new Update(key, before, figure, undefined, before), time));
  }

  #emit({ key, values, before, of }: Emitted): void {
    const host = this.#host;
    const { time } = host.moment;
    if (this.#removes && before !== undefined)
      sendReplaced(host.context.rows, () => host.emitAt(new Update(key, before, of, undefined, before), time));
    host.emitAt(new Update(key, values, of, undefined, before), time);
  }

  advance(watermark: number): void {
    this.#expiring.take(watermark, (slot) => this.#host.state.remove(slot));
  }

  restored(): void {
    if (this.#expiresAfter === undefined) return;
    const { state } = this.#host;
    state.forEachLive((slot) => this.#expiring.add((state.at(slot) as unknown as Hidden).$until, slot, -1));
  }

  #renew(slot: number, until: number): void {
    const { state, fields, moment } = this.#host;
    const hidden = fields as unknown as Hidden;
    if (!state.created && hidden.$until >= until) return;
    hidden.$until = until;
    this.#expiring.move(until, slot, moment.record);
  }

  /** Both values of a key; undefined if it has none to emit. */
  #valuesOf(slot: number): Values | undefined {
    const left = valueOf(this.#left, slot);
    const right = valueOf(this.#right, slot);
    const isComplete = left !== undefined && right !== undefined;
    return isComplete || (!this.#isInner && (left ?? right) !== undefined) ? { left, right } : undefined;
  }
}

function valueOf({ values }: Side, slot: number): object | undefined {
  const sub = values.first(slot);
  return sub < 0 ? undefined : values.at(sub).$copy();
}
