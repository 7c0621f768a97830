import { fieldOf, typeName, type RecordSchema, type Value } from '../schema/index.js';
import { shownValue, valueCheck } from './check-row.js';

/**
 * Describes what is wrong with a record by its schema, as its codec would on decoding; undefined if nothing is. For
 * records that were decoded under an earlier schema.
 */
export function recordCheck(schema: RecordSchema): (record: Readonly<Record<string, unknown>>) => string | undefined {
  const checks = schema.names.map((name) => ({ name, check: valueCheck(fieldOf(schema.fields, name)) }));
  return (record) => {
    const problems: string[] = [];
    for (const { name, check } of checks) {
      const value = record[name];
      const problem = check(value as Value);
      if (problem !== undefined) problems.push(`${name}: ${shownValue(value)} ${problem}`);
    }
    return problems.length > 0 ? problems.join('; ') : schema.check?.(record);
  };
}

/** A schema as text; schemas that accept different records have different texts. */
export function schemaText({ names, fields, check, changes }: RecordSchema): string {
  const types = names.map((name) => {
    const type = fieldOf(fields, name);
    const { optional, min, max, values } = type;
    return [name, typeName(type), optional, min ?? null, max ?? null, values ?? null];
  });
  const checked = changes === undefined ? check && String(check) : schemaText(changes.of);
  return JSON.stringify([types, checked ?? null]);
}
