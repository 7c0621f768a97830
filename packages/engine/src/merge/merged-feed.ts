import type { Pipeline } from '@stockafolio/core';
import { markOf, type SourceMessage } from '@stockafolio/core/ports';
import type { Intake, Passed } from '../intake/intake.js';
import { Feed } from '../partition/feed.js';
import type { PartitionEngine } from '../partition/partition-engine.js';
import { Merge, type Lull } from './merge.js';

/**
 * The clocks of brokers, producers and readers differ, and a message takes time: a stream that was found empty at a time
 * can still get messages that were sent this many milliseconds before it.
 */
export const CLOCKS_DIFFER = 200;

/** The next message of one stream. */
export interface Arriving {
  /** Given in a repartitioning of an archive: the archived partition that it is of. Its offset moves no position. */
  readonly partition?: number;
  readonly offset: number;
  /** When it was sent or received, epoch milliseconds. */
  readonly ingested: number;
  readonly taken: Intake<unknown> | Passed<unknown>;
  /** Its bytes, if it is rejected. */
  readonly bytes?: Uint8Array | undefined;
  /** The message itself, and the epoch of the leader that received it, for the mark of the position after it. */
  readonly origin?: { readonly message: SourceMessage; readonly epoch: number | undefined };
}

/**
 * Passes the messages of several streams to an engine in their order, which does not depend on how they were read.
 *
 * @example
 * const feed = new MergedFeed(engine, pipeline, await readLulls(tables, pipeline, engine.partition));
 * feed.add(0, { offset: 17, ingested: message.timestamp, taken: intake.take(message) });
 * feed.silent(1, clock.now() - 1_000);
 * feed.drain();
 */
export class MergedFeed {
  readonly #engine: PartitionEngine;
  readonly #streams: Pipeline['streams'];
  readonly #feed: Feed;
  readonly #merge: Merge<Arriving>;
  /** By stream, the first one that comes from the same topic: the lanes of a repartition do. */
  readonly #topics: readonly number[];
  /** By topic of lanes, the offset before which all messages were added. */
  readonly #reached = new Map<number, number>();

  /** @param lulls those that the tables have from earlier runs */
  constructor(engine: PartitionEngine, { streams, idleAfter, plan }: Pipeline, lulls: readonly Lull[]) {
    this.#engine = engine;
    this.#streams = streams;
    this.#topics = plan.inputs.map((origin) => plan.inputs.indexOf(origin));
    this.#feed = new Feed(engine);
    this.#merge = new Merge<Arriving>({ idleAfter, inputs: engine.inputs.all, lulls });
  }

  /** Messages that wait for their turn, of one stream or of all. */
  waiting(input?: number): number {
    return this.#merge.waiting(input);
  }

  /** The offset of the next message to add, of the stream with this index. */
  next(input: number): number {
    return this.#merge.offsetOf(input);
  }

  /** Adds the next message of a stream, by its index. */
  add(input: number, arriving: Arriving): void {
    const { taken, offset, ingested: sent } = arriving;
    const record = 'record' in taken ? taken.record : 'passed' in taken ? taken.passed : undefined;
    const time = record === undefined ? undefined : this.#streams[input]?.time(record);
    // The position of a stream that is repartitioned remains at the end of its own partition.
    const at = arriving.partition === undefined ? offset : this.next(input) - 1;
    this.#merge.add(input, arriving, { time: time ?? Number.NEGATIVE_INFINITY, sent, offset: at });
  }

  /** Notes that a stream says between its messages that later ones were sent after this time: epoch milliseconds. */
  claim(input: number, until: number): void {
    this.#merge.claim(input, until);
  }

  /** Notes the offset before which all messages were added of the topic of which a stream is a lane. */
  reach(input: number, offset: number): void {
    this.#reached.set(this.#topics[input] ?? input, offset);
  }

  /** Up to when it is certain that a stream has no more messages than those that wait. */
  silentUntil(input: number): number {
    return this.#merge.silentUntil(input);
  }

  /** Notes that a stream gets no more messages that were sent at this time or before it: epoch milliseconds. */
  silent(input: number, until: number): void {
    this.#merge.silent(input, until);
  }

  /** Passes on every message whose place is certain. @returns how many */
  drain(): number {
    let count = 0;
    const last = new Map<number, Arriving>();
    for (let placed = this.#merge.next(); placed !== undefined; placed = this.#merge.next()) {
      const { input, message } = placed;
      const { taken, offset, ingested, bytes, partition } = message;
      const position = { input, offset, ingested, ...(partition === undefined ? {} : { partition }) };
      if ('record' in taken) this.#feed.add(taken.record, position);
      else if ('passed' in taken) this.#feed.pass(taken.passed, position);
      else this.#feed.reject(taken.rejected, bytes ?? new Uint8Array(0), position, taken.replaces);
      const seen = message.origin?.message.seen;
      if (seen !== undefined) this.#engine.inputs.at(input).see(seen);
      last.set(input, message);
      count++;
    }
    this.#feed.end();
    this.#engine.inputs.all.forEach((input, n) => {
      input.sent = this.#merge.sentOf(n);
      const reached = this.#reached.get(this.#topics[n] ?? n);
      if (reached !== undefined) input.at = this.#merge.firstOf(n)?.origin?.message.at ?? reached;
    });
    for (const [input, { origin }] of last)
      this.#engine.inputs.at(input).mark =
        origin === undefined || origin.message.at !== undefined ? undefined : markOf(origin.message, origin.epoch);
    this.#engine.noteLulls(this.#merge.takeLulls());
    return count;
  }
}
