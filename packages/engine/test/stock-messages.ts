import fc from 'fast-check';
import { type Limit, limits, type Stock, stock } from '@stockafolio/conformance';
import { keyBytes, partitionOf } from '@stockafolio/core';
import type { PipelineHarness, SentMessage } from '@stockafolio/testing';

/** What is sent to one of two compacted topics: a value, or that there is none any more. */
export interface StockChange {
  readonly of: 'stock' | 'limits';
  readonly shop: string;
  readonly item: string;
  /** Undefined if it removes the value. */
  readonly pieces: number | undefined;
  readonly time: number;
  /** Of what a pipeline has sent: its version, which is its number too. */
  readonly version?: number;
}

export const anyChange: fc.Arbitrary<StockChange> = fc.record({
  of: fc.constantFrom('stock', 'stock', 'limits'),
  shop: fc.constantFrom('north', 'south'),
  item: fc.constantFrom('tea', 'rum', 'rye'),
  pieces: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 3 }),
  time: fc.integer({ min: 1, max: 3_600_000 }),
});

const keyOf = ({ of, shop, item }: StockChange): string => `${of} ${shop} ${item}`;

/** The messages of other producers, in any order of time: the last of each key counts. */
export const foreignChanges: fc.Arbitrary<readonly StockChange[]> = fc.array(anyChange, { maxLength: 40 });

/**
 * The messages of a pipeline that was killed again and again: each time it has sent the last ones again. Then the topic was
 * compacted: of messages that a later one replaces, some are gone.
 */
export const repeatedChanges: fc.Arbitrary<readonly StockChange[]> = fc
  .tuple(
    fc.array(anyChange, { maxLength: 30 }),
    fc.array(fc.record({ after: fc.nat(30), back: fc.integer({ min: 1, max: 8 }) }), { maxLength: 4 }),
    fc.infiniteStream(fc.constantFrom(true, false, false)),
    fc.oneof(fc.constant(30), fc.nat(8)),
  )
  .map(([changes, kills, gone, last]) => {
    const numbered = changes.map((change, n) => ({ ...change, version: (n + 1) * 1_000 }));
    let sent: StockChange[] = [];
    let at = 0;
    for (const { after, back } of kills) {
      sent = [...sent, ...numbered.slice(at, at + after)];
      at = Math.max(0, Math.min(numbered.length, at + after) - back);
    }
    // The last one may still be sending.
    sent = [...sent, ...numbered.slice(at, at + last)];
    return sent.filter((change, n) => {
      const isReplaced = sent.slice(n + 1).some((later) => keyOf(later) === keyOf(change));
      return !(isReplaced && (gone.next().value ?? false));
    });
  });

/** A change as its message. */
export function stockMessage(change: StockChange, partitions: number): SentMessage<Stock | Limit | undefined> {
  const { of, shop, item, pieces, time, version } = change;
  const value = { shop, item, time };
  const record = of === 'stock' ? { ...value, pieces: pieces ?? 0 } : { ...value, most: pieces ?? 0 };
  return {
    partition: partitionOf(keyBytes(shop), partitions),
    key: `${shop}\u0000${item}`,
    record: pieces === undefined ? undefined : record,
    headers:
      version === undefined
        ? {}
        : {
            writer: `writing/0123456789abcdef/0`,
            number: String(version),
            version: String(version),
            time: String(time),
          },
    timestamp: time,
  };
}

/** What counts of each key, by the topic: the last change, or of what a pipeline has sent the one with the highest version. */
export function whatCounts(changes: readonly StockChange[]): readonly StockChange[] {
  const last = new Map<string, StockChange>();
  for (const change of changes) {
    const key = keyOf(change);
    const known = last.get(key);
    if (known === undefined || (change.version ?? 0) >= (known.version ?? 0)) last.set(key, change);
  }
  return [...last.values()];
}

/** Pushes a change to a pipeline that reads the topics. */
export function receive(harness: PipelineHarness<unknown>, change: StockChange, partitions: number): void {
  const message = stockMessage(change, partitions) as SentMessage<never>;
  if (change.of === 'stock') harness.receive(stock, [message]);
  else harness.receive(limits, [message]);
}
