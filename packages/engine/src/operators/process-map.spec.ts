import { expect } from 'chai';
import fc from 'fast-check';
import { type Sale, sale, sales } from '@stockafolio/conformance';
import {
  int64,
  into,
  pipeline,
  processByKey,
  record,
  type StateList,
  type StateMap,
  table,
  text,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, pushDisturbed } from '../../test/disturbed.js';

const Piece = record('piece', { n: int64() });
type Piece = { readonly n: number };
const Story = record('story', { user: text(), told: text({ max: 100_000 }) });
const stories = table('stories', { partitionBy: ['user'] }, Story.fields);

/** What can be done with a map and a list of a key, by the item of a sale; a step tells what it saw. */
type Step = (n: number, map: StateMap<number, Piece>, list: StateList<Piece>) => unknown;

const steps: Readonly<Record<string, Step>> = {
  set: (n, map) => map.set(n, { n: 2 * n }),
  add: (n, map) => map.set(n, { n: (map.get(n)?.n ?? 0) + 1 }),
  delete: (n, map) => map.delete(n),
  get: (n, map) => [map.has(n), map.get(n), map.first(), map.last(), map.firstKey(), map.lastKey(), map.size],
  from: (n, map) => [...map.from(n)],
  // Each step of the walk changes what is before it, at it, and after it.
  thin: (n, map) => {
    const seen: number[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.delete(key);
      map.delete(key + 1);
      if (key % 2 === 0 && key < 40) map.set(key + 10 + n, { n: key });
    }
    return seen;
  },
  clear: (_, map, list) => {
    map.clear();
    if (list.length > 4) list.clear();
  },
  append: (n, _, list) => list.append({ n }),
  shift: (_n, _map, list) => [list.shift(), list.first(), list.last(), list.length],
  drain: (n, _map, list) => {
    const seen: number[] = [];
    for (const { n: each } of list) {
      seen.push(each);
      if (each === n) list.append({ n: each + 1 });
      else if (each % 3 === 0) list.shift();
    }
    return seen;
  },
};

const told = pipeline('told', { sales }, ({ sales }) => [
  into(
    stories,
    sales.pipe(
      processByKey('told', {
        key: ['user'],
        state: record('so_far', { told: text({ max: 100_000 }) }),
        maps: { map: { key: int64(), value: Piece } },
        lists: { list: Piece },
        output: Story,
        onRecord: (state, { user, item, amount }, { maps: { map }, lists: { list }, emit }) => {
          const saw = steps[item]?.(amount, map, list);
          state.told += `${item} ${JSON.stringify([saw, [...map], [...list]])}\n`;
          emit({ user, told: state.told });
        },
      }),
    ),
  ),
]);

class PlainMap implements StateMap<number, Piece> {
  readonly #values = new Map<number, Piece>();
  get size(): number {
    return this.#values.size;
  }
  has(key: number): boolean {
    return this.#values.has(key);
  }
  get(key: number): Piece | undefined {
    return this.#values.get(key);
  }
  set(key: number, value: Piece): void {
    this.#values.set(key, value);
  }
  delete(key: number): boolean {
    return this.#values.delete(key);
  }
  clear(): void {
    this.#values.clear();
  }
  first(): readonly [number, Piece] | undefined {
    return this.#after(Number.NEGATIVE_INFINITY);
  }
  last(): readonly [number, Piece] | undefined {
    return [...this.#values].sort(([a], [b]) => b - a)[0];
  }
  firstKey(): number | undefined {
    return this.first()?.[0];
  }
  lastKey(): number | undefined {
    return this.last()?.[0];
  }
  *from(key: number): IterableIterator<readonly [number, Piece]> {
    for (let at = this.#after(key); at !== undefined; at = this.#after(at[0] + 1)) yield at;
  }
  [Symbol.iterator](): IterableIterator<readonly [number, Piece]> {
    return this.from(Number.NEGATIVE_INFINITY);
  }
  #after(key: number): readonly [number, Piece] | undefined {
    return [...this.#values].filter(([each]) => each >= key).sort(([a], [b]) => a - b)[0];
  }
}

class PlainList implements StateList<Piece> {
  readonly #values: Piece[] = [];
  /** How many were removed from the front. */
  #removed = 0;
  get length(): number {
    return this.#values.length;
  }
  append(value: Piece): void {
    this.#values.push(value);
  }
  shift(): Piece | undefined {
    if (this.#values.length > 0) this.#removed++;
    return this.#values.shift();
  }
  clear(): void {
    this.#values.length = 0;
  }
  first(): Piece | undefined {
    return this.#values[0];
  }
  last(): Piece | undefined {
    return this.#values.at(-1);
  }
  *[Symbol.iterator](): IterableIterator<Piece> {
    for (let n = this.#removed; n < this.#removed + this.#values.length; n++) {
      const value = this.#values[n - this.#removed];
      if (value !== undefined) yield value;
      if (n < this.#removed) n = this.#removed - 1;
    }
  }
}

const anySteps = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), item: fc.constantFrom(...Object.keys(steps), 'set', 'append') },
      amount: fc.integer({ min: 0, max: 12 }),
    }),
    { maxLength: 60 },
  )
  .map((all) => all.map((facts, n) => sale({ ...facts, time: n })));

describe('the maps and lists of processByKey', () => {
  it('are as plain ones, key by key, at any kill and redelivery', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(told, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const plain = new Map<string, { map: PlainMap; list: PlainList; told: string }>();
        for (const { user, item, amount } of records) {
          const own = plain.get(user) ?? { map: new PlainMap(), list: new PlainList(), told: '' };
          plain.set(user, own);
          const saw = steps[item]?.(amount, own.map, own.list);
          own.told += `${item} ${JSON.stringify([saw, [...own.map], [...own.list]])}\n`;
        }
        const expected = [...plain].map(([user, own]) => ({ user, told: own.told }));
        expect(await harness.rows(stories)).to.deep.equal(expected.sort((a, b) => (a.user < b.user ? -1 : 1)));
      }),
      { numRuns: 150 },
    );
  });

  it('are ordered by text, time or big integer, whatever the type of their keys', async () => {
    const Nothing = record('nothing', { n: int64() });
    const ordered = pipeline('ordered', { sales }, ({ sales }) => [
      into(
        stories,
        sales.pipe(
          processByKey('ordered', {
            key: ['user'],
            maps: {
              texts: { key: text(), value: Nothing },
              large: { key: int64({ range: 'full' }), value: Nothing },
            },
            output: Story,
            onRecord: (_, { user, item, amount }, { maps: { texts, large }, emit }) => {
              texts.set(item, { n: amount });
              large.set(BigInt(amount) * 10n ** 15n, { n: amount });
              const told =
                [...texts].map(([key]) => key).join() + [...large].map(([key]) => ` ${key / 10n ** 15n}`).join();
              emit({ user, told });
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(ordered, { partitions: 1 });
    harness.push(
      sale({ item: 'z', amount: 10 }),
      sale({ item: '😀', amount: 9 }),
      sale({ item: '\uffee', amount: -1 }),
    );
    await harness.commit();
    expect((await harness.rows(stories)).map((row) => row.told)).to.deep.equal(['z,\uffee,😀 -1, 9, 10']);
  });
});
