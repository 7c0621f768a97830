import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { type Rule, type Sale, Sum } from '@stockafolio/conformance';
import { foldByKey, int64, keyPart, processByKey, record, text, type Timer, timestamp } from '@stockafolio/core';

declare const sales: Observable<Sale>;
declare const rules: Observable<Rule>;
declare const rates: Observable<{ readonly rate: number; readonly place?: string }>;

const Alert = record('alert', { user: text(), since: timestamp() });

describe('everyKey', () => {
  test('gives each function the records of its stream, and what the other functions are given', () => {
    sales.pipe(
      processByKey('p', {
        key: ['user', 'item'],
        state: Sum,
        timers: ['quiet'],
        lists: { sums: Sum },
        output: Alert,
        onRecord: () => undefined,
        onTimer: () => undefined,
        everyKey: {
          rules: {
            broadcast: rules,
            where: { item: 'item' },
            onKey: (state, rule, { key, time, timers, lists, emit, remove }) => {
              expect(state).type.toBe<{ amount: number; count: number }>();
              expect(rule).type.toBe<Rule>();
              expect(key).type.toBe<readonly [string, string]>();
              expect(timers).type.toBe<{ readonly quiet: Timer }>();
              lists.sums.append({ amount: 1, count: 1 });
              emit({ user: key[0], since: time });
              remove();
            },
          },
          rates: {
            broadcast: rates,
            onKey: (state, { rate, place }) => {
              expect(place).type.toBe<string | undefined>();
              state.amount *= rate;
            },
          },
          words: {
            broadcast: rules.pipe(map(({ word }) => ({ word }))),
            where: { user: 'word' },
            onKey: (_, given) => {
              expect(given).type.toBe<{ word: string }>();
            },
          },
        },
      }),
    );
    const { sums } = processByKey('p', sales, {
      key: ({ user }) => [user],
      outputs: { sums: Sum },
      onRecord: () => undefined,
      everyKey: {
        rules: {
          broadcast: rules,
          onKey: (_, rule, { emit, key }) => {
            expect(rule).type.toBe<Rule>();
            expect(key).type.toBe<[string]>();
            emit.sums({ amount: 1, count: 1 });
          },
        },
      },
    });
    expect(sums).type.toBe<Observable<{ readonly amount: number; readonly count: number }>>();
  });

  test('compares parts of the key that have names, with fields of the same type that all records have', () => {
    const options = { output: Alert, onRecord: () => undefined };
    const onKey = (): void => undefined;
    const amount = keyPart(int64(), ({ amount }: Sale) => amount);
    sales.pipe(
      processByKey('p', {
        ...{ ...options, key: ['user', amount] },
        everyKey: { rules: { broadcast: rules, where: { user: 'item' }, onKey } },
      }),
    );
    sales.pipe(
      processByKey('p', {
        ...options,
        key: ['user', amount],
        // @ts-expect-error 'amount' does not exist in type
        everyKey: { rules: { broadcast: rules, where: { amount: 'time' }, onKey } },
      }),
    );
    sales.pipe(
      processByKey('p', {
        ...options,
        key: ['user'],
        // @ts-expect-error Type '"time"' is not assignable to type
        everyKey: { rules: { broadcast: rules, where: { user: 'time' }, onKey } },
      }),
    );
    sales.pipe(
      processByKey('p', {
        ...options,
        key: ['user'],
        // @ts-expect-error Type 'string' is not assignable to type 'undefined'
        everyKey: { rates: { broadcast: rates, where: { user: 'place' }, onKey } },
      }),
    );
    sales.pipe(
      processByKey('p', {
        ...options,
        key: ({ user }) => [user],
        // @ts-expect-error 'user' does not exist in type
        everyKey: { rules: { broadcast: rules, where: { user: 'item' }, onKey } },
      }),
    );
  });

  test('is complete when it returns', () => {
    const options = { key: ['user'] as const, output: Alert, onRecord: () => undefined };
    sales.pipe(
      processByKey('p', {
        ...options,
        // @ts-expect-error Type 'Promise<undefined>' is not assignable to type
        everyKey: { rules: { broadcast: rules, onKey: async () => undefined } },
      }),
    );
  });

  test('of a fold gives each function the state, the record and the key, and updates have both kinds of records', () => {
    const updates = sales.pipe(
      foldByKey('f', {
        key: ['user', 'item'],
        state: Sum,
        fold: (sum, { amount }) => {
          sum.amount += amount;
          return amount;
        },
        everyKey: {
          rules: {
            broadcast: rules,
            where: { item: 'item' },
            fold: (sum, { word }, { key, time }) => {
              sum.count += word.length;
              expect(key).type.toBe<readonly [string, string]>();
              return time;
            },
          },
        },
      }),
    );
    updates.pipe(map(({ record }) => expect(record).type.toBe<Sale | Rule>()));
    sales.pipe(
      foldByKey('f', {
        key: ['user'],
        state: Sum,
        fold: (sum) => void (sum.count += 1),
        // @ts-expect-error 'word' does not exist in type
        everyKey: { rules: { broadcast: rules, where: { word: 'word' }, fold: () => undefined } },
      }),
    );
    sales.pipe(
      foldByKey('f', {
        key: ['user'],
        state: Sum,
        fold: (sum) => (sum.count += 1),
        // @ts-expect-error Type 'string' is not assignable to type 'number'
        everyKey: { rules: { broadcast: rules, fold: (_, { word }) => word } },
      }),
    );
  });
});
