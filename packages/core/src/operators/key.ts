import { StockafolioError } from '../errors/index.js';
import type { KeyPartNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { typeName, type FieldType } from '../schema/index.js';
import type { KeyField, KeyPart } from '../stream/index.js';

/** A part of a key that is computed from the record; made by {@link keyPart}. */
export interface ComputedPart<T, V extends KeyPart> {
  readonly type: FieldType<V>;
  readonly of: (record: T) => V;
}

/** A key as data: the names of fields, and computed parts, in order. */
export type KeyParts<T> = readonly [
  KeyField<T> | ComputedPart<T, KeyPart>,
  ...(KeyField<T> | ComputedPart<T, KeyPart>)[],
];

/** The values of a key that is given as a function with the result `K`, or as the parts `P` (`never` for a function). */
export type KeyValues<T, K, P> = [P] extends [never] ? K : PartValues<T, P>;

type PartValues<T, P> = P extends readonly [infer First, ...infer Rest]
  ? readonly [PartValue<T, First>, ...PartValues<T, Rest>]
  : readonly [];

type PartValue<T, P> = P extends keyof T ? T[P] : P extends ComputedPart<never, infer V> ? V : never;

/** A key as an operator is given it: as data, or as a function. */
export type AnyKey<T> = KeyParts<T> | ((record: T) => KeyTuple);

/**
 * A part of a key that is computed from the record, with the type of its values. Fields of a record need only their name.
 *
 * @example
 * foldByKey('days', { key: ['user', keyPart(date(), (t: Trade) => dayOf(t.time))], state: Sum, fold: addTrade })
 */
export function keyPart<T, V extends KeyPart>(type: FieldType<V>, of: (record: T) => V): ComputedPart<T, V> {
  return Object.freeze({ type, of });
}

/** The parts of a key as a plan knows them; undefined if a function makes it. @throws ERR_PIPELINE_INVALID */
export function declaredKey<T>(operator: string, key: AnyKey<T>): readonly KeyPartNode[] | undefined {
  if (typeof key === 'function') return undefined;
  if (Array.isArray(key) && key.length > 0 && key.every(isPart)) {
    return key.map((part: KeyParts<T>[number]) => (typeof part === 'string' ? { field: part } : { type: part.type }));
  }
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}' has no valid key`, {
    hint: "give the names of fields and keyPart(...)s, such as key: ['user', 'symbol'], or a function that returns such values",
  });
}

/**
 * A key as one of an operator's settings: `user, symbol`, with the kinds of computed parts in brackets. None if a function
 * makes it, or if it has no parts.
 */
export function keySetting(
  name: 'key' | 'otherKey' | 'group',
  parts: readonly KeyPartNode[] | undefined,
): Record<string, string> {
  if (parts === undefined || parts.length === 0) return {};
  return { [name]: parts.map((part) => ('field' in part ? part.field : `(${typeName(part.type)})`)).join(', ') };
}

function isPart(part: unknown): boolean {
  if (typeof part === 'string') return true;
  return typeof part === 'object' && part !== null && 'type' in part && 'of' in part && typeof part.of === 'function';
}
