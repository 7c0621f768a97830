import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import { Flow } from '../pipeline/flow.js';
import { keyKindOf } from '../pipeline/key-kinds.js';
import type { KeyPartNode, OperatorNode, OutputNode, SubKeyNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { optional, timestamp, type Fields, type Infer, type RecordSchema } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { StreamOnly } from './changelog.js';
import {
  type AnyEveryKey,
  broadcastsOfEveryKey,
  declaredEveryKey,
  type EveryKeyNode,
  everyKeySetting,
} from './every-key.js';
import { checkFold, type Ignored } from './fold-function.js';
import { withHidden } from './hidden-fields.js';
import { declaredInitial, type Initial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import { checkNames } from './option-names.js';
import type {
  BroadcastRecords,
  EmitEach,
  EmitOne,
  Firing,
  MapOutputs,
  MapSchemas,
  ProcessOptions,
  RecordSchemas,
} from './process-options.js';
import { isRemovable } from './removable.js';

type None = Readonly<Record<never, never>>;

/** The options with which it is executed. */
export interface ProcessNodeOptions<T> {
  readonly key: AnyKey<T>;
  readonly state: RecordSchema;
  readonly initial: Initial<T, Fields> | undefined;
  readonly maps: MapSchemas;
  readonly lists: RecordSchemas;
  readonly timers: readonly string[];
  readonly onRecord: (state: object, record: T, context: object) => Ignored;
  readonly onTimer: ((state: object, timer: Firing, context: object) => Ignored) | undefined;
  readonly everyKey: readonly EveryKeyNode[];
}

/**
 * Calls your functions for each record of a key, and for each timer that you set, with a state that checkpoints keep: for
 * what no other operator says.
 *
 * A key has fields, ordered maps, lists, and named timers in event time. They fire when the watermark reaches them, in the
 * order (time, key, order of the names), one at a time, also after a restart: after the record that moved the watermark, and
 * before the next one. What a timer emits has its time. No record is late here: `onRecord` is given the watermark, and
 * decides.
 *
 * Values are emitted as a stream, so any operator can follow; one with a key must begin it with the stream's own, which
 * is checked for each value. With `output` it is an RxJS operator. With several `outputs` it is given its input, and
 * returns their streams by name.
 *
 * A map with `output: true` is an output too, which goes `into` a table: its entries, as they are at each commit. The parts
 * of the key and then the key of the map are the key columns in order, and the fields of its values are the columns of the
 * same names. An entry that is removed has no row. It costs less than to emit a row for each change.
 *
 * `everyKey` changes keys by records of broadcast streams: one record, each key that it is for.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_KEY_NOT_PARTITIONED if the key does not begin with the stream's key: at once if both are names of fields,
 * otherwise at the first record; ERR_PIPELINE_INVALID if names or functions are not as the options say
 * @example
 * const silent = readings.pipe(
 *   processByKey('silent', {
 *     key: ['sensor'],
 *     timers: ['silence'],
 *     output: Alert,
 *     onRecord: (_, reading, { timers }) => timers.silence.set(reading.time + minutes(10)),
 *     onTimer: (_, { time }, { key: [sensor], emit }) => emit({ sensor, time }),
 *   }),
 * );
 * @example
 * // One split changes the holdings of all users; `splits` is a broadcast stream.
 * trades.pipe(
 *   processByKey('holdings', {
 *     key: ['user', 'symbol'],
 *     state: Holding,
 *     output: Held,
 *     onRecord: (holding, { quantity }) => void (holding.quantity += quantity),
 *     everyKey: {
 *       splits: {
 *         broadcast: splits,
 *         where: { symbol: 'symbol' },
 *         onKey: (holding, { times }, { key: [user, symbol], emit }) => {
 *           holding.quantity *= times;
 *           emit({ user, symbol, quantity: holding.quantity });
 *         },
 *       },
 *     },
 *   }),
 * );
 * @example
 * // Open orders, each a row as long as it is open.
 * const { open } = processByKey('orders', events, {
 *   key: ['shop'],
 *   maps: { open: { key: text(), value: Order, output: true } },
 *   onRecord: (_, { id, quantity, isDone }, { maps: { open } }) => (isDone ? open.delete(id) : open.set(id, { quantity })),
 * });
 * into(openOrders, open);
 * @example
 * const { alerts, corrections } = processByKey('checks', readings, { outputs: { alerts: Alert, corrections: Reading }, ... });
 */
export function processByKey<
  T,
  S extends RecordSchema,
  K extends readonly [KeyPart, ...KeyPart[]],
  F extends Fields = None,
  M extends MapSchemas = None,
  L extends RecordSchemas = None,
  N extends string = never,
  const P extends KeyParts<T> = never,
  B extends BroadcastRecords = None,
>(
  name: string,
  options: ProcessOptions<T, K, P, F, M, L, N, EmitOne<S>, B> & { readonly output: S } & StreamOnly<T>,
): OperatorFunction<T, Infer<S>>;
export function processByKey<
  T,
  K extends readonly [KeyPart, ...KeyPart[]],
  O extends RecordSchemas = None,
  F extends Fields = None,
  M extends MapSchemas = None,
  L extends RecordSchemas = None,
  N extends string = never,
  const P extends KeyParts<T> = never,
  B extends BroadcastRecords = None,
>(
  name: string,
  input: Observable<T>,
  options: ProcessOptions<T, K, P, F, M, L, N, EmitEach<O>, B> & { readonly outputs?: O } & StreamOnly<T>,
): { readonly [S in keyof O]: Observable<Infer<O[S]>> } & MapOutputs<KeyValues<T, K, P>, M>;
export function processByKey(name: string, first: unknown, second?: unknown): unknown {
  const input = second === undefined ? undefined : (first as Observable<unknown>);
  const options = (second ?? first) as AnyOptions;
  const functions = checkedFunctions(name, options);
  const { maps = {}, lists = {}, outputs = {}, everyKey = {} } = options;
  for (const names of [
    options.timers ?? [],
    Object.keys({ ...maps, ...lists }),
    ...[outputs, everyKey].map(Object.keys),
  ])
    checkNames({ kind: 'processByKey', name }, names);
  const twice = Object.keys(maps).find((each) => Object.hasOwn(lists, each));
  if (twice !== undefined) throw invalid(name, `has both a map and a list '${twice}'`, 'give each its own name');
  const add = (source: Observable<unknown>, nodes?: readonly OutputNode[]): Flow<unknown> => {
    const plan = currentPlan(`processByKey('${name}')`);
    const node = nodeOf(name, options, functions, nodes, (everyKey, key) =>
      declaredEveryKey({ kind: 'processByKey', name }, everyKey, key, plan.recordsOf(source), (input) =>
        plan.recordsOf(input),
      ),
    );
    const others = node.options.everyKey.length === 0 ? undefined : broadcastsOfEveryKey(everyKey);
    return plan.addOperator(node, source, others);
  };
  const written = Object.keys(maps).filter((each) => maps[each]?.output === true);
  if (input === undefined) {
    if (written.length === 0) return (source: Observable<unknown>) => add(source);
    const hint = `give it its input, and it returns its outputs by name: processByKey('${name}', input, { ... })`;
    throw invalid(name, `has one output, and a map '${written[0]}' that is one too`, hint);
  }
  const twofold = written.find((each) => Object.hasOwn(outputs, each));
  if (twofold !== undefined) throw invalid(name, `has two outputs '${twofold}'`, 'give each its own name');
  const nodes = [
    ...Object.entries(outputs).map(([output, schema]): OutputNode =>
      Object.freeze({ name, output, ...(isRemovable(schema) ? { removes: true } : {}) }),
    ),
    ...written.map((output): OutputNode => Object.freeze({ name, output, isMap: true })),
  ];
  add(input, nodes);
  return Object.fromEntries(nodes.map((node) => [node.output, new Flow<unknown>(node)]));
}

type AnyOptions = Omit<
  ProcessOptions<unknown, KeyTuple, never, Fields, MapSchemas, RecordSchemas, string, never>,
  'everyKey'
> & {
  readonly output?: RecordSchema;
  readonly outputs?: RecordSchemas;
  readonly everyKey?: AnyEveryKey | undefined;
};

type Functions = Pick<ProcessNodeOptions<unknown>, 'onRecord' | 'onTimer'>;

function nodeOf(
  name: string,
  { state = NOTHING, initial: begin, maps = {}, lists = {}, timers = [], everyKey = {}, ...options }: AnyOptions,
  functions: Functions,
  outputs: readonly OutputNode[] | undefined,
  declared: (everyKey: AnyEveryKey, key: readonly KeyPartNode[] | undefined) => readonly EveryKeyNode[],
): OperatorNode<ProcessNodeOptions<unknown>> {
  const anyKey = options.key as AnyKey<unknown>;
  const key = declaredKey(name, anyKey);
  const initial = declaredInitial(name, state, begin);
  const changesKeys = Object.keys(everyKey).length > 0;
  return {
    name,
    kind: 'processByKey',
    key,
    streamKeyAt: 0,
    needsStreamKey: true,
    otherIsBroadcast: changesKeys,
    changesKeys,
    settings: {
      ...keySetting('key', key),
      ...initial.settings,
      ...listing('timers', timers),
      ...listing('maps', Object.keys(maps)),
      ...listing('lists', Object.keys(lists)),
      ...listing('outputs', outputs?.map(({ output }) => output) ?? []),
      ...everyKeySetting(everyKey),
    },
    state: withHidden(
      initial.state,
      Object.fromEntries(timers.map((each) => [timerField(each), optional(timestamp())])),
    ),
    subKeys: { ...mapValues(maps, subKeysOfMap), ...mapValues(lists, subKeysOfList) },
    isShared: false,
    writesState: false,
    movesTime: timers.length > 0,
    outputs,
    ...(options.output !== undefined && isRemovable(options.output) ? { removes: true } : {}),
    options: {
      key: anyKey,
      state,
      initial: begin,
      maps,
      lists,
      timers,
      everyKey: declared(everyKey, key),
      ...functions,
    },
  };
}

/** The field of a state that holds the time of a timer. No field of sub-keys has such a name. */
export function timerField(timer: string): string {
  return `$$${timer}`;
}

function subKeysOfMap({ key, value, output }: MapSchemas[string]): SubKeyNode {
  return { kind: keyKindOf(key), fields: value, ...(output === true ? { isWritten: true } : {}) };
}

/** The values of a list are below their numbers. */
function subKeysOfList(fields: RecordSchema): SubKeyNode {
  return { kind: 'number', fields };
}

function mapValues<A, B>(all: Readonly<Record<string, A>>, of: (each: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, of(each)]));
}

function listing(setting: string, names: readonly string[]): Record<string, string> {
  return names.length === 0 ? {} : { [setting]: names.join(' ') };
}

function checkedFunctions(name: string, { onRecord, onTimer, timers = [] }: AnyOptions): Functions {
  checkFold(name, onRecord, 'onRecord');
  if (onTimer !== undefined) checkFold(name, onTimer, 'onTimer');
  if (timers.length > 0 && onTimer === undefined)
    throw invalid(
      name,
      'has timers, but no onTimer',
      'give it a function onTimer, which is called when one of them fires',
    );
  if (timers.length === 0 && onTimer !== undefined)
    throw invalid(name, 'has onTimer, but no timers', "name its timers, such as timers: ['silent']");
  return { onRecord, onTimer } as Functions;
}

function invalid(operator: string, problem: string, hint: string): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `processByKey('${operator}') ${problem}`, { hint });
}

/** The state of a key that has maps, lists or timers alone. */
const NOTHING: RecordSchema = Object.freeze({
  name: 'none',
  fields: {},
  names: [],
  check: undefined,
  initial: undefined,
});
