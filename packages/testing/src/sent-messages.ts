import { jsonCodec, type Topic } from '@stockafolio/core';
import { type OutgoingMessage, textOf } from '@stockafolio/core/ports';
import { writtenOf } from '@stockafolio/engine';
import type { Sent } from './stage-harness.js';

/** A message that a pipeline has sent to a topic. */
export interface SentMessage<T> {
  readonly partition: number;
  /** The text of its key; null if its stream is keyed by nothing. */
  readonly key: string | null;
  /** Undefined if it has no value: then it says that what its key stands for was removed. */
  readonly record: T;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * When it was sent, epoch milliseconds; defaults to the event time of its record, or of the removal. Only for messages that
   * a test makes itself.
   */
  readonly timestamp?: number;
}

/** What the messages of a topic can have as their record: a compacted one also has messages without. */
export type SentRecord<T, C extends readonly string[]> = C extends readonly [] ? T : T | undefined;

/** The messages of a topic, in the order of sending. @param repeats whether those are included that were sent again */
export function sentMessages<T, C extends readonly string[]>(
  all: readonly Sent[],
  { stream }: Topic<T, C>,
  repeats: boolean,
): readonly SentMessage<SentRecord<T, C>>[] {
  const codec = jsonCodec(stream.schema);
  const own = all.filter(({ topic }) => topic === stream.name).map(({ message }) => message);
  return (repeats ? own : firstOfEach(own)).map(({ partition = 0, key, value, headers = {} }) => ({
    partition,
    key: key === null ? null : textOf(key),
    record: (value === null ? undefined : codec.decode(value)) as SentRecord<T, C>,
    headers,
  }));
}

function firstOfEach(messages: readonly OutgoingMessage[]): readonly OutgoingMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ headers = {} }) => {
    const id = `${headers['writer']} ${headers['number']}`;
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

/** Tells repeats from new messages, as a runner that reads a topic does. */
export class Received {
  /** By partition and writer, the number of the last message. */
  readonly #last = new Map<string, number>();

  /** Notes a message; returns whether it is new. */
  isNew({ partition, headers }: Pick<SentMessage<unknown>, 'partition' | 'headers'>): boolean {
    const written = writtenOf({ headers });
    if (written === undefined) return true;
    const id = `${partition} ${written.writer}`;
    if (written.number <= (this.#last.get(id) ?? -1)) return false;
    this.#last.set(id, written.number);
    return true;
  }
}
