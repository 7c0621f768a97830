import { recordMaker } from '../compile/record-maker.js';
import type { Fields, ObjectOf, Value } from '../schema/index.js';
import { at, bytesOf } from './bytes.js';
import type { FastDecoder } from './fast-decoder.js';
import { Cursor, skipValue } from './fast-values.js';
import { fieldReader } from './field-reader.js';
import { formAt, mayLack, type FieldForm } from './form.js';
import type { Member } from './member-order.js';
import { skipSpace } from './scan-json.js';

/** Reads a value, and stores its end in the cursor; undefined for an unusual one, whose end is not stored. */
type ValueReader = (bytes: Uint8Array, i: number, cursor: Cursor) => Value;

/** A member of the messages that are expected. */
interface Step {
  /** In quotes. */
  readonly name: Uint8Array;
  /** The index of its field; -1 if no field has it. */
  readonly field: number;
  readonly mayLack: boolean;
  readonly mayBeNull: boolean;
  readonly read: ValueReader;
}

const NULL = bytesOf('null');

/** A {@link FastDecoder} without generated code, for processes that may not compile. */
export function orderedDecoder<F extends Fields>(
  forms: readonly FieldForm[],
  order: readonly Member[],
): FastDecoder<F> {
  const steps = order.map((member) => stepOf(forms, member));
  const make = recordMaker<ObjectOf<F>>(forms.map(({ name }) => name));
  const cursor = new Cursor();
  return (bytes, position) => {
    let i = skipSpace(bytes, 0);
    if (at(bytes, i) !== 0x7b) return undefined;
    i = skipSpace(bytes, i + 1);
    // Whether a comma announced another member. After the last member there is none, so no name can match.
    let announced = false;
    const values: unknown[] = forms.map(() => undefined);
    for (const { name, field, mayLack, mayBeNull, read } of steps) {
      if (!matches(bytes, i, name)) {
        if (mayLack) continue;
        return undefined;
      }
      i = skipSpace(bytes, i + name.length);
      if (at(bytes, i) !== 0x3a) return undefined;
      i = skipSpace(bytes, i + 1);
      if (mayBeNull && matches(bytes, i, NULL)) i += NULL.length;
      else {
        const value = read(bytes, i, cursor);
        if (value === undefined) return undefined;
        if (field >= 0) values[field] = value;
        i = cursor.end;
      }
      i = skipSpace(bytes, i);
      const after = at(bytes, i);
      if (after !== 0x2c && after !== 0x7d) return undefined;
      announced = after === 0x2c;
      if (announced) i = skipSpace(bytes, i + 1);
    }
    if (announced || at(bytes, i) !== 0x7d || skipSpace(bytes, i + 1) !== bytes.length) return undefined;
    for (const [k, { computed, fallback }] of forms.entries()) {
      if (computed !== undefined && position !== undefined) values[k] = computed(position);
      else values[k] ??= fallback;
    }
    return make(values);
  };
}

function stepOf(forms: readonly FieldForm[], member: Member): Step {
  if (typeof member === 'string') {
    return { name: nameOf(member), field: -1, mayLack: true, mayBeNull: false, read: skipped };
  }
  const form = formAt(forms, member);
  return {
    name: nameOf(form.foreign),
    field: member,
    mayLack: mayLack(form),
    mayBeNull: form.type.optional && form.fallback === undefined,
    read: valueReader(form),
  };
}

function nameOf(member: string): Uint8Array {
  return bytesOf(JSON.stringify(member));
}

function skipped(bytes: Uint8Array, i: number, cursor: Cursor): Value {
  const end = skipValue(bytes, i);
  if (end < 0) return undefined;
  cursor.end = end;
  return true;
}

function valueReader(form: FieldForm): ValueReader {
  const { min = -Infinity, max = Infinity } = form.type;
  const reader = fieldReader(form);
  switch (reader.gives) {
    case 'value':
      return reader.read;
    case 'number':
      return (bytes, i, cursor) => {
        const value = reader.read(bytes, i, cursor);
        return value >= min && value <= max ? value : undefined;
      };
    case 'bigint':
      return (bytes, i, cursor) => {
        const value = reader.read(bytes, i, cursor);
        return Number.isNaN(value) ? undefined : BigInt(value);
      };
    case 'word': {
      const words = reader.words.map(([word, value]) => ({ word: bytesOf(word), value }));
      return (bytes, i, cursor) => {
        const known = words.find(({ word }) => matches(bytes, i, word));
        if (known === undefined) return undefined;
        cursor.end = i + known.word.length;
        return known.value;
      };
    }
  }
}

function matches(bytes: Uint8Array, i: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[i + k] !== text[k]) return false;
  return true;
}
