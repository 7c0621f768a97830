import { StockafolioError } from '../errors/index.js';
import { fieldOf, type FieldType, type Fields, type ObjectOf, type RecordSchema, type Value } from '../schema/index.js';
import type { Position } from '../ports/index.js';
import type { ValueForm } from './read-value.js';
import { timeZone } from '../time/time-zone.js';

/** How a decimal number with more decimals than its field has is taken: rejected, or rounded, a half to the even neighbour. */
export type Decimals = 'exact' | { readonly round: 'half-even' };

/** How a foreign system writes the same records. */
export interface JsonCodecOptions<F extends Fields = Fields> {
  /** The foreign names of fields: `{ user: 'uuid_trade' }`. */
  readonly names?: { readonly [N in keyof F]?: string };
  /**
   * Foreign words for the values of `oneOf` fields: `{ side: { sold: 'sell' } }`. A word that is not listed stands for
   * itself; of a value with several words the first is written.
   */
  readonly values?: { readonly [N in keyof F]?: Readonly<Record<string, string>> };
  /** The time zone (IANA name) of times without an offset, and the zone in which times are written. */
  readonly zone?: string;
  /**
   * How decimal numbers with more decimals than their fields have are taken, for all fields or by field: rejected by
   * default, `'exact'`, or rounded. The noise of binary fractions is removed in any case: 156.51999999999998 is 156.52.
   */
  readonly decimals?: Decimals | { readonly [N in keyof F]?: Decimals };
  /** The fields whose decimals past their scale are rounded, whatever `decimals` says of the others: `{ price: 'half-even' }`. */
  readonly round?: { readonly [N in keyof F]?: 'half-even' };
  /** Values for fields that messages may lack. */
  readonly defaults?: { readonly [N in keyof F]?: ObjectOf<F>[N & keyof ObjectOf<F>] };
  /**
   * Fields that messages never contain, each computed from the message's position: `{ id: (p) => ... }`. They are
   * neither read nor written. A codec with such a field needs the position of every message.
   */
  readonly computed?: { readonly [N in keyof F]?: (position: Position) => ObjectOf<F>[N & keyof ObjectOf<F>] };
  /** Bytes of the longest message that is read at all; defaults to 1 MiB. */
  readonly maxBytes?: number;
}

/** One field, as the codec treats it. */
export interface FieldForm extends ValueForm {
  /** As in the record. */
  readonly name: string;
  /** As in the message. */
  readonly foreign: string;
  /** The written word of each value of `oneOf`. */
  readonly written: ReadonlyMap<string, string>;
  /** The value if the message has none; undefined if it is required or the field is optional. */
  readonly fallback: Value;
  readonly computed: ((position: Position) => unknown) | undefined;
}

/** The fields of a schema in its order. @throws ERR_SCHEMA_INVALID if the options do not fit it */
export function formsOf<F extends Fields>(schema: RecordSchema<F>, options: JsonCodecOptions<F>): FieldForm[] {
  const zone = options.zone === undefined ? undefined : timeZone(options.zone);
  const decimals = decimalsOf(schema, options.decimals);
  for (const part of ['names', 'values', 'round', 'defaults', 'computed'] as const) {
    for (const name of Object.keys(options[part] ?? {})) {
      if (!Object.hasOwn(schema.fields, name)) fault(schema.name, `${part}: there is no field '${name}'`);
    }
  }
  const forms = schema.names.map((name): FieldForm => {
    const type = fieldOf(schema.fields, name);
    const rounded = own(options.round, name);
    if (rounded !== undefined && type.kind !== 'decimal' && type.kind !== 'bigDecimal')
      fault(schema.name, `round: '${name}' is of type ${type.kind}, which has no scale`);
    return {
      name,
      type,
      foreign: own(options.names, name) ?? name,
      zone: type.kind === 'timestamp' ? zone : undefined,
      round: rounded ?? decimals(name),
      ...wordsOf(schema.name, name, type, own(options.values, name)),
      fallback: own(options.defaults, name) as Value,
      computed: own(options.computed, name),
    };
  });
  const seen = new Map<string, string>();
  for (const { name, foreign, computed } of forms) {
    if (computed !== undefined) continue;
    const other = seen.get(foreign);
    if (other !== undefined) fault(schema.name, `'${other}' and '${name}' are both called '${foreign}' in messages`);
    seen.set(foreign, name);
  }
  return forms;
}

/** How each field takes more decimals than it has. @throws ERR_SCHEMA_INVALID */
function decimalsOf<F extends Fields>(
  schema: RecordSchema<F>,
  option: JsonCodecOptions<F>['decimals'] = 'exact',
): (field: string) => 'half-even' | undefined {
  const isDecimal = (name: string): boolean => ['decimal', 'bigDecimal'].includes(fieldOf(schema.fields, name).kind);
  if (isDecimals(option)) {
    const round = roundOf(option);
    return (name) => (isDecimal(name) ? round : undefined);
  }
  const byField: Readonly<Record<string, unknown>> = option;
  for (const [name, given] of Object.entries(byField)) {
    if (!Object.hasOwn(schema.fields, name)) fault(schema.name, `decimals: there is no field '${name}'`);
    if (!isDecimals(given)) fault(schema.name, `decimals: '${name}' is neither 'exact' nor { round: 'half-even' }`);
    if (!isDecimal(name)) {
      fault(schema.name, `decimals: '${name}' is of type ${fieldOf(schema.fields, name).kind}, which has no scale`);
    }
  }
  return (name) => {
    const given = Object.hasOwn(byField, name) ? byField[name] : undefined;
    return isDecimals(given) ? roundOf(given) : undefined;
  };
}

function isDecimals(given: unknown): given is Decimals {
  if (given === 'exact') return true;
  // A field may be called round: what is said of it is not a word.
  return typeof given === 'object' && given !== null && 'round' in given && given.round === 'half-even';
}

function roundOf(decimals: Decimals): 'half-even' | undefined {
  return decimals === 'exact' ? undefined : decimals.round;
}

/** The kth field. */
export function formAt(forms: readonly FieldForm[], k: number): FieldForm {
  const form = forms[k];
  if (form === undefined) throw new RangeError(`there is no field ${k}`);
  return form;
}

/** Whether messages may lack a field. */
export function mayLack(form: FieldForm): boolean {
  return form.type.optional || form.fallback !== undefined;
}

/** The value of an option for a field; a field may have the name of something that every object inherits. */
function own<O extends object, N extends keyof O & string>(option: O | undefined, name: N): O[N] | undefined {
  return option !== undefined && Object.hasOwn(option, name) ? option[name] : undefined;
}

function wordsOf(
  record: string,
  name: string,
  type: FieldType,
  foreign: Readonly<Record<string, string>> | undefined,
): Pick<FieldForm, 'words' | 'written'> {
  const known = type.values ?? [];
  const written = new Map<string, string>();
  const words = new Map<string, string>();
  for (const [word, value] of Object.entries(foreign ?? {})) {
    if (!known.includes(value)) fault(record, `values: '${value}' is not a value of '${name}'`);
    words.set(word, value);
    if (!written.has(value)) written.set(value, word);
  }
  for (const value of known) {
    if (written.has(value)) continue;
    if (words.has(value)) fault(record, `values: '${value}' of '${name}' has no word any more`);
    words.set(value, value);
    written.set(value, value);
  }
  return { words: type.kind === 'oneOf' ? inOrder(known, words) : undefined, written };
}

/** The words in the order of their values, so that error messages list them as the schema does. */
function inOrder(values: readonly string[], words: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...words].sort(([, a], [, b]) => values.indexOf(a) - values.indexOf(b)));
}

function fault(record: string, what: string): never {
  throw new StockafolioError('ERR_SCHEMA_INVALID', `the JSON codec of '${record}': ${what}`);
}
