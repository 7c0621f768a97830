import type { Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  processByKey,
  record,
  type StateList,
  type StateMap,
  table,
  text,
  type Timer,
  timestamp,
  tumblingWindow,
  type Update,
} from '@stockafolio/core';

declare const sales: Observable<Sale>;

const Alert = record('alert', { user: text(), since: timestamp() });
type Alert = { readonly user: string; readonly since: number };
const Lot = record('lot', { amount: int64() });

describe('processByKey', () => {
  test('is an operator of RxJS, with what it emits', () => {
    const alerts = sales.pipe(
      processByKey('p', {
        key: ['user'],
        state: Sum,
        timers: ['silent', 'high'],
        output: Alert,
        onRecord: (state, sale, { key, timers, emit, time, watermark }) => {
          expect(state).type.toBe<{ amount: number; count: number }>();
          expect(sale).type.toBe<Sale>();
          expect(key).type.toBe<readonly [string]>();
          expect(timers).type.toBe<{ readonly silent: Timer; readonly high: Timer }>();
          emit({ user: sale.user, since: time + watermark });
        },
        onTimer: (state, { name, time }, { key: [user], emit }) => {
          expect(name).type.toBe<'silent' | 'high'>();
          state.count = 0;
          emit({ user, since: time });
        },
      }),
    );
    expect(alerts).type.toBe<Observable<Alert>>();
    sales.pipe(
      processByKey('p', {
        key: ['user'],
        output: Alert,
        onRecord: (_, { user }, { emit }) => emit({ user, since: 0 }),
      }),
      foldByKey('f', { key: ['user'], state: Sum, fold: (sum, { since }) => void (sum.amount = since) }),
    );
  });

  test('has streams by name, if it has several outputs', () => {
    const { alerts, sums } = processByKey('p', sales, {
      key: ({ user, item }) => [user, item],
      outputs: { alerts: Alert, sums: Sum },
      onRecord: (_, { user }, { emit, key }) => {
        expect(key).type.toBe<[string, string]>();
        emit.alerts({ user, since: 1 });
        emit.sums({ amount: 1, count: 1 });
        expect(emit.alerts).type.not.toBeCallableWith({ amount: 1, count: 1 });
      },
    });
    expect(alerts).type.toBe<Observable<Alert>>();
    expect(sums).type.toBe<Observable<{ readonly amount: number; readonly count: number }>>();
  });

  test('has maps and lists below its keys', () => {
    processByKey('p', sales, {
      key: ['user'],
      maps: { lots: { key: timestamp(), value: Lot }, names: { key: text(), value: Alert } },
      lists: { sums: Sum },
      outputs: { alerts: Alert },
      onRecord: (_state, _sale, { maps, lists }) => {
        expect(maps.lots).type.toBe<StateMap<number, { readonly amount: number }>>();
        expect(maps.names).type.toBe<StateMap<string, Alert>>();
        expect(lists.sums).type.toBe<StateList<{ readonly amount: number; readonly count: number }>>();
        expect(maps).type.not.toHaveProperty('sums');
      },
    });
  });

  test('returns the maps that are outputs, as figures of the key and the key of the map', () => {
    const { lots, alerts } = processByKey('p', sales, {
      key: ['user'],
      maps: {
        lots: { key: timestamp(), value: Lot, output: true },
        names: { key: text(), value: Alert },
      },
      outputs: { alerts: Alert },
      onRecord: (_state, _sale, { emit }) => {
        expect(emit).type.not.toHaveProperty('lots');
      },
    });
    expect(lots).type.toBe<Observable<Update<readonly [string, number], { readonly amount: number }>>>();
    expect(alerts).type.toBe<Observable<Alert>>();
    const made = processByKey('p', sales, {
      key: ({ user, item }): [string, string] => [user, item],
      maps: { lots: { key: timestamp(), value: Lot, output: true }, names: { key: text(), value: Alert } },
      onRecord: () => undefined,
    });
    expect(made.lots).type.toBe<Observable<Update<readonly [string, string, number], { readonly amount: number }>>>();
    expect(made).type.not.toHaveProperty('names');
    const columns = { user: text(), at: timestamp(), amount: int64() };
    into(table('t', { partitionBy: ['user'], clusterBy: ['at'] }, columns), lots);
    // @ts-expect-error the key of these figures is not like the key columns of the table
    into(table('t', { partitionBy: ['user'], clusterBy: ['at'] }, columns), made.lots);
  });

  test('refuses what it has not declared', () => {
    const options = { key: ['user'] as const, output: Alert, timers: ['silent'] as const };
    processByKey('p', sales, {
      ...{ key: ['user'], outputs: { alerts: Alert }, timers: ['silent'], onTimer: () => undefined },
      onRecord: (_state, _sale, { timers }) => {
        expect(timers).type.not.toHaveProperty('noise');
      },
    });
    sales.pipe(
      // @ts-expect-error Property 'count' does not exist
      processByKey('p', { ...options, onRecord: (state) => void (state.count = 1), onTimer: () => undefined }),
    );
    sales.pipe(
      // @ts-expect-error Type 'Promise<undefined>' is not assignable to type
      processByKey('p', { ...options, onRecord: async () => undefined, onTimer: () => undefined }),
    );
    sales.pipe(
      // @ts-expect-error Type '"usr"' is not assignable to type
      processByKey('p', { key: ['usr'], output: Alert, onRecord: () => undefined }),
    );
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    windows.pipe(
      // @ts-expect-error these values change until they are final: put whenFinal() behind the window
      processByKey('p', { key: ({ key }) => key, output: Alert, onRecord: () => undefined }),
    );
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    processByKey('p', windows, { key: ({ key }) => key, outputs: { alerts: Alert }, onRecord: () => undefined });
  });
});
