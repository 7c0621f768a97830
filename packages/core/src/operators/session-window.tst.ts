import { map, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { bySecond, type Sale, Sum } from '@stockafolio/conformance';
import { type FinalWindow, foldByKey, into, sessionWindow, type SessionWindowed, whenFinal } from '@stockafolio/core';

declare const sales: Observable<Sale>;
type Sums = { readonly amount: number; readonly count: number };
const fold = (): void => undefined;
const options = { gap: 1, key: (s: Sale): [string] => [s.item], state: Sum, fold, merge: fold };

describe('sessionWindow', () => {
  test('emits the window, the key as a tuple, the state, and whether the session is no more', () => {
    expect(sessionWindow('w', options)).type.toBe<OperatorFunction<Sale, SessionWindowed<[string], Sums>>>();
    expect(sales.pipe(sessionWindow('w', options), whenFinal())).type.toBe<Observable<FinalWindow<[string], Sums>>>();
  });

  test('needs a gap and a merge of states', () => {
    const { gap, merge, ...rest } = options;
    expect(sessionWindow).type.not.toBeCallableWith('w', { ...rest, gap });
    expect(sessionWindow).type.not.toBeCallableWith('w', { ...rest, merge });
    sessionWindow('w', {
      ...{ gap, key: (s: Sale): [string] => [s.item], state: Sum, fold },
      merge: (into, later) => {
        into.amount += later.amount;
        // @ts-expect-error Cannot assign to 'amount' because it is a read-only property
        later.amount = 0;
      },
    });
    // A state that it returns would be ignored.
    expect(sessionWindow).type.not.toBeCallableWith('w', { ...options, merge: (into: Sums) => into });
    expect(sessionWindow).type.not.toBeCallableWith('w', { ...options, merge: async () => Promise.resolve() });
  });

  test('is a changelog: into tables, and by whenFinal() into operators', () => {
    const sessions = sales.pipe(sessionWindow('w', options));
    expect(into).type.toBeCallableWith(
      bySecond,
      sessions.pipe(map(({ window, key: [item], value }) => ({ second: window.start, item, ...value }))),
    );
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    sessions.pipe(foldByKey('f', { key: () => ['ann'], state: Sum, fold }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    sessions.pipe(sessionWindow('v', { ...options, key: () => ['ann'] as [string] }));
  });
});
