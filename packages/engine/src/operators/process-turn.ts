import type { KeyPart, Value } from '@stockafolio/core';
import { StockafolioError } from '@stockafolio/core';
import type { State, SubKeys } from '@stockafolio/core/ports';
import type { OperatorHost } from './operator-host.js';

/** A plain record, as maps and lists hold it. */
export type Plain = Readonly<Record<string, Value>>;

/**
 * One call of a function of `processByKey`: the key that it is for, and when. What the function is given works until the
 * call returns, because afterwards another key is current.
 */
export class ProcessTurn {
  readonly #host: OperatorHost;
  #slot = -1;
  /** Counts the calls: an iterator that was begun in an earlier one is refused. */
  #number = 0;
  #key: readonly KeyPart[] | undefined;
  /** The slot of the key: most functions do not ask for it. */
  #keyAt = -1;
  /** The event time of the record or the timer, in epoch milliseconds. */
  time = 0;
  watermark = Number.NEGATIVE_INFINITY;
  isRemoved = false;

  constructor(host: OperatorHost) {
    this.#host = host;
  }

  /** @param key is read from the state when it is asked for, if it is not given */
  begin(slot: number, key: readonly KeyPart[] | undefined, time: number, watermark: number): void {
    this.#slot = slot;
    this.#number++;
    this.#key = key;
    this.#keyAt = slot;
    this.time = time;
    this.watermark = watermark;
    this.isRemoved = false;
  }

  end(): void {
    this.#slot = -1;
  }

  get key(): readonly KeyPart[] {
    return (this.#key ??= this.#host.state.key(this.#keyAt));
  }

  /** How messages call its operator. */
  get owner(): string {
    return `operator '${this.#host.node.name}'`;
  }

  get number(): number {
    return this.#number;
  }

  get state(): State {
    return this.#host.state;
  }

  /** Under which number changes of this call are rolled back. */
  get record(): number {
    return this.#host.moment.record;
  }

  get version(): number {
    return this.#host.moment.version;
  }

  /** Fails the record or the timer that the call is for. */
  fail(error: unknown): void {
    this.#host.context.fail(error);
  }

  get slot(): number {
    return this.slotOf(this.#number);
  }

  /** @throws ERR_ASYNC_EMISSION outside of a call */
  check(): void {
    if (this.#slot < 0) this.slotOf(this.#number);
  }

  /** The slot of the current key, for the call with this number. @throws ERR_ASYNC_EMISSION if it has returned */
  slotOf(number: number): number {
    if (this.#slot >= 0 && number === this.#number) return this.#slot;
    const { node, context } = this.#host;
    const error = new StockafolioError(
      'ERR_ASYNC_EMISSION',
      `operator '${node.name}' (${node.kind}): what a function was given was used after it had returned`,
      { hint: 'use state, timers, maps, lists and emit before onRecord or onTimer returns, not in a promise' },
    );
    context.fatal ??= error;
    throw error;
  }
}

/** The value of a sub-key. */
export function valueOf(subKeys: SubKeys, sub: number): Plain {
  return subKeys.at(sub).$copy();
}
