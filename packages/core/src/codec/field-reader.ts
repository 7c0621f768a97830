import { scaleOf, type Value } from '../schema/index.js';
import {
  dateReader,
  decimalReader,
  fastBoolean,
  fastDouble,
  fastWhole,
  textReader,
  timestampReader,
  type Cursor,
  type NumberReader,
} from './fast-values.js';
import type { FieldForm } from './form.js';

/** How the usual forms of a field's values are read: one of the readers of fast-values, and what is done with it. */
export type FieldReader =
  | {
      /** Numbers are compared with the bounds of the field; a bigint is made of a number. */
      readonly gives: 'number' | 'bigint';
      readonly read: NumberReader;
    }
  | { readonly gives: 'value'; readonly read: (bytes: Uint8Array, i: number, cursor: Cursor) => Value }
  | {
      /** Words in quotes, and the value of each. */
      readonly gives: 'word';
      readonly words: readonly (readonly [string, string])[];
    };

export function fieldReader(form: FieldForm): FieldReader {
  const { kind, min = 0, max = Infinity } = form.type;
  switch (kind) {
    case 'text':
      return { gives: 'value', read: textReader(min, max) };
    case 'date':
      return { gives: 'value', read: dateReader() };
    case 'boolean':
      return { gives: 'value', read: fastBoolean };
    case 'oneOf': {
      const words = [...(form.words ?? [])].map(([word, value]) => [`"${word}"`, value] as const);
      // The others have an escape, or characters of several bytes.
      return { gives: 'word', words: words.filter(([quoted]) => /^"[ !#-[\]-~]*"$/.test(quoted)) };
    }
    case 'int32':
    case 'int64':
    case 'shard':
      return { gives: 'number', read: fastWhole };
    case 'timestamp':
      return { gives: 'number', read: timestampReader(form.zone) };
    case 'decimal':
      return { gives: 'number', read: decimalReader(scaleOf(form.type), form.round !== undefined) };
    case 'double':
      return { gives: 'number', read: fastDouble };
    case 'bigint64':
      return { gives: 'bigint', read: fastWhole };
    case 'bigDecimal':
      return { gives: 'bigint', read: decimalReader(scaleOf(form.type), form.round !== undefined) };
  }
}
