import { partialRecord } from './partial-record.js';

/** Copies records, whose fields are all plain values, and compares them. */
export interface RecordCopier {
  copy(record: unknown): unknown;
  /** Whether a record has the same values as its copy. */
  isSame(record: unknown, copy: unknown): boolean;
}

/**
 * Copies of the records of a schema, used to detect and undo what a function does to a record. Compiled: it is called
 * for every record.
 *
 * @param names the record's fields, in order
 * @param reads those of them that partial records have; undefined if there are no partial records
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
