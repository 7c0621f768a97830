import type { Pipeline } from '@stockafolio/core';
import { markOf, type SourceMessage } from '@stockafolio/core/ports';
import type { Intake } from '../intake/intake.js';
import { Feed } from '../partition/feed.js';
import type { PartitionEngine } from '../partition/partition-engine.js';
import { Merge, type Lull } from './merge.js';

/** A message of one stream, judged. */
interface Judged {
  readonly taken: Intake<unknown>;
  readonly message: SourceMessage;
  readonly epoch: number | undefined;
}

/**
 * Passes the messages of several streams to an engine in their order, which does not depend on how they were read.
 *
 * @example
 * const feed = new MergedFeed(engine, pipeline, await readLulls(tables, pipeline, engine.partition));
 * feed.add(0, message, intake.take(message));
 * feed.silent(1, clock.now() - 1_000);
 * feed.drain();
 */
export class MergedFeed {
  readonly #engine: PartitionEngine;
  readonly #streams: Pipeline['streams'];
  readonly #feed: Feed;
  readonly #merge: Merge<Judged>;

  /** @param lulls those that the tables have from earlier runs */
  constructor(engine: PartitionEngine, { streams, idleAfter }: Pipeline, lulls: readonly Lull[]) {
    this.#engine = engine;
    this.#streams = streams;
    this.#feed = new Feed(engine);
    this.#merge = new Merge<Judged>({ idleAfter, inputs: engine.inputs.all, lulls });
  }

  /** Messages that wait for their turn, of one stream or of all. */
  waiting(input?: number): number {
    return this.#merge.waiting(input);
  }

  /** The offset of the next message to add, of the stream with this index. */
  next(input: number): number {
    return this.#merge.offsetOf(input);
  }

  /**
   * Adds the next message of a stream, by its index.
   *
   * @param epoch of the leader that received it, if the source has epochs
   */
  add(input: number, message: SourceMessage, taken: Intake<unknown>, epoch?: number): void {
    const time = 'record' in taken ? this.#streams[input]?.time(taken.record) : undefined;
    const { offset, timestamp: sent } = message;
    this.#merge.add(input, { taken, message, epoch }, { time: time ?? Number.NEGATIVE_INFINITY, sent, offset });
  }

  /** Notes that a stream gets no more messages that were sent at this time or before it: epoch milliseconds. */
  silent(input: number, until: number): void {
    this.#merge.silent(input, until);
  }

  /** Passes on every message whose place is certain. @returns how many */
  drain(): number {
    let count = 0;
    const last = new Map<number, Judged>();
    for (let placed = this.#merge.next(); placed !== undefined; placed = this.#merge.next()) {
      const { input, message } = placed;
      const { taken } = message;
      const { offset, timestamp, value } = message.message;
      const position = { input, offset, ingested: timestamp };
      if ('record' in taken) this.#feed.add(taken.record, position);
      else this.#feed.reject(taken.rejected, value ?? new Uint8Array(0), position);
      last.set(input, message);
      count++;
    }
    this.#feed.end();
    this.#engine.inputs.all.forEach((input, n) => (input.sent = this.#merge.sentOf(n)));
    for (const [input, { message, epoch }] of last) this.#engine.inputs.at(input).mark = markOf(message, epoch);
    this.#engine.noteLulls(this.#merge.takeLulls());
    return count;
  }
}
