import { StockafolioError } from '../errors/index.js';
import type { FieldType, Kind } from './types.js';

/** The largest scale: 10^18 is the last power of ten within 64 bits. */
export const MAX_SCALE = 18;

/** The scale of `money()` and `bigMoney()`. */
export const MONEY_SCALE = 4;

/** What the name of a type tells. */
export type NamedType = Pick<FieldType, 'kind' | 'scale'>;

/** How many decimals the values of a type have; 0 for types without a scale. */
export function scaleOf({ scale = 0 }: NamedType): number {
  return scale;
}

/** @throws ERR_SCHEMA_INVALID if a scale is not a whole number from 0 to 18 */
export function checkedScale(owner: string, scale: number): number {
  if (Number.isInteger(scale) && scale >= 0 && scale <= MAX_SCALE) return scale + 0;
  throw new StockafolioError('ERR_SCHEMA_INVALID', `${scale} cannot be the scale of ${owner}`, {
    hint: `a scale is how many decimals a value has: a whole number from 0 to ${MAX_SCALE}`,
  });
}

/**
 * The name of a type, in messages and wherever types are stored: `text`, `decimal(8)`. Those of scale 4 are called
 * `money` and `bigMoney`, as in the files, checkpoints and tables of versions that had no other scale.
 */
export function typeName({ kind, scale }: NamedType): string {
  if (kind !== 'decimal' && kind !== 'bigDecimal') return kind;
  if (scale === MONEY_SCALE) return kind === 'decimal' ? 'money' : 'bigMoney';
  return `${kind}(${scale})`;
}

const decimalName = /^(decimal|bigDecimal)\((\d+)\)$/;

/** The type with this name, as {@link typeName} gave it. */
export function typeNamed(name: string): NamedType {
  if (name === 'money') return { kind: 'decimal', scale: MONEY_SCALE };
  if (name === 'bigMoney') return { kind: 'bigDecimal', scale: MONEY_SCALE };
  const [, kind, scale] = decimalName.exec(name) ?? [];
  // Any other name is that of a kind.
  return kind === undefined ? { kind: name as Kind } : { kind: kind as Kind, scale: Number(scale) };
}
