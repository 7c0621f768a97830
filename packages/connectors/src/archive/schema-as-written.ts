import { fieldOf, type FieldType, type Fields, type Kind, type RecordSchema } from '@stockafolio/core';

/** Kinds of one meaning, whose values differ in how far they go and, as bigints, in how they are held. */
const families: readonly (readonly Kind[])[] = [
  ['int32', 'int64', 'bigint64'],
  ['money', 'bigMoney'],
];

/**
 * A schema as the files were written, as far as its fields have become wider or narrower since: a value that is out of the
 * range of today is then read, and can be told of.
 *
 * @param text the schema of the file, as `schemaText` gives it; empty where it does not tell
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

/** Turns values as they were written into those of the schema of today, where they can be. */
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
    // One that no number holds exactly stays what it is, and is found out to be none.
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
