import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Rule, type Sale, Sum } from '@stockafolio/conformance';
import { joinBroadcast, record, stream, text, timestamp, tumblingWindow } from '@stockafolio/core';

declare const sales: Observable<Sale>;
declare const rules: Observable<Rule>;

describe('joinBroadcast', () => {
  test('emits each record with the value of its key', () => {
    sales.pipe(
      joinBroadcast('j', rules, { key: ['item'], otherKey: ['item'] }),
      map(({ key, left, right }) => {
        expect(key).type.toBe<readonly [string]>();
        expect(left).type.toBe<Sale>();
        expect(right).type.toBe<Rule>();
      }),
    );
    const Word = record('word', { word: text() });
    sales.pipe(
      joinBroadcast('j', rules, {
        key: (s) => [s.item],
        otherKey: (r) => [r.item],
        kind: 'left',
        right: { state: Word, select: ({ word }) => ({ word }) },
        removes: ({ word }) => word === '',
      }),
      map(({ right }) => {
        expect(right?.word).type.toBe<string | undefined>();
      }),
    );
  });

  test('takes keys that can be equal, and no kind that gives values alone', () => {
    // @ts-expect-error the two keys need parts of the same types, in the same order
    sales.pipe(joinBroadcast('j', rules, { key: ['item'], otherKey: ['time'] }));
    // @ts-expect-error Type '"outer"' is not assignable to type
    sales.pipe(joinBroadcast('j', rules, { key: ['item'], otherKey: ['item'], kind: 'outer' }));
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(joinBroadcast('j', rules, { key: ({ key }) => key, otherKey: ['item'] }));
  });

  test('has a stream that is keyed by nothing', () => {
    const Name = record('name', { item: text(), since: timestamp() });
    expect(stream).type.toBeCallableWith('names', Name, { broadcast: true, time: () => 0 });
    expect(stream).type.not.toBeCallableWith('names', Name, { broadcast: true, key: 'item', time: () => 0 });
    expect(stream).type.not.toBeCallableWith('names', Name, { broadcast: false, time: () => 0 });
  });
});
