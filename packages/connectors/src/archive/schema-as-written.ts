import { type FieldType, type Fields, type Kind, type RecordSchema } from '@stockafolio/core';
import { fieldOf } from '@stockafolio/core/ports';

/** Kinds with the same meaning. Their values differ in range, and in whether they are numbers or bigints. */
const families: readonly (readonly Kind[])[] = [
  ['int32', 'int64', 'bigint64'],
  ['money', 'bigMoney'],
];

/**
 * The schema with the field kinds that the file was written with, for fields that were widened or narrowed since. A
 * value outside today's range can then be read and reported.
 *
 * @param text the schema of the file, as `schemaText` gives it; empty if the file does not store one
 */
export function schemaAsWritten<F extends Fields>(schema: RecordSchema<F>, text: string): RecordSchema<F> {
  const kinds = kindsIn(text);
  const fields = Object.fromEntries(
    schema.names.map((name): [string, FieldType] => {
      const type = fieldOf(schema.fields, name);
      const was = kinds.get(name) ?? type.kind;
      const isSame = was !== type.kind && families.some((family) => family.includes(was) && family.includes(type.kind));
      return [name, isSame ? { ...type, kind: was, min: undefined, max: undefined } : type];
    }),
  );
  return { ...schema, fields: fields as F };
}

/** Converts values as written to those of today's schema, where possible. */
export function retyping(
  schema: RecordSchema,
  written: RecordSchema,
): (record: Readonly<Record<string, unknown>>) => object {
  const isBig = (of: RecordSchema, name: string): boolean =>
    ['bigint64', 'bigMoney'].includes(fieldOf(of.fields, name).kind);
  const made = schema.names.map((name) => {
    const [was, is] = [isBig(written, name), isBig(schema, name)];
    if (was === is) return (value: unknown) => value;
    if (is) return (value: unknown) => (typeof value === 'number' ? BigInt(value) : value);
    // A value that no number holds exactly stays a bigint, and the record check rejects it.
    return (value: unknown) =>
      typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  });
  return (record) => Object.fromEntries(schema.names.map((name, n) => [name, made[n]?.(record[name])]));
}

function kindsIn(text: string): ReadonlyMap<string, Kind> {
  if (text === '') return new Map();
  const [types] = JSON.parse(text) as [readonly (readonly [string, Kind])[]];
  return new Map(types.map(([name, kind]) => [name, kind]));
}
