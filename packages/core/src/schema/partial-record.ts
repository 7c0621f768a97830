import { StockafolioError } from '../errors/index.js';

/** Makes a record of the values of the fields that were read, in the order of the record's own fields. */
export type PartialRecord = new (...values: readonly unknown[]) => object;

/**
 * Records of which only some fields were read. To touch another field is the error ERR_FIELD_NOT_READ, whatever its type:
 * never an `undefined` that would be taken for a value that is not there.
 *
 * @param names the record's fields, in order
 * @param reads those of them that were read
 */
export function partialRecord(names: readonly string[], reads: readonly string[]): PartialRecord {
  // Names may be words of the language, such as `class`: they stand as members only, never as variables.
  const read = names.filter((name) => reads.includes(name));
  const unread = names.filter((name) => !reads.includes(name));
  // compiled from the names of a validated schema
  const make = new Function(
    'refuse',
    `'use strict'; return class {
      constructor(${read.map((_, n) => `v${n}`).join()}) { ${read.map((name, n) => `this.${name} = v${n};`).join(' ')} }
      ${unread.map((name) => `get ['${name}']() { return refuse('${name}'); }`).join('\n')}
    };`,
  ) as (refuse: (name: string) => never) => PartialRecord;
  return make((name) => {
    throw new StockafolioError('ERR_FIELD_NOT_READ', `field '${name}' was not read: the pipeline does not declare it`, {
      hint: `add '${name}' to the pipeline's reads; the key and the time of its stream belong there too`,
    });
  });
}
