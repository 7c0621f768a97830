import { textOf } from '../codec/bytes.js';
import { BadRecordError, StockafolioError } from '../errors/index.js';
import {
  fieldOf,
  type FieldType,
  type Fits,
  type RecordSchema,
  type Value,
  typeName,
  valueFits,
  valueProblem,
} from '../schema/index.js';
import { keyText } from './key-bytes.js';

/**
 * Reads the fields of a key from the bytes of a message's key, as `keyBytes` writes them: texts, words and days as they
 * are, `true` or `false`, and numbers in decimal digits without a sign for more than their value: `int32` and `int64` as
 * they are, `timestamp` in epoch milliseconds, `decimal` and `money` in their units.
 *
 * @param by the fields, in order
 * @throws ERR_SCHEMA_INVALID if one cannot be read back; BadRecordError from the function if a key is not of this form
 */
export function keyReaderOf(
  owner: string,
  schema: RecordSchema,
  by: readonly string[],
): (key: Uint8Array) => Record<string, Value> {
  const parts = by.map((name) => {
    const type = fieldOf(schema.fields, name);
    return { name, type, fits: valueFits(`${owner}, key`, type) };
  });
  const unreadable = parts.find(({ type }) => type.kind === 'double');
  if (unreadable !== undefined) {
    throw new StockafolioError(
      'ERR_SCHEMA_INVALID',
      `${owner}: '${unreadable.name}' cannot be read from the key of a message, because a double has no one text`,
      { hint: 'key it by texts, whole numbers, times, days, words or booleans' },
    );
  }
  return (key) => {
    const texts = textsOf(key, parts.length);
    const values: Record<string, Value> = {};
    for (const [n, part] of parts.entries()) values[part.name] = valueOf(part, texts[n] ?? '');
    return values;
  };
}

interface Part {
  readonly name: string;
  readonly type: FieldType;
  readonly fits: Fits;
}

/** Whether the bytes of a key are those of these values. */
export function isKeyOf(key: Uint8Array, values: readonly Value[]): boolean {
  try {
    return textOf(key) === keyText(values as Parameters<typeof keyText>[0]);
  } catch {
    return false;
  }
}

function textsOf(key: Uint8Array, count: number): readonly string[] {
  let text: string;
  try {
    text = textOf(key);
  } catch {
    throw badKey('is not UTF-8');
  }
  const texts = text.split('\u0000');
  if (texts.length === count) return texts;
  throw badKey(`has ${texts.length} parts instead of ${count}`);
}

function valueOf({ name, type, fits }: Part, text: string): Value {
  const value = parsed(type, text);
  // A number has one text only, so that one key has one too.
  const isValue = value !== undefined && String(value) === text;
  if (isValue && fits(value)) return value;
  const problem = isValue ? valueProblem(type, value) : `is no ${typeName(type)} as keys are written`;
  throw badKey(`has '${text}' for ${name}, which ${problem}`);
}

function parsed({ kind }: FieldType, text: string): Value {
  switch (kind) {
    case 'text':
    case 'oneOf':
    case 'date':
      return text;
    case 'boolean':
      return text === 'true';
    case 'bigint64':
    case 'bigDecimal':
      return /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
    default:
      return /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
  }
}

function badKey(problem: string): BadRecordError {
  return new BadRecordError([{ field: '', message: `the key of the message ${problem}` }]);
}
