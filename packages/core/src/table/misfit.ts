import { isDay, isText, type FieldType } from '../schema/index.js';

/**
 * Source text that is true if `v` (source text too) is not a value of the type, for functions that are compiled once
 * per table.
 *
 * @param words source text of the set of the words of a `oneOf`
 * @param scope the name under which the text finds {@link misfitScope}
 */
export function misfit(type: FieldType, v: string, words: string, scope: string): string {
  const outside = `${v} < ${type.min ?? '-Infinity'} || ${v} > ${type.max ?? 'Infinity'}`;
  switch (type.kind) {
    case 'text':
      return `typeof ${v} !== 'string' || ${v}.length < ${type.min ?? 0} || ${v}.length > ${type.max ?? 'Infinity'} || ${scope}.isUnfit(${v})`;
    case 'date':
      return `typeof ${v} !== 'string' || !${scope}.isDay(${v})`;
    case 'oneOf':
      return `!${words}.has(${v})`;
    case 'boolean':
      return `typeof ${v} !== 'boolean'`;
    case 'bigMoney':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(128, ${v}) !== ${v}`;
    case 'bigint64':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(64, ${v}) !== ${v}`;
    case 'double':
      return `!Number.isFinite(${v}) || ${outside}`;
    default:
      return `!Number.isSafeInteger(${v}) || ${outside}`;
  }
}

export interface MisfitScope {
  readonly isUnfit: (text: string) => boolean;
  readonly isDay: (text: string) => boolean;
}

export const misfitScope: MisfitScope = { isUnfit: (text) => !isText(text), isDay };
