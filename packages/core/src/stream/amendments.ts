import { StockafolioError } from '../errors/index.js';
import type { RecordSchema } from '../schema/index.js';
import { fieldOf } from '../schema/index.js';

/**
 * How records withdraw or correct earlier records of their key. A stream does not go back: it dead-letters them. The batch
 * makes them, each in the place of the record that it speaks of, so that all tables are as if that had been right.
 */
export interface Amendments<T> {
  /** The field with the id of a record, which no other record of its key has. */
  readonly id: string;
  /**
   * The field with the id of the record that this one speaks of, or of an earlier correction of it; records that stand for
   * themselves have none.
   */
  readonly amends: string;
  /** Whether an amendment withdraws what it speaks of; else it corrects it. */
  readonly withdraws: (amendment: T) => boolean;
  /**
   * The record as it should have been. Key, id and time remain.
   *
   * @throws if that is not possible: then the amendment is bad
   */
  readonly correct: (record: T, amendment: T) => unknown;
}

/** The same, with fields that the record has. */
export interface AmendmentOptions<T> extends Amendments<T> {
  readonly id: keyof T & string;
  readonly amends: keyof T & string;
  readonly correct: (record: T, amendment: T) => T;
}

/** @throws ERR_SCHEMA_INVALID if records have no such fields, or the stream no key of records */
export function checkAmendments<T>(
  stream: string,
  { names, fields }: RecordSchema,
  { id, amends }: Amendments<T>,
  hasKey: boolean,
): void {
  const invalid = (problem: string, hint: string): StockafolioError =>
    new StockafolioError('ERR_SCHEMA_INVALID', `stream '${stream}': ${problem}`, { hint });
  if (!hasKey) throw invalid('amendments need a key', "declare it: key: 'user'; ids are those of one key");
  const isText = (name: string): boolean => names.includes(name) && fieldOf(fields, name).kind === 'text';
  if (!isText(id) || fieldOf(fields, id).optional)
    throw invalid(`'${id}' cannot be the id of its records`, 'name a field of texts that every record has');
  if (!isText(amends) || !fieldOf(fields, amends).optional)
    throw invalid(`'${amends}' cannot say what a record amends`, 'name an optional field of texts');
}

/** The id of what a record amends; undefined if it stands for itself, or its stream has no amendments. */
export function amendedBy(
  { amendments }: { readonly amendments?: Amendments<never> | undefined },
  record: unknown,
): string | undefined {
  if (amendments === undefined) return undefined;
  return (record as Readonly<Record<string, string | undefined>>)[amendments.amends];
}
