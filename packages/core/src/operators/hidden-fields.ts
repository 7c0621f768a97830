import type { Fields, RecordSchema } from '../schema/index.js';

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
