import type { Fields, RecordSchema } from '../schema/index.js';

/** A state with fields of the operator's own: these begin with `$`, which no user's field can. */
export function withHidden(schema: RecordSchema, hidden: Fields): RecordSchema {
  const fields = { ...schema.fields, ...hidden };
  return { name: schema.name, fields, names: Object.keys(fields), check: undefined };
}
