import { BadRecordError, isStockafolioError, jsonCodec, messageOf, StockafolioError } from '@stockafolio/core';
import type { AsyncCall, AsyncMapping } from '@stockafolio/core/plan';
import { type AbortSignalLike, type Clock, type Codec, keyText, recordCheck } from '@stockafolio/core/ports';
import type { Departure } from './departures.js';

export interface AsyncOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Ends the run: a call that fails then is made again by the next run. */
  readonly signal?: AbortSignalLike | undefined;
  /** Defaults to `dead-letter`: a record without a result goes on as a failure. */
  readonly onBadRecord?: 'dead-letter' | 'fail' | undefined;
}

/** The delay between two attempts does not grow beyond this, in milliseconds. */
const LONGEST_DELAY = 30_000;

/** The beginning of the reason why a record has no result, as dead letters and archives state it. */
const REASON = /^mapAsync '[^']+' failed: /;

/** The reason for which an archived message has no result; undefined if it is another one. */
export function failureOf(cause: string): string | undefined {
  return REASON.test(cause) ? cause : undefined;
}

interface Codecs {
  readonly given: Codec<unknown>;
  readonly made: Codec<unknown>;
  readonly problemOf: (record: Readonly<Record<string, never>>) => string | undefined;
}

/** Calls the asynchronous functions for the records that leave an engine, before they are sent. */
export class AsyncMapper {
  readonly #options: AsyncOptions;
  readonly #codecs = new Map<string, Codecs>();
  readonly #pending = new Set<Controller>();

  constructor(options: AsyncOptions) {
    this.#options = options;
  }

  /**
   * The records as they are sent: with their results, or with the reasons why they have none.
   *
   * @throws ERR_CALL_FAILED if a record has no result, and that ends the run
   */
  async map(departures: readonly Departure[]): Promise<readonly Departure[]> {
    // Each engine has a plan of its own, so they are the same functions only by name.
    const waiting = new Map<string, number[]>();
    for (const [n, { mapping, stream }] of departures.entries()) {
      if (mapping === undefined) continue;
      const indexes = waiting.get(stream.name) ?? [];
      waiting.set(stream.name, indexes);
      indexes.push(n);
    }
    if (waiting.size === 0) return departures;
    const results = [...departures];
    const { signal } = this.#options;
    const endAll = (): void => {
      for (const each of this.#pending) each.abort();
    };
    signal?.addEventListener('abort', endAll, { once: true });
    try {
      await Promise.all([...waiting.values()].map((indexes) => this.#callAll(indexes, results)));
    } finally {
      signal?.removeEventListener('abort', endAll);
    }
    return results;
  }

  async #callAll(indexes: readonly number[], results: Departure[]): Promise<void> {
    const left = indexes.values();
    let isOver = false;
    const callInTurn = async (): Promise<void> => {
      for (const n of left) {
        if (isOver) return;
        results[n] = await this.#resultOf(results[n] as Departure);
      }
    };
    const { concurrency } = mappingOf(results[indexes[0] as number] as Departure);
    const callers = Array.from({ length: Math.min(concurrency, indexes.length) }, callInTurn);
    await Promise.all(callers).finally(() => (isOver = true));
  }

  async #resultOf(departure: Departure): Promise<Departure> {
    const { signal, onBadRecord = 'dead-letter' } = this.#options;
    const mapping = mappingOf(departure);
    for (let attempt = 1; ; attempt++) {
      try {
        return { ...departure, value: await this.#call(mapping, departure, attempt) };
      } catch (error) {
        const isLast = attempt >= mapping.attempts || isFinal(error);
        const isEnding = signal?.aborted === true;
        if (isLast || isEnding) {
          const failed = failureText(departure.stream.name, error, attempt);
          if (onBadRecord === 'dead-letter' && !isEnding) return { ...departure, failed };
          throw callFailed(failed, error);
        }
        await this.#sleep(Math.min(LONGEST_DELAY, mapping.retryAfter * 2 ** (attempt - 1)));
      }
    }
  }

  /** Sleeps, but not beyond the end of the run. */
  async #sleep(ms: number): Promise<void> {
    const over = this.#begin();
    await this.#options.clock.sleep(ms, over.signal);
    this.#pending.delete(over);
  }

  /** What is aborted when the run ends. One listener of its signal serves all calls. */
  #begin(): Controller {
    const over = newController();
    this.#pending.add(over);
    if (this.#options.signal?.aborted === true) over.abort();
    return over;
  }

  async #call(mapping: AsyncMapping, { stream, value, key }: Departure, attempt: number): Promise<Uint8Array> {
    const { given, made, problemOf } = this.#codecsOf(mapping, stream);
    // Each attempt has its own copy: a function may change what it is given.
    const record = given.decode(value);
    const result = await this.#within(mapping.timeout, (signal) =>
      mapping.map(record, { signal, attempt } as AsyncCall),
    );
    if (typeof result !== 'object' || result === null) throw noResult('its result is no record');
    const problem = problemOf(result as Readonly<Record<string, never>>);
    if (problem !== undefined) throw noResult(problem);
    stream.time(result);
    if (stream.partitioner !== undefined && keyText(stream.key(result)) !== keyText(key))
      throw noResult('the result has another key than the record');
    return made.encode(result);
  }

  /** The result of a call, unless it takes too long. A call that is pending when the run ends may still answer. */
  async #within(timeout: number, call: (signal: AbortSignalLike) => PromiseLike<unknown>): Promise<unknown> {
    const over = this.#begin();
    const answered = newController();
    const tooLong = async (): Promise<never> => {
      await this.#options.clock.sleep(timeout, answered.signal);
      throw new Error(`no answer within ${timeout} ms`);
    };
    try {
      return await Promise.race([call(over.signal), tooLong()]);
    } finally {
      this.#pending.delete(over);
      answered.abort();
      over.abort();
    }
  }

  #codecsOf({ from }: AsyncMapping, { name, schema }: Departure['stream']): Codecs {
    const known = this.#codecs.get(name) ?? {
      given: jsonCodec(from.schema),
      made: jsonCodec(schema),
      problemOf: recordCheck(schema),
    };
    this.#codecs.set(name, known);
    return known;
  }
}

/** Whether another attempt would not help: the function rejects the record, or its result is no record. */
function isFinal(error: unknown): boolean {
  return isStockafolioError(error) && !error.retryable;
}

function mappingOf({ mapping, stream }: Departure): AsyncMapping {
  if (mapping !== undefined) return mapping;
  throw new StockafolioError('ERR_INTERNAL', `records of '${stream.name}' need no call`);
}

function noResult(message: string): BadRecordError {
  return new BadRecordError([{ field: '', message }]);
}

function failureText(name: string, error: unknown, attempts: number): string {
  const times = attempts === 1 ? '' : ` (${attempts} attempts)`;
  return `mapAsync '${name}' failed: ${messageOf(error) || 'its function threw'}${times}`;
}

function callFailed(reason: string, cause: unknown): StockafolioError {
  return new StockafolioError('ERR_CALL_FAILED', reason, {
    cause,
    hint: 'nothing of these records was recorded: start the run again when the other system answers',
  });
}

interface Controller {
  readonly signal: AbortSignalLike;
  abort(): void;
}

/** Platforms have it; the types of none are known here. */
function newController(): Controller {
  const { AbortController } = globalThis as unknown as { readonly AbortController: new () => Controller };
  return new AbortController();
}
