import { partialRecord } from './partial-record.js';

/** Copies records, whose fields are all plain values, and compares them. */
export interface RecordCopier {
  copy(record: unknown): unknown;
  /** Whether a record has the values that its copy has. */
  isSame(record: unknown, copy: unknown): boolean;
}

/**
 * Copies of the records of a schema, by which it is found out, and undone, what a function does to a record that it was
 * given. Compiled: it is asked of every record.
 *
 * @param names the record's fields, in order
 * @param reads those of them that partial records have; undefined where there are none such
 */
export function recordCopier(names: readonly string[], reads: readonly string[] | undefined): RecordCopier {
  const Partial = reads === undefined ? undefined : partialRecord(names, reads);
  const whole = names.map((name) => `${name}: r.${name}`).join(', ');
  const read = names.filter((name) => reads?.includes(name) !== false);
  const ifPartial = `if (Object.getPrototypeOf(r) !== Object.prototype) return new Partial(${read.map((name) => `r.${name}`).join(', ')});`;
  // compiled from the names of a validated schema
  const make = new Function(
    'Partial',
    `'use strict'; return {
      copy: (r) => { ${Partial === undefined ? '' : ifPartial} return { ${whole} }; },
      isSame: (r, copy) => ${read.map((name) => `r.${name} === copy.${name}`).join(' && ') || 'true'},
    };`,
  ) as (made: typeof Partial) => RecordCopier;
  return make(Partial);
}
