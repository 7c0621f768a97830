import { expect } from 'chai';
import { codeOf, sale, type Sale, sales } from '@stockafolio/conformance';
import {
  bigMoney,
  type Infer,
  int64,
  type KeyPart,
  type Mutable,
  pipeline,
  type Ranked,
  record,
  topByKey,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { observed } from '../../test/observed.js';

const Total = record('total', { amount: int64(), value: bigMoney() });
type Total = Mutable<Infer<typeof Total>>;
type Rank = Ranked<readonly KeyPart[], readonly KeyPart[], Infer<typeof Total>>;

const addSale = (total: Total, s: Sale): void => {
  total.amount += s.amount;
  total.value += BigInt(s.amount) * 2n ** 60n;
};

interface Options {
  readonly group?: (s: Sale) => readonly [KeyPart, ...KeyPart[]];
  readonly key?: (s: Sale) => readonly [KeyPart, ...KeyPart[]];
  readonly by?: 'amount' | 'value';
  readonly k?: number;
  readonly expires?: (s: Sale) => number;
}

type Harness = ReturnType<typeof pipelineHarness<Sale>>;

/** A ranking alone, and the ranks that it emits. */
function ranked({ by = 'amount', key = (s) => [s.user], k = 9, ...options }: Options): {
  readonly harness: Harness;
  readonly ranks: Rank[];
} {
  const ranks: Rank[] = [];
  const made = pipeline('ranked', { sales }, ({ sales }) => {
    observed(
      sales.pipe(topByKey('top', { by, key, k, state: Total, fold: addSale, ...options })),
      (rank) => void ranks.push(rank),
    );
    return [];
  });
  return { harness: pipelineHarness<Sale>(made, { partitions: 1 }), ranks };
}

const shown = (ranks: readonly Rank[]): unknown[] =>
  ranks.map(({ group, rank, key, value }) => [...group, rank, ...key, value.amount]);

describe('the groups of a ranking', () => {
  const items: readonly [string, number][] = [
    ['a', 11],
    ['a1', 1],
    ['a', 1],
  ];

  for (const [name, group] of [
    ['text', (s: Sale) => [s.item]],
    ['number', (s: Sale) => [s.time / 8]],
    ['bigint', (s: Sale) => [BigInt(s.time)]],
    ['boolean', (s: Sale) => [s.time > 5]],
    ['text and number', (s: Sale) => [s.item, s.time]],
    ['number, bigint, boolean and text', (s: Sale) => [s.time, 1n, false, s.item]],
  ] as const) {
    it(`are ranked separately, and emitted with their own values: by ${name}`, async () => {
      const { harness, ranks } = ranked({ group: group as never });
      const all = items.flatMap(([item, time], n) => [
        sale({ item, time, amount: n + 1 }),
        sale({ user: 'bob', item, time, amount: 5 }),
      ]);
      harness.push(...all);
      await harness.commit();
      const sums = new Map<string, { readonly group: readonly unknown[]; readonly users: Map<string, number> }>();
      for (const s of all) {
        const of = group(s);
        const sum = sums.get(String(of)) ?? { group: of, users: new Map<string, number>() };
        sum.users.set(s.user, (sum.users.get(s.user) ?? 0) + s.amount);
        sums.set(String(of), sum);
      }
      const wanted = [...sums.values()].flatMap(({ group: of, users }) =>
        [...users]
          .sort(([, a], [, b]) => b - a)
          .map(([user, amount], n) => [...(of as readonly unknown[]), n + 1, user, amount]),
      );
      expect(shown(ranks)).to.have.deep.members(wanted);
    });
  }

  it('expire one by one: the remaining ones keep their ranks, also across a restart', async () => {
    const { harness, ranks } = ranked({
      group: (s) => [Math.floor(s.time / 100), s.item],
      expires: (s) => (Math.floor(s.time / 100) + 2) * 100,
    });
    harness.push(sale({ time: 10 }), sale({ user: 'bob', time: 20, amount: 3 }), sale({ time: 110, amount: 2 }));
    await harness.checkpoint();
    expect(shown(ranks.splice(0))).to.have.deep.members([
      [0, 'tea', 1, 'bob', 3],
      [0, 'tea', 2, 'ann', 1],
      [1, 'tea', 1, 'ann', 2],
    ]);
    await harness.restart();
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(3);
    harness.push(sale({ time: 200, item: 'rum' }));
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(2);
    harness.push(sale({ user: 'bob', time: 120, amount: 9 }), sale({ time: 30 }));
    await harness.commit();
    expect(shown(ranks)).to.have.deep.members([
      [2, 'rum', 1, 'ann', 1],
      [1, 'tea', 1, 'bob', 9],
      [1, 'tea', 2, 'ann', 2],
    ]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([[5, 'ERR_LATE_RECORD']]);
  });

  it('are ranked without examining the keys of others: not at all if they are new, and together after a restart', async () => {
    const { harness, ranks } = ranked({ group: (s) => [s.item] });
    const walks = (): (() => number) => {
      const state = harness.engines[0]?.operators[0]?.state;
      if (state === undefined) throw new Error('there is no operator');
      let count = 0;
      const walk = state.forEachLive.bind(state);
      state.forEachLive = (each) => {
        count++;
        walk(each);
      };
      return () => count;
    };
    const items = Array.from({ length: 20 }, (_, n) => `item ${n}`);
    const before = walks();
    for (const item of items) harness.push(sale({ item }), sale({ user: 'bob', item, amount: 2 }));
    await harness.commit();
    harness.push(sale({ item: 'new' }), sale({ item: 'item 7', amount: 4 }));
    await harness.checkpoint();
    expect(before()).to.equal(0);
    expect(shown(ranks.slice(-3))).to.deep.include.members([
      ['new', 1, 'ann', 1],
      ['item 7', 1, 'ann', 5],
    ]);

    await harness.restart();
    const after = walks();
    ranks.length = 0;
    for (const item of [...items, 'newer']) harness.push(sale({ item, amount: 9 }));
    await harness.commit();
    expect(after()).to.equal(2);
    expect(shown(ranks)).to.have.length(2 * items.length + 1);
    expect(shown(ranks)).to.deep.include.members([
      ['newer', 1, 'ann', 9],
      ['item 3', 1, 'ann', 10],
      ['item 3', 2, 'bob', 2],
    ]);
  });

  it('are emitted before they expire, with the changes since the last commit', async () => {
    const { harness, ranks } = ranked({
      group: (s) => [Math.floor(s.time / 100)],
      expires: (s) => (Math.floor(s.time / 100) + 1) * 100,
    });
    harness.push(sale({ amount: 4 }), sale({ amount: 4 }), sale({ time: 100 }));
    expect(shown(ranks)).to.deep.include([0, 1, 'ann', 8]);
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(1);
    await harness.commit();
    expect(shown(ranks)).to.have.deep.members([
      [0, 1, 'ann', 8],
      [1, 1, 'ann', 1],
    ]);
  });

  it('rank equal values by all parts of the key, in its order', async () => {
    const { harness, ranks } = ranked({ key: (s) => [s.user, s.time, s.item] });
    for (const [user, time, item] of [
      ['bob', 1, 'a'],
      ['ann', 10, 'a'],
      ['ann', 9, 'b'],
      ['ann', 9, 'a'],
    ] as const) {
      harness.push(sale({ user, time, item }));
    }
    await harness.commit();
    expect(ranks.map(({ key }) => key)).to.eql([
      ['ann', 9, 'a'],
      ['ann', 9, 'b'],
      ['ann', 10, 'a'],
      ['bob', 1, 'a'],
    ]);
  });

  it('rank by bigints as by numbers, through falls', async () => {
    const { harness, ranks } = ranked({ by: 'value', k: 2 });
    harness.push(sale({ amount: 5 }), sale({ user: 'bob', amount: 7 }), sale({ user: 'cid', amount: 6 }));
    await harness.commit();
    expect(shown(ranks.splice(0))).to.eql([
      [1, 'bob', 7],
      [2, 'cid', 6],
    ]);
    harness.push(sale({ user: 'bob', amount: -4 }));
    await harness.commit();
    expect(shown(ranks)).to.eql([
      [1, 'cid', 6],
      [2, 'ann', 5],
    ]);
  });

  it('have as many parts as the first one, and so do keys: other records are dead-lettered', async () => {
    const odd = (s: Sale): boolean => s.item === 'odd';
    for (const options of [
      { group: (s: Sale) => (odd(s) ? [1, 2] : [1]), key: (s: Sale) => [s.user] },
      { group: (s: Sale) => (odd(s) ? [] : [1]), key: (s: Sale) => [s.user, 1] },
      { group: () => [1], key: (s: Sale) => (odd(s) ? [s.user, 1] : [s.user]) },
      { key: (s: Sale) => (odd(s) ? [s.user, 1] : [s.user]) },
    ]) {
      const { harness, ranks } = ranked(options as unknown as Options);
      harness.push(sale(), sale({ item: 'odd' }), sale());
      await harness.commit();
      expect(ranks.map(({ value }) => value.amount)).to.eql([2]);
      const rejected = await harness.deadLetters();
      expect(rejected.map(({ offset, code }) => [offset, code])).to.eql([[1, 'ERR_ROW_INVALID']]);
    }
  });

  it('need no key that begins with the group, only one that begins with the key of the stream', async () => {
    const { harness } = ranked({ group: (s) => [s.user], key: (s) => [s.item] });
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });

  it('are emitted completely if a value has fallen and risen again: the state in between may have been written', async () => {
    const { harness, ranks } = ranked({});
    harness.push(sale({ amount: 5 }), sale({ user: 'bob', amount: 3 }), sale({ user: 'cid', amount: 1 }));
    await harness.commit();
    ranks.splice(0);
    harness.push(sale({ user: 'bob', amount: -1 }), sale({ user: 'bob', amount: 1 }));
    await harness.commit();
    expect(shown(ranks.splice(0))).to.eql([
      [1, 'ann', 5],
      [2, 'bob', 3],
      [3, 'cid', 1],
    ]);
    harness.push(sale({ user: 'cid', amount: 1 }));
    await harness.commit();
    expect(shown(ranks)).to.eql([[3, 'cid', 2]]);
  });

  it('reject a record whose expiry is invalid, or is not that of its key', async () => {
    const { harness } = ranked({
      expires: (s) => (s.item === 'odd' ? Number.NaN : s.item === 'other' ? 2_000 : 1_000),
    });
    harness.push(sale({ item: 'odd' }), sale(), sale({ item: 'other' }));
    await harness.commit();
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([
      [0, 'ERR_BAD_RECORD'],
      [2, 'ERR_BAD_RECORD'],
    ]);
  });
});
