import { canCompile, compile } from './compile.js';

/** Makes a record from the values of its fields, in their order. */
export type RecordMaker<T extends object> = (values: readonly unknown[]) => T;

/**
 * A maker of records with these fields. All records of the same names share one hidden class.
 *
 * @param names identifiers, such as the names of a schema
 * @example recordMaker(['user', 'price'])(['ann', 1000]) // { user: 'ann', price: 1000 }
 */
export function recordMaker<T extends object>(names: readonly string[]): RecordMaker<T> {
  return canCompile() ? compiledMaker(names) : clonedMaker(names);
}

export function compiledMaker<T extends object>(names: readonly string[]): RecordMaker<T> {
  const members = names.map((name, n) => `${name}: values[${n}]`);
  return compile('records', { names }, `return (values) => ({ ${members.join(', ')} });`);
}

/** A clone has the hidden class of the original, whose fields are then overwritten. */
export function clonedMaker<T extends object>(names: readonly string[]): RecordMaker<T> {
  const original = Object.fromEntries(names.map((name): [string, unknown] => [name, undefined]));
  return (values) => {
    const record = { ...original };
    for (let n = 0; n < names.length; n++) record[names[n] as string] = values[n];
    return record as T;
  };
}
