import { map, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { bySecond, type Sale, Sum } from '@stockafolio/conformance';
import { calendar, calendarWindow, hoppingWindow, into, tumblingWindow, type Windowed } from '@stockafolio/core';

declare const records: Observable<Sale>;
const options = { key: (s: Sale): [string] => [s.item], state: Sum, fold: (): void => undefined };
type Out = OperatorFunction<Sale, Windowed<[string], { readonly amount: number; readonly count: number }>>;

describe('the window operators', () => {
  test('emit the window, the key as a tuple, and the state', () => {
    expect(tumblingWindow('w', { ...options, size: 1 })).type.toBe<Out>();
    expect(hoppingWindow('w', { ...options, size: 2, step: 1 })).type.toBe<Out>();
    const windows = calendar(
      'day',
      (time) => time,
      (start) => start + 1,
    );
    expect(calendarWindow('w', { ...options, windows })).type.toBe<Out>();
  });

  test('need their windows', () => {
    expect(tumblingWindow).type.not.toBeCallableWith('w', options);
    expect(hoppingWindow).type.not.toBeCallableWith('w', { ...options, size: 2 });
    expect(calendarWindow).type.not.toBeCallableWith('w', { ...options, size: 2 });
  });

  test('have no expiry: a window closes by itself', () => {
    expect(tumblingWindow).type.not.toBeCallableWith('w', { ...options, size: 1, expires: 5 });
  });

  test('state when they emit: in one way', () => {
    for (const emit of ['at close', 'final only', { every: 1 }, { everyMs: 1 }] as const)
      tumblingWindow('w', { ...options, size: 1, emit });
    expect(tumblingWindow).type.not.toBeCallableWith('w', { ...options, size: 1, emit: 'later' });
    expect(tumblingWindow).type.not.toBeCallableWith('w', { ...options, size: 1, emit: {} });
  });

  test('are written to a table as rows', () => {
    const windows = records.pipe(tumblingWindow('w', { ...options, size: 1_000 }));
    expect(into).type.not.toBeCallableWith(bySecond, windows);
    expect(into).type.toBeCallableWith(
      bySecond,
      windows.pipe(map(({ window, key: [item], value }) => ({ second: window.start, item, ...value }))),
    );
    expect(into).type.not.toBeCallableWith(bySecond, windows.pipe(map(({ value }) => value)));
  });
});
