import { StockafolioError } from '../errors/index.js';
import type { ChangedSchema } from './change-schema.js';
import type { FieldType, Fields, ObjectOf, Value } from './types.js';

/** A named set of typed fields: the records of a stream, or the state of an operator for each key. */
export interface RecordSchema<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
  /** Field names in declared order. */
  readonly names: readonly string[];
  /** A check over several fields: returns what is wrong with this record, or undefined if nothing is. */
  readonly check: ((record: Readonly<Record<string, unknown>>) => string | undefined) | undefined;
  /** Optional fields that this record must have after all, by its other fields. */
  readonly needs?: ((record: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
  /**
   * For a state: the values with which some of its fields begin, by name, as an operator's option `initial` states them.
   */
  readonly initial?: Readonly<Record<string, Value>> | undefined;
  /** For the records of a changelog: what they stand for. */
  readonly changes?: ChangedSchema | undefined;
}

/** The plain object that a record schema describes: `type Trade = Infer<typeof Trade>`. */
export type Infer<R> = R extends { readonly fields: infer F extends Fields } ? ObjectOf<F> : never;

export interface RecordOptions<F extends Fields> {
  readonly check?: (record: ObjectOf<F>) => string | undefined;
  /**
   * Optional fields that a record must have after all, by its other fields: where one schema is of several kinds of records.
   * A JSON codec names those that are missing along with all other bad fields; of a bad field there is no value here.
   *
   * @example needs: ({ kind }) => (kind === 'refund' ? ['reason'] : ['quantity', 'price'])
   */
  readonly needs?: (record: Partial<ObjectOf<F>>) => readonly (keyof F & string)[];
}

const identifier = /^[a-z][A-Za-z0-9]{0,62}$/;

/**
 * Declares a record.
 *
 * @param name lower-case, as in `trade`
 * @param fields camel-case names, each with its type; tables and files have them in snake case
 * @throws ERR_SCHEMA_INVALID if a name is not an identifier or there are no fields
 * @example
 * const Trade = record('trade', { user: text({ min: 1 }), quantity: int32({ min: 1 }), price: money() });
 * type Trade = Infer<typeof Trade>;
 */
export function record<F extends Fields>(name: string, fields: F, options: RecordOptions<F> = {}): RecordSchema<F> {
  checkFields(`record '${name}'`, fields);
  const names = Object.keys(fields);
  return Object.freeze({
    name,
    fields: Object.freeze({ ...fields }),
    names,
    check: options.check as RecordSchema['check'],
    ...(options.needs === undefined ? {} : { needs: options.needs as RecordSchema['needs'] }),
  });
}

/** The type of a field that must exist. */
export function fieldOf(fields: Fields, name: string): FieldType {
  const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (type === undefined) throw new StockafolioError('ERR_SCHEMA_INVALID', `there is no field '${name}'`);
  return type;
}

/** The schema of records that have only some of its fields. */
export function onlyFields(schema: RecordSchema, only: readonly string[]): RecordSchema {
  const names = schema.names.filter((name) => only.includes(name));
  return { ...schema, names, fields: Object.fromEntries(names.map((name) => [name, fieldOf(schema.fields, name)])) };
}

export function checkFields(owner: string, fields: Fields): void {
  const names = Object.keys(fields);
  if (names.length === 0) throw new StockafolioError('ERR_SCHEMA_INVALID', `${owner} has no fields`);
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!identifier.test(name)) {
      throw new StockafolioError('ERR_SCHEMA_INVALID', `${owner}: '${name}' cannot be a field name`, {
        hint: 'use a camel-case name: a lower-case letter, then letters and digits, at most 63 characters',
      });
    }
    const stored = snakeCase(name);
    const other = seen.get(stored);
    if (other !== undefined) {
      throw new StockafolioError(
        'ERR_SCHEMA_INVALID',
        `${owner}: '${other}' and '${name}' are both stored as '${stored}'`,
      );
    }
    seen.set(stored, name);
  }
}

/** The form of `lastTime` in tables, files and dumps: `last_time`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
