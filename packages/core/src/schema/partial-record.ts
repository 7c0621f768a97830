import { StockafolioError } from '../errors/index.js';

/** Creates a record from the values of the fields that were read, in the order of the record's own fields. */
export type PartialRecord = new (...values: readonly unknown[]) => object;

/**
 * Records of which only some fields were read. Accessing another field throws ERR_FIELD_NOT_READ, whatever its type. It
 * is never `undefined`, which would look like an absent value.
 *
 * @param names the record's fields, in order
 * @param reads those of them that were read
 */
export function partialRecord(names: readonly string[], reads: readonly string[]): PartialRecord {
  // Names may be reserved words, such as `class`: they are used only as members, never as variables.
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
