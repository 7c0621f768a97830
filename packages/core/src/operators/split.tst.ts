import type { Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { split } from '@stockafolio/core';

interface Bust {
  readonly kind: 'bust';
  readonly amends: string;
}

interface Correction {
  readonly kind: 'correct';
  readonly price: number;
}

interface New {
  readonly kind: 'new';
}

declare const trades: Observable<Bust | Correction | New>;

describe('split', () => {
  test('has a stream for each branch, and one for the rest', () => {
    const { old, rest } = split(trades, { old: (trade) => trade.kind !== 'new' && trade.kind.length > 4 });
    expect(old).type.toBe<Observable<Bust | Correction | New>>();
    expect(rest).type.toBe<Observable<Bust | Correction | New>>();
  });

  test('narrows by type guards', () => {
    const { busts, rest } = split(trades, { busts: (trade): trade is Bust => trade.kind === 'bust' });
    expect(busts).type.toBe<Observable<Bust>>();
    expect(rest).type.toBe<Observable<Correction | New>>();
  });

  test('has a rest of never where guards cover all types', () => {
    const all = split(trades, {
      busts: (trade): trade is Bust => trade.kind === 'bust',
      corrections: (trade): trade is Correction => trade.kind === 'correct',
      others: (trade): trade is New => trade.kind === 'new',
    });
    expect(all.rest).type.toBe<Observable<never>>();
    expect(all.others).type.toBe<Observable<New>>();
  });

  test('has no branch named rest', () => {
    expect(split).type.not.toBeCallableWith(trades, { rest: () => true });
  });
});
