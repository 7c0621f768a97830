import { int64, optional, text, type Fields, type RecordSchema } from '../schema/index.js';

/** A state schema with extra fields of the operator: their names begin with `$`, which no user's field can. */
export function withHidden(schema: RecordSchema, hidden: Fields): RecordSchema {
  const fields = { ...schema.fields, ...hidden };
  return { name: schema.name, fields, names: Object.keys(fields), check: undefined, initial: schema.initial };
}

/** The state of keys of which only the presence, or what is below them, is kept. */
export const NOTHING: RecordSchema = Object.freeze({
  name: 'nothing',
  fields: {},
  names: [],
  check: undefined,
  initial: undefined,
});

/** What is kept of the last change of a key, by which repeats of earlier ones are told. */
export const LAST_CHANGE: Fields = Object.freeze({
  $version: optional(int64()),
  $number: optional(int64()),
  $writer: optional(text()),
});
