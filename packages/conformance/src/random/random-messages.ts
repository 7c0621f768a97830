import fc from 'fast-check';
import { jsonCodec, keyBytes, partitionOf, type Stream } from '@stockafolio/core';
import { type Sale, Sale as SaleSchema, sale } from '../sales.js';
import { changeKey, changeOf, changes, type SaleChange } from './random-changes.js';
import { isRemoval } from './random-items.js';
import { sources } from './random-plans.js';

/** A message of one of the streams of a plan. */
export interface RandomMessage {
  /** The name of its stream. */
  readonly stream: string;
  /** Where it is; one of a broadcast stream is read by all partitions. */
  readonly partition: number;
  /** Within its stream and partition. */
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly sent: number;
  /** Undefined if it is no record. Of the changelog, some stand for a message without a value: see {@link isRemoval}. */
  readonly record: Sale | undefined;
}

const codec = jsonCodec(SaleSchema);
const GARBLED = new TextEncoder().encode('{');

/** What a topic has of a message. */
export function bytesOf({ stream, record }: Pick<RandomMessage, 'stream' | 'record'>): {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
} {
  if (record === undefined) return { key: null, value: GARBLED };
  if (stream !== changes.name) return { key: keyBytes(record.user), value: codec.encode(record) };
  return { key: changeKey(record), value: isRemoval(record) ? null : codec.encode(record) };
}

/** What an archive or an engine gets of a message. @param sent epoch milliseconds */
export function readAs({ name }: Pick<Stream<unknown>, 'name'>, record: Sale, sent: number): Sale | SaleChange {
  return name === changes.name ? changeOf(record, sent) : record;
}

/** What messages are pushed to: a harness of a pipeline. */
interface Receiver {
  pushMessage(value: Uint8Array, partition: number, timestamp: number, stream: { readonly name: string }): void;
  receive(
    stream: Stream<SaleChange>,
    messages: readonly {
      readonly partition: number;
      readonly key: string;
      readonly record: never;
      readonly headers: Readonly<Record<string, string>>;
      readonly timestamp: number;
    }[],
  ): void;
}

/** Pushes a message to a harness. */
export function pushTo(harness: Receiver, { stream, record, partition, sent }: Omit<RandomMessage, 'offset'>): void {
  if (stream !== changes.name || record === undefined) {
    harness.pushMessage(bytesOf({ stream, record }).value ?? GARBLED, partition, sent, { name: stream });
    return;
  }
  const key = new TextDecoder().decode(changeKey(record));
  const value = (isRemoval(record) ? undefined : record) as never;
  // A producer of another kind has no header for the time of a removal.
  harness.receive(changes, [{ partition, key, record: value, headers: {}, timestamp: sent }]);
}

/** What is random in a message, before it is known how many partitions there are. */
export interface RandomStep {
  /** The index of its stream. */
  readonly input: number;
  readonly user: string;
  readonly item: string;
  readonly amount: number;
  /** How far its event time is before the time of sending, in milliseconds. */
  readonly back: number;
  /** How long after the one before it is sent. */
  readonly step: number;
  /** How far the clock of the broker or the producer has stepped back. */
  readonly behind: number;
  readonly isGarbled: boolean;
}

const isRare = fc.oneof({ arbitrary: fc.constant(false), weight: 15 }, { arbitrary: fc.constant(true), weight: 1 });

/** Messages of few keys: some late, some copies, some of one time, with pauses between; some are no records. */
export const anySteps: fc.Arbitrary<readonly RandomStep[]> = stepsOf({
  behind: fc.oneof(fc.constant(0), fc.nat(6_000)),
  isGarbled: isRare,
});
/** The same, of clocks that never step back. */
export const anyStepsInTime: fc.Arbitrary<readonly RandomStep[]> = stepsOf({
  behind: fc.constant(0),
  isGarbled: isRare,
});
/** The same, and all of them are records. */
export const anyRecords: fc.Arbitrary<readonly RandomStep[]> = stepsOf({
  behind: fc.constant(0),
  isGarbled: fc.constant(false),
});

function stepsOf(more: {
  readonly behind: fc.Arbitrary<number>;
  readonly isGarbled: fc.Arbitrary<boolean>;
}): fc.Arbitrary<readonly RandomStep[]> {
  return fc.array(
    fc.record({
      input: fc.nat(sources.length - 1),
      ...{ user: fc.constantFrom('ann', 'bob', 'cem'), item: fc.constantFrom('tea', 'rum', 'ann') },
      amount: fc.integer({ min: 1, max: 15 }),
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
      ...more,
    }),
    { maxLength: 30 },
  );
}

/** The messages in the order in which they are sent. @param start when the first one is, epoch milliseconds */
export function messagesOf(steps: readonly RandomStep[], partitions: number, start = 4_000): RandomMessage[] {
  let now = start;
  const ends = new Map<string, number>();
  return steps.map(({ step, back, behind, input, isGarbled, ...facts }) => {
    now += step;
    const { name = '', isBroadcast = false } = sources[input] ?? {};
    const partition = isBroadcast ? facts.amount % partitions : partitionOf(keyBytes(facts.user), partitions);
    const offset = ends.get(`${name} ${partition}`) ?? 0;
    ends.set(`${name} ${partition}`, offset + 1);
    const record = isGarbled ? undefined : sale({ ...facts, time: now - back });
    return { stream: name, partition, offset, sent: now - behind, record };
  });
}

/** By part at the root of a plan, the streams that are merged into it, by index. */
export const anyInputs: fc.Arbitrary<readonly (readonly number[])[]> = fc.array(
  fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
  { minLength: 2, maxLength: 2 },
);

/**
 * Batches in any order of their streams, some of them long, with commits in between. Most records move the time on by
 * little, so that most batches need not be undone.
 */
export const anyBatches: fc.Arbitrary<readonly (readonly { readonly input: number; readonly record: Sale }[])[]> = fc
  .array(
    fc.array(
      fc.record({
        ...{
          input: fc.nat(sources.length - 1),
          user: fc.constantFrom('ann', 'bob'),
          item: fc.constantFrom('tea', 'rum'),
        },
        amount: fc.integer({ min: 1, max: 15 }),
        back: fc.oneof({ arbitrary: fc.nat(900), weight: 5 }, { arbitrary: fc.nat(4_000), weight: 1 }),
        step: fc.oneof({ arbitrary: fc.nat(20), weight: 5 }, { arbitrary: fc.nat(9_000), weight: 1 }),
      }),
      { maxLength: 40 },
    ),
    { maxLength: 4 },
  )
  .map((batches) => {
    let start = 4_000;
    return batches.map((batch) =>
      batch.map(({ step, back, input, ...facts }) => ({
        input,
        record: sale({ ...facts, time: (start += step) - back }),
      })),
    );
  });
