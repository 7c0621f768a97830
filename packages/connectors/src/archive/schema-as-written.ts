import { type FieldType, type Fields, type Kind, type RecordSchema } from '@stockafolio/core';
import { fieldOf, formatValue, scaleOf, typeName, typeNamed, type NamedType } from '@stockafolio/core/ports';

/** Kinds of exact numbers. Their values differ in range, in scale, and in whether they are numbers or bigints. */
const exact: readonly Kind[] = ['int32', 'int64', 'bigint64', 'decimal', 'bigDecimal'];

/**
 * The schema with the field types that the file was written with, for fields that were widened or narrowed since. A
 * value outside today's range can then be read and reported.
 *
 * @param text the schema of the file, as `schemaText` gives it; empty if the file does not store one
 */
export function schemaAsWritten<F extends Fields>(schema: RecordSchema<F>, text: string): RecordSchema<F> {
  const types = typesIn(text);
  const fields = Object.fromEntries(
    schema.names.map((name): [string, FieldType] => {
      const type = fieldOf(schema.fields, name);
      const was = types.get(name) ?? type;
      const isSame = typeName(was) !== typeName(type) && exact.includes(was.kind) && exact.includes(type.kind);
      return [name, isSame ? { ...type, scale: undefined, ...was, min: undefined, max: undefined } : type];
    }),
  );
  return { ...schema, fields: fields as F };
}

/** Converts values as written to those of today's schema, where possible. */
export function retyping(
  schema: RecordSchema,
  written: RecordSchema,
): (record: Readonly<Record<string, unknown>>) => object {
  const made = schema.names.map((name) => retypingOf(fieldOf(written.fields, name), fieldOf(schema.fields, name)));
  return (record) => Object.fromEntries(schema.names.map((name, n) => [name, made[n]?.(record[name])]));
}

function retypingOf(was: FieldType, is: FieldType): (value: unknown) => unknown {
  const isBig = ({ kind }: FieldType): boolean => kind === 'bigint64' || kind === 'bigDecimal';
  const [from, to] = [scaleOf(was), scaleOf(is)];
  const ofScale = (value: unknown): unknown => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return value;
    const units = BigInt(value);
    if (to >= from) return units * 10n ** BigInt(to - from);
    const divisor = 10n ** BigInt(from - to);
    // What has more decimals than today's type becomes a text, and the record check rejects it.
    return units % divisor === 0n ? units / divisor : formatValue(was, value);
  };
  const rescaled = from === to ? (value: unknown): unknown => value : ofScale;
  return (given) => {
    const value = rescaled(given);
    if (isBig(is)) return typeof value === 'number' ? BigInt(value) : value;
    // A value that no number holds exactly stays a bigint, and the record check rejects it.
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };
}

function typesIn(text: string): ReadonlyMap<string, NamedType> {
  if (text === '') return new Map();
  const [types] = JSON.parse(text) as [readonly (readonly [string, string])[]];
  return new Map(types.map(([name, type]) => [name, typeNamed(type)]));
}
