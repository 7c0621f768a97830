import { map, merge, type Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { keyKindOf } from '../pipeline/key-kinds.js';
import type { KeyPartNode, OperatorNode } from '../pipeline/plan.js';
import { fieldOf, type RecordSchema } from '../schema/index.js';
import type { KeyField } from '../stream/index.js';
import { checkFold, type Ignored } from './fold-function.js';
import type { Kind } from './joined.js';
import type { KeyParts } from './key.js';

/**
 * Which keys a broadcast record is for: by the name of a key's part, the field of the record that it equals. Only parts
 * that are names of fields can be given, and fields that every record has.
 */
export type Where<T, P extends KeyParts<T>, U> = [P] extends [never]
  ? { readonly 'the parts of a key that a function makes have no names: name its fields': never }
  : { readonly [S in Extract<P[number], keyof T & string>]?: FieldOfKind<U, Kind<T[S]>> };

type FieldOfKind<U, K> = { [N in KeyField<U>]: Kind<U[N]> extends K ? N : never }[KeyField<U>];

/** What a broadcast stream does to the keys of `processByKey`. */
export interface EveryKey<T, P extends KeyParts<T>, U, S, C> {
  /** The records of a stream that is declared with `broadcast: true`, or what functions of RxJS made of them. */
  readonly broadcast: Observable<U>;
  /** The keys that it is called for: `{ symbol: 'symbol' }`. Defaults to all of them. */
  readonly where?: Where<T, P, U>;
  /**
   * Changes a key, as `onRecord` does; called for each key that exists, in their order. If it throws, or what it emits
   * fails, all that it changed is rolled back, and that key alone is dead-lettered.
   */
  readonly onKey: (state: S, record: U, context: C) => Ignored;
}

/** What the function of a fold's `everyKey` is given beside the state and the record. */
export interface EveryKeyContext<K> {
  readonly key: K;
  /** The event time of the record, in epoch milliseconds. */
  readonly time: number;
}

/** What a broadcast stream does to the keys of a fold. */
export interface FoldEveryKey<T, P extends KeyParts<T>, U, S, K, R> extends Omit<EveryKey<T, P, U, S, never>, 'onKey'> {
  /**
   * Changes the state of a key, as the `fold` of records does, and returns the `result` of its update; called for each key
   * that exists, in their order. If it throws, or what is behind fails, all that it changed is rolled back, and that key
   * alone is dead-lettered.
   */
  readonly fold: (state: S, record: U, context: EveryKeyContext<K>) => R;
}

/** The same as a plan knows it. */
export interface EveryKeyNode {
  readonly name: string;
  /** By number of a key's part, the field of a record that it equals. */
  readonly where: readonly { readonly part: number; readonly field: string }[];
  readonly onKey: (state: object, record: never, context: object) => unknown;
}

/** A record of one of the broadcast streams of an operator. */
export interface ForEveryKey {
  /** The index of its {@link EveryKeyNode}. */
  readonly index: number;
  readonly record: unknown;
}

/** The options before they are checked. */
export type AnyEveryKey = Readonly<
  Record<
    string,
    {
      readonly broadcast: Observable<unknown>;
      readonly where?: Readonly<Record<string, string | undefined>>;
      readonly onKey: EveryKeyNode['onKey'];
    }
  >
>;

/** The same of a fold. */
export type FoldsOfEveryKey = Readonly<
  Record<string, Omit<AnyEveryKey[string], 'onKey'> & { readonly fold: EveryKeyNode['onKey'] }>
>;

export function onKeysOf(folds: FoldsOfEveryKey): AnyEveryKey {
  return Object.fromEntries(Object.entries(folds).map(([name, { fold, ...rest }]) => [name, { ...rest, onKey: fold }]));
}

/** The schema of the records that an observable has, if they are those of a stream. */
type RecordsOf = (input: Observable<unknown>) => RecordSchema | undefined;

/**
 * @param key the parts of the operator's key; undefined if a function makes it
 * @param input the schema of the records that it is a key of, if they are those of a stream
 * @throws ERR_PIPELINE_INVALID if a function or a field does not fit
 */
export function declaredEveryKey(
  operator: Pick<OperatorNode, 'kind' | 'name'>,
  everyKey: AnyEveryKey,
  key: readonly KeyPartNode[] | undefined,
  input: RecordSchema | undefined,
  recordsOf: RecordsOf,
): readonly EveryKeyNode[] {
  return Object.entries(everyKey).map(([name, { broadcast, where = {}, onKey }]) => {
    checkFold(operator.name, onKey, `${operator.kind === 'processByKey' ? 'onKey' : 'fold'} of ${name}`);
    const records = recordsOf(broadcast);
    const fields = Object.entries(where).map(([named, field = '']) => {
      const part = key?.findIndex((each) => 'field' in each && each.field === named) ?? -1;
      if (part < 0) throw invalid(operator, name, `names '${named}', which is no part of its key`, partsOf(key));
      if (records !== undefined && kindOf(records, field) === undefined)
        throw invalid(operator, name, `needs '${field}', which not every one of its records has`, fieldsOf(records));
      const [own, other] = [input && kindOf(input, named), records && kindOf(records, field)];
      if (own !== undefined && other !== undefined && own !== other)
        throw invalid(operator, name, `compares '${named}' (${own}) with '${field}' (${other})`, SAME_KIND);
      return { part, field };
    });
    return { name, where: fields, onKey };
  });
}

/** The broadcast streams of an operator as one flow, each record with the index of its stream. */
export function broadcastsOfEveryKey(everyKey: AnyEveryKey): Observable<ForEveryKey> {
  const flows = Object.values(everyKey).map(({ broadcast }, index) =>
    broadcast.pipe(map((record): ForEveryKey => ({ index, record }))),
  );
  return merge(...flows);
}

/** As one of an operator's settings: `actions (symbol = symbol), rates`. */
export function everyKeySetting(everyKey: AnyEveryKey): Record<string, string> {
  const all = Object.entries(everyKey).map(([name, { where = {} }]) => {
    const equal = Object.entries(where).map(([part, field]) => `${part} = ${field}`);
    return equal.length === 0 ? name : `${name} (${equal.join(', ')})`;
  });
  return all.length === 0 ? {} : { everyKey: all.join(', ') };
}

function kindOf({ fields }: RecordSchema, field: string): string | undefined {
  if (!Object.hasOwn(fields, field) || fieldOf(fields, field).optional) return undefined;
  return keyKindOf(fieldOf(fields, field));
}

const SAME_KIND = 'a part of a key and the field that it equals have the same type';

function partsOf(key: readonly KeyPartNode[] | undefined): string {
  if (key === undefined) return "give the key as names of fields, such as key: ['user', 'symbol']";
  const names = key.flatMap((part) => ('field' in part ? part.field : []));
  return names.length === 0 ? 'parts that are computed have no names' : `the parts with names are ${names.join(', ')}`;
}

function fieldsOf({ names, fields }: RecordSchema): string {
  return `the fields that all have are ${names.filter((name) => !fieldOf(fields, name).optional).join(', ')}`;
}

function invalid(
  { kind, name: operator }: Pick<OperatorNode, 'kind' | 'name'>,
  name: string,
  problem: string,
  hint: string,
): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `${kind}('${operator}'): everyKey.${name} ${problem}`, { hint });
}
