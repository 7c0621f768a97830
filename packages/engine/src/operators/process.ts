import type { MapSchema, Table } from '@stockafolio/core';
import type { ForEveryKey, KeyTuple, ProcessNodeOptions } from '@stockafolio/core/plan';
import { asThrown } from '../flow/defect.js';
import type { Moments } from '../flow/moments.js';
import type { Operator } from '../operator/operator.js';
import { beginState, type BeginState } from './first-record.js';
import { MapWriter } from './map-writer.js';
import type { OperatorHost } from './operator-host.js';
import { ProcessEveryKey } from './process-every-key.js';
import { ProcessKeys } from './process-keys.js';
import { ProcessList } from './process-list.js';
import { ProcessMap } from './process-map.js';
import { processState } from './process-state.js';
import { type Due, ProcessTimers } from './process-timers.js';
import { ProcessTurn } from './process-turn.js';
import { sendRemoved } from './removals.js';

type Emit = (value: unknown) => void;

/**
 * Executes `processByKey`: calls its functions, fires its timers between records, in order of time, and changes keys for
 * records of broadcast streams.
 */
export class Process<T> implements Operator<T> {
  readonly #host: OperatorHost;
  readonly #options: ProcessNodeOptions<T>;
  readonly #keys: ProcessKeys<T>;
  readonly #begin: BeginState<T> | undefined;
  /** By name, the maps that are outputs. */
  readonly #writers: ReadonlyMap<string, MapWriter>;
  readonly #turn: ProcessTurn;
  readonly #timers: ProcessTimers;
  readonly #everyKey: ProcessEveryKey;
  readonly #state: object;
  readonly #context: object;
  /** How far its time has moved on, in epoch milliseconds. */
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(host: OperatorHost, options: ProcessNodeOptions<T>) {
    this.#host = host;
    this.#options = options;
    this.#writers = mapWriters(host, options);
    const writers = [...this.#writers.values()];
    this.#keys = new ProcessKeys(host, options.key, ({ length }) => writers.forEach((each) => each.begin(length)));
    this.#begin = beginState(host, { initial: options.initial as never, state: options.state });
    this.#turn = new ProcessTurn(host);
    this.#timers = new ProcessTimers(host, this.#turn, options.timers);
    this.#state = processState(this.#turn, host.state.cursor, options.state.names);
    this.#context = contextOf(host, this.#turn, this.#timers, options, this.#writers);
    this.#everyKey = new ProcessEveryKey(host, options.everyKey, (each, record, { slot, key, time, watermark }) =>
      this.#run(slot, key, time, watermark, () => each.onKey(this.#state, record as never, this.#context)),
    );
  }

  readAhead(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#keys.readAhead(records, moments, from, to);
  }

  processOther(value: unknown): void {
    this.#everyKey.process(value as ForEveryKey);
  }

  process(record: T): void {
    const host = this.#host;
    const { context } = host;
    const slot = this.#keys.enter(record);
    if (host.state.created) this.#beginKey(record);
    const turn = this.#turn;
    // Final values are seen in their own time, which may be behind that of the stream.
    turn.begin(slot, undefined, context.time, Math.max(context.watermark, this.#watermark));
    try {
      this.#options.onRecord(this.#state, record, this.#context);
    } finally {
      turn.end();
    }
    if (turn.isRemoved) host.remove(slot);
  }

  #beginKey(record: T): void {
    if (this.#writers.size > 0) {
      const key = this.#keys.keyOf(record);
      for (const { checkKey } of this.#writers.values()) checkKey?.(key);
    }
    this.#begin?.(record);
  }

  attach(table: Table, map = ''): void {
    this.#writers.get(map)?.attach(table);
  }

  collect(most?: number): boolean {
    const { state, context } = this.#host;
    if (state.keyKinds === undefined) return true;
    let isDone = true;
    for (const writer of this.#writers.values())
      isDone = writer.collect(context.rows, context.partition, most) && isDone;
    return isDone;
  }

  advance(watermark: number): void {
    const { context } = this.#host;
    for (const writer of this.#writers.values()) writer.relieve(context.rows, context.partition, context.version);
    for (let due = this.#timers.take(watermark); due.length > 0; due = this.#timers.take(watermark)) {
      for (const each of due) {
        if (context.fatal !== undefined) return;
        if (this.#timers.isSet(each)) this.#fire(each);
      }
    }
    this.#watermark = watermark;
  }

  restored(): void {
    const { state, moment } = this.#host;
    this.#watermark = moment.watermark;
    // Timers may set entries before the first record does.
    if (state.keyKinds !== undefined) for (const each of this.#writers.values()) each.begin(state.keyKinds.length);
    this.#timers.restore();
  }

  /**
   * Fires a timer as a record of its own, with its time and key. What is behind sees it in order: its time moves on
   * before. A failure rolls back what the timer has changed, and it is not fired again.
   */
  #fire(due: Due): void {
    const host = this.#host;
    const { context, state, node } = host;
    const { n, slot, time } = due;
    const key = state.key(slot);
    const ownKey = host.ownKey(key);
    const name = this.#timers.name(n);
    this.#timers.consume(due);
    host.advanceTimed(time);
    context.emitFinal(node.name, { timer: name, key, time }, { time, key: ownKey }, () => {
      try {
        state.upsert(key, context.record, context.version);
        this.#run(slot, key, time, time, () => this.#options.onTimer?.(this.#state, { name, time }, this.#context));
      } catch (error) {
        context.fail(asThrown(`operator '${node.name}'`, error));
      }
    });
  }

  #run(slot: number, key: KeyTuple, time: number, watermark: number, call: () => unknown): void {
    const turn = this.#turn;
    turn.begin(slot, key, time, watermark);
    try {
      call();
    } finally {
      turn.end();
    }
    if (turn.isRemoved) this.#host.remove(slot);
  }
}

/** What the functions are given: one object, whose properties are those of the current call. */
function contextOf<T>(
  host: OperatorHost,
  turn: ProcessTurn,
  { ofKey }: ProcessTimers,
  { maps, lists }: ProcessNodeOptions<T>,
  writers: ReadonlyMap<string, MapWriter>,
): object {
  const emitTo = (send: Emit, removes = false): Emit => {
    const emit = (value: unknown): void => {
      turn.check();
      send(value);
    };
    if (!removes) return emit;
    const remove = (value: unknown): void => {
      turn.check();
      sendRemoved(host.context.rows, () => send(value));
    };
    return Object.assign(emit, { remove });
  };
  const { outputs, removes } = host.node;
  return {
    get key() {
      return turn.key;
    },
    get time() {
      return turn.time;
    },
    get watermark() {
      return turn.watermark;
    },
    timers: ofKey,
    maps: entries(maps, (name, { value: { names } }) => new ProcessMap(turn, name, names, writers.get(name))),
    lists: entries(lists, (name, { names }) => new ProcessList(turn, name, names)),
    emit:
      outputs === undefined
        ? emitTo(host.emit, removes)
        : Object.fromEntries(
            outputs
              .filter(({ isMap }) => isMap !== true)
              .map((each) => [each.output, emitTo(host.emitterOf(each), each.removes)]),
          ),
    remove: () => {
      turn.check();
      turn.isRemoved = true;
    },
  };
}

/** What writes the maps that are outputs. */
function mapWriters<T>({ node, state }: OperatorHost, { maps }: ProcessNodeOptions<T>): ReadonlyMap<string, MapWriter> {
  const names = Object.keys(maps).filter((name) => node.subKeys?.[name]?.isWritten === true);
  return new Map(
    names.map((name) => [name, new MapWriter(node, state.subKeys(name), (maps[name] as MapSchema).value)]),
  );
}

function entries<A, B>(
  all: Readonly<Record<string, A>>,
  of: (name: string, each: A) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, of(name, each)]));
}
