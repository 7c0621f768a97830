import { instantiate } from '../compile/compile.js';
import { BadRecordError } from '../errors/index.js';
import { presentValueFits, scaleOf, valueProblem, type Fields, type Fits, type ObjectOf } from '../schema/index.js';
import { bytesOf } from './bytes.js';
import { quoted } from './describe.js';
import type { FieldForm } from './form.js';
import {
  decimalWriters,
  Output,
  timestampWriter,
  writeBigWhole,
  writeDouble,
  writeRaw,
  writeText,
  writeWhole,
} from './write-bytes.js';

/** Writes a value that is one of its field's. */
type ValueWriter = (out: Output, value: never) => void;

/**
 * Writes a field of a record and those after it.
 *
 * @param isFirst whether no field has been written yet
 * @returns the same, after them
 */
type FieldWriter = (record: Readonly<Record<string, unknown>>, isFirst: boolean) => boolean;

interface Parts {
  readonly out: Output;
  readonly name: string;
  readonly optional: boolean;
  readonly fits: Fits;
  readonly refuse: (value: unknown) => never;
  readonly writeRaw: (out: Output, raw: Uint8Array) => void;
  /** What comes before the value, if it is the first one of its message. */
  readonly begin: Uint8Array;
  /** The same for any other value. */
  readonly comma: Uint8Array;
  readonly write: ValueWriter;
  readonly next: FieldWriter | undefined;
}

/**
 * The encoder of a schema. It throws BadRecordError for a value that its decoder would reject. Absent optional fields
 * and computed fields are omitted.
 *
 * Each field writes its value and calls the next one. All have code of their own, so V8 inlines them into each other.
 *
 * @param schema its name
 */
export function jsonEncoder<F extends Fields>(
  schema: string,
  forms: readonly FieldForm[],
): (record: ObjectOf<F>) => Uint8Array {
  const out = new Output();
  const written = forms.filter((form) => form.computed === undefined);
  const firstRequired = written.findIndex(({ type }) => !type.optional);
  const writeFields = written.reduceRight<FieldWriter | undefined>((next, form, index) => {
    const owner = `field '${form.name}' of '${schema}'`;
    const name = JSON.stringify(form.foreign);
    const isNeverFirst = firstRequired >= 0 && index > firstRequired;
    return instantiate(owner, isNeverFirst ? laterFieldWriter : fieldWriter, {
      out,
      name: form.name,
      optional: form.type.optional,
      fits: presentValueFits(owner, form.type),
      refuse: (value: unknown) => refuse(out, form, value),
      writeRaw,
      begin: bytesOf(`{${name}:`),
      comma: bytesOf(`,${name}:`),
      write: valueWriter(form),
      next,
    });
  }, undefined);
  const none = bytesOf('{}');
  const end = bytesOf('}');
  return (record) => {
    writeRaw(out, writeFields === undefined || writeFields(record, true) ? none : end);
    return out.take();
  };
}

function fieldWriter({ out, name, optional, fits, refuse, writeRaw, begin, comma, write, next }: Parts): FieldWriter {
  return (record, isFirst) => {
    const value = record[name];
    let isStillFirst = isFirst;
    if (!optional || (value !== undefined && value !== null)) {
      if (!fits(value)) refuse(value);
      writeRaw(out, isFirst ? begin : comma);
      // it fits
      write(out, value as never);
      isStillFirst = false;
    }
    return next === undefined ? isStillFirst : next(record, isStillFirst);
  };
}

/** The same for a field after a required one. */
function laterFieldWriter({ out, name, optional, fits, refuse, writeRaw, comma, write, next }: Parts): FieldWriter {
  return (record) => {
    const value = record[name];
    if (!optional || (value !== undefined && value !== null)) {
      if (!fits(value)) refuse(value);
      writeRaw(out, comma);
      write(out, value as never);
    }
    return next !== undefined && next(record, false);
  };
}

function refuse(out: Output, form: FieldForm, value: unknown): never {
  out.drop();
  throw new BadRecordError([
    { field: form.foreign, message: `${quoted(String(value))} ${valueProblem(form.type, value)}` },
  ]);
}

function valueWriter(form: FieldForm): ValueWriter {
  switch (form.type.kind) {
    case 'text':
    case 'date':
      return writeText;
    case 'oneOf': {
      const literals = new Map([...form.written].map(([value, word]) => [value, bytesOf(JSON.stringify(word))]));
      return (out, value) => writeRaw(out, literals.get(value) as Uint8Array);
    }
    case 'int32':
    case 'int64':
    case 'shard':
      return writeWhole;
    case 'bigint64':
      return writeBigWhole;
    case 'double':
      return writeDouble;
    case 'decimal':
      return decimalWriters(scaleOf(form.type), form.type).write;
    case 'bigDecimal':
      return decimalWriters(scaleOf(form.type), form.type).writeBig;
    case 'timestamp':
      return timestampWriter(form.zone);
    case 'boolean': {
      const yes = bytesOf('true');
      const no = bytesOf('false');
      return (out, value) => writeRaw(out, value ? yes : no);
    }
  }
}
