import { boolean, int64, optional, text, timestamp } from './fields.js';
import { fieldOf, type RecordSchema } from './record.js';
import type { FieldType, Fields, Value } from './types.js';

/** What the records of a changelog stand for: a schema of changes has it. */
export interface ChangedSchema {
  /** The schema of a message that sets a value. */
  readonly of: RecordSchema;
  /** The fields that identify what is set or removed; its records have the others only if they set a value. */
  readonly by: readonly string[];
}

/** What a record of a changelog has beside its fields. The names begin with `$`, which no user's field can. */
export interface ChangeFacts {
  /** Whether it removes the value of its key. */
  readonly $removed?: boolean | undefined;
  /** Of a removal: its event time, in epoch milliseconds. */
  readonly $time?: number | undefined;
  /** If a pipeline has sent it: its version, and the number and the name of its writer. */
  readonly $version?: number | undefined;
  readonly $number?: number | undefined;
  readonly $writer?: string | undefined;
}

const facts: { readonly [N in keyof ChangeFacts]-?: FieldType } = {
  $removed: optional(boolean()),
  $time: optional(timestamp()),
  $version: optional(int64()),
  $number: optional(int64()),
  $writer: optional(text()),
};

/** The names of what a record of a changelog has beside its fields. */
export const CHANGE_FACTS: readonly string[] = Object.keys(facts);

/** The schema of the records of a changelog: each sets the value of its key, or removes it. */
export function changeSchema(of: RecordSchema, by: readonly string[]): RecordSchema {
  const fields: Fields = {
    ...Object.fromEntries(
      of.names.map((name) => {
        const type = fieldOf(of.fields, name);
        return [name, by.includes(name) ? type : { ...type, optional: true }];
      }),
    ),
    ...facts,
  };
  const required = of.names.filter((name) => !fieldOf(of.fields, name).optional);
  return Object.freeze({
    name: of.name,
    fields: Object.freeze(fields),
    names: Object.freeze(Object.keys(fields)),
    changes: Object.freeze({ of, by }),
    check: (record: Readonly<Record<string, unknown>>): string | undefined => {
      if (record['$removed'] === true) return undefined;
      const missing = required.find((name) => record[name] === undefined);
      return missing === undefined ? of.check?.(record) : `${missing} is missing`;
    },
  });
}

/** A record of a changelog, of its fields and what is known of its message; every field is there, in order. */
export function changeOf(
  { names }: RecordSchema,
  fields: Readonly<Record<string, Value>>,
  { $removed, $time, $version, $number, $writer }: ChangeFacts,
): Readonly<Record<string, Value>> {
  const all: Record<string, Value> = { ...fields, $removed, $time, $version, $number, $writer };
  const change: Record<string, Value> = {};
  for (const name of names) change[name] = all[name];
  return change;
}
