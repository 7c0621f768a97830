import { partialRecord } from './partial-record.js';

/** Copies a record, whose fields are all plain values. */
export type CopyRecord = (record: unknown) => unknown;

/**
 * Copies of the records of a schema, so that what a function does to a record it was given can be undone. Compiled: it
 * is asked of every record.
 *
 * @param names the record's fields, in order
 * @param reads those of them that partial records have; undefined where there are none such
 */
export function recordCopier(names: readonly string[], reads: readonly string[] | undefined): CopyRecord {
  const Partial = reads === undefined ? undefined : partialRecord(names, reads);
  const whole = names.map((name) => `${name}: r.${name}`).join(', ');
  const read = names.filter((name) => reads?.includes(name) === true).map((name) => `r.${name}`);
  const ifPartial = `if (Object.getPrototypeOf(r) !== Object.prototype) return new Partial(${read.join(', ')});`;
  // compiled from the names of a validated schema
  const make = new Function(
    'Partial',
    `'use strict'; return (r) => { ${Partial === undefined ? '' : ifPartial} return { ${whole} }; };`,
  ) as (made: typeof Partial) => CopyRecord;
  return make(Partial);
}
