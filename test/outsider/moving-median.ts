import { int64, record, type Infer, type KeyField } from '@stockafolio/core';
import { operatorFunction, type OperatorKind } from '@stockafolio/engine/operator';
import type { OperatorFunction } from 'rxjs';

/** The median of the latest five values of a key. */
export interface Median {
  readonly key: string;
  readonly median: number;
}

const Latest = record('latest', { count: int64(), a: int64(), b: int64(), c: int64(), d: int64(), e: int64() });

interface Options<T> {
  readonly key: (record: T) => string;
  readonly value: (record: T) => number;
}

function kind<T>(): OperatorKind<T, Median, Options<T>, Infer<typeof Latest>> {
  return {
    name: 'movingMedian',
    start({ options }, { select, fields, emit }) {
      return {
        process(record) {
          const key = options.key(record);
          select([key]);
          const latest = [fields.b, fields.c, fields.d, fields.e, options.value(record)];
          [fields.a, fields.b, fields.c, fields.d, fields.e] = latest as [number, number, number, number, number];
          fields.count = Math.min(5, fields.count + 1);
          const sorted = latest.slice(-fields.count).sort((x, y) => x - y);
          emit({ key, median: sorted[sorted.length >> 1] ?? 0 });
        },
      };
    },
  };
}

export function movingMedian<T>(
  name: string,
  key: KeyField<T>,
  value: (record: T) => number,
): OperatorFunction<T, Median> {
  const of = (record: T): string => String(record[key]);
  return operatorFunction(kind<T>(), name, { key: [key], state: Latest, options: { key: of, value } });
}
