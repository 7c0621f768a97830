import { partialRecord } from '@stockafolio/core/ports';

/** Copies records, whose fields are all plain values, and compares them. */
export interface RecordCopier {
  copy(record: unknown): unknown;
  /** Keeps the values of a record in one of `slots` slots. It allocates no object, because few are ever restored. */
  keep(slot: number, record: unknown): void;
  /** Whether a record has the values that are kept in this slot. */
  isKept(slot: number, record: unknown): boolean;
  /** A new record of the values that are kept in this slot. */
  restored(slot: number): unknown;
}

/**
 * Copies of the records of a schema, used to detect and undo what a function does to a record. Compiled, because every
 * record is kept. Values are kept by field in arrays, so that numbers need no object either.
 *
 * @param names the record's fields, in order
 * @param reads those of them that partial records have; undefined if there are no partial records
 * @param slots how many records are kept at most
 */
export function recordCopier(
  names: readonly string[],
  reads: readonly string[] | undefined,
  slots: number,
): RecordCopier {
  const Partial = reads === undefined ? undefined : partialRecord(names, reads);
  const fields = names.map((name, n) => ({ name, column: `c${n}`, isRead: reads?.includes(name) !== false }));
  const read = fields.filter(({ isRead }) => isRead);
  const list = (of: typeof fields, text: (field: (typeof fields)[number]) => string, by = ', '): string =>
    of.map(text).join(by);
  const ifPartial = (does: string): string => (Partial === undefined ? '' : does);
  // compiled from the names of a validated schema
  const make = new Function(
    'Partial',
    'column',
    `'use strict';
    ${list(fields, ({ column }) => `const ${column} = column();`, ' ')}
    const isPartial = column();
    return {
      copy: (r) => {
        ${ifPartial(`if (Object.getPrototypeOf(r) !== Object.prototype) return new Partial(${list(read, ({ name }) => `r.${name}`)});`)}
        return { ${list(fields, ({ name }) => `${name}: r.${name}`)} };
      },
      keep: (n, r) => {
        ${ifPartial(`if (Object.getPrototypeOf(r) !== Object.prototype) {
          isPartial[n] = 1;
          ${list(read, ({ name, column }) => `${column}[n] = r.${name};`, ' ')}
          return;
        }
        isPartial[n] = 0;`)}
        ${list(fields, ({ name, column }) => `${column}[n] = r.${name};`, ' ')}
      },
      isKept: (n, r) => ${list(read, ({ name, column }) => `r.${name} === ${column}[n]`, ' && ') || 'true'},
      restored: (n) => {
        ${ifPartial(`if (isPartial[n] === 1) return new Partial(${list(read, ({ column }) => `${column}[n]`)});`)}
        return { ${list(fields, ({ name, column }) => `${name}: ${column}[n]`)} };
      },
    };`,
  ) as (made: typeof Partial, column: () => unknown[]) => RecordCopier;
  return make(Partial, () => new Array<unknown>(slots).fill(0));
}
