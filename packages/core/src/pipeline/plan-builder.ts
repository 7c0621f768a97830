import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { fieldOf, type RecordSchema } from '../schema/index.js';
import type { Stream } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { planning } from './ambient.js';
import { Flow, foreignFlow, type FlowOrigin, type StreamOrigin } from './flow.js';
import { keyKindOf, keyKindsOf, type KeyKind } from './key-kinds.js';
import { Meetings } from './meetings.js';
import { shardMissing } from './shard-missing.js';
import { reservedTables } from './reserved-tables.js';
import type { Edge, KeyPartNode, OperatorNode, Plan, Step } from './plan.js';

/** Collects what the build function of a pipeline declares. */
export class PlanBuilder {
  readonly #pipeline: string;
  readonly #streams: readonly Stream<unknown>[];
  readonly #reads: readonly string[] | undefined;
  readonly #steps: Step[] = [];
  readonly #operators: OperatorNode[] = [];
  readonly #tables = new Map<string, Table>();
  readonly #edges: Edge[] = [];
  readonly #keyKinds = new Map<OperatorNode, readonly KeyKind[]>();
  readonly #origins = new Set<FlowOrigin>();
  /** The streams, and operators that pass some of their records: whose records these are. */
  readonly #carriers = new Map<FlowOrigin, Stream<unknown>>();
  /** By operator, the streams whose records reach it, by index. */
  readonly #reaching = new Map<OperatorNode, ReadonlySet<number>>();
  readonly #meetings: Meetings;
  readonly #finals = new Map<OperatorNode, FlowOrigin>();
  readonly #givesEarlier = new Set<OperatorNode>();
  readonly #timedBy = new Map<OperatorNode, readonly (readonly OperatorNode[])[]>();
  /** The operators of which it is known that each partition has only its part of their figures. */
  readonly #partial = new Set<FlowOrigin>();
  #refused: StockafolioError | undefined;
  /** Where the records of each stream enter. */
  readonly inputs: readonly StreamOrigin[];

  /** @param reads the fields of records that the pipeline reads; undefined for all */
  constructor(pipeline: string, streams: readonly Stream<unknown>[], reads?: readonly string[]) {
    this.#pipeline = pipeline;
    this.#streams = streams;
    this.#reads = reads;
    this.#meetings = new Meetings(streams);
    this.inputs = Object.freeze(streams.map(({ name }) => Object.freeze({ name: '', stream: name } as const)));
    this.inputs.forEach((input, n) => {
      this.#origins.add(input);
      this.#carriers.set(input, streams[n] as Stream<unknown>);
    });
  }

  /**
   * Adds an operator; returns its output.
   *
   * @param other the records of its other input, if it has one
   * @throws ERR_OPERATOR_NAME_TAKEN; ERR_PIPELINE_INVALID and ERR_KEY_NOT_PARTITIONED if its key does not fit the stream;
   * ERR_NOT_COPARTITIONED if records of several streams reach it that are partitioned otherwise
   */
  addOperator<T>(node: OperatorNode, input: Observable<unknown>, other?: Observable<unknown>): Flow<T> {
    if (this.#operators.some(({ name }) => name === node.name)) {
      throw new StockafolioError(
        'ERR_OPERATOR_NAME_TAKEN',
        `pipeline '${this.#pipeline}' has two operators named '${node.name}'`,
        { hint: 'state is found by this name: give each operator its own name' },
      );
    }
    const origins = (other === undefined ? [input] : [input, other]).map((each) => this.#originOf(each));
    const reaching = new Set(origins.flatMap((from) => [...this.#streamsOf(from)]));
    origins.forEach((from, n) => this.#addInput(node, from, n > 0));
    this.#reaching.set(node, reaching);
    this.#meetings.add(node, reaching);
    const timers = origins.map((from) => (from === undefined ? [] : this.#timersOf(from)));
    if (timers.some((of) => of.length > 0)) this.#timedBy.set(node, timers);
    if (node.isShared) this.#partial.add(node);
    const stream = this.#streamOf(input);
    if (node.key !== undefined) this.#noteKey(node, node.key, stream);
    if (node.otherKey !== undefined && other !== undefined) this.#noteOtherKey(node, node.otherKey, other);
    if (node.passesRecords === true && stream !== undefined) this.#carriers.set(node, stream);
    this.#operators.push(node);
    this.#steps.push({ node, input, other });
    for (const origin of [node, ...(node.outputs ?? [])]) this.#origins.add(origin);
    return new Flow<T>(node);
  }

  /** Checks that an operator may be given what comes from there, and adds the edge. */
  #addInput(node: OperatorNode, from: FlowOrigin | undefined, isOther: boolean): void {
    const sender = from === undefined ? undefined : this.#nodeOf(from);
    if (sender?.emits === 'changelog') throw this.#changes(node, sender);
    this.#addEdges(from, node.name, false, isOther);
    const window = from === undefined ? undefined : this.#windowOf(from);
    if (window === undefined || !this.#partial.has(window)) return;
    if (node.needsStreamKey === true) throw this.#notPartitioned(node, this.#anyOf(this.#streamsOf(from)));
    this.#partial.add(node);
  }

  /** The fields of the records that the pipeline reads, if these are records of a stream; undefined otherwise. */
  recordsOf(input: Observable<unknown>): RecordSchema | undefined {
    const schema = this.#streamOf(input)?.schema;
    const reads = this.#reads;
    if (schema === undefined || reads === undefined) return schema;
    const names = schema.names.filter((name) => reads.includes(name));
    return { ...schema, names, fields: Object.fromEntries(names.map((name) => [name, fieldOf(schema.fields, name)])) };
  }

  /** Whether it is known that a key of records of this input begins with the stream's own. */
  hasStreamKey(key: readonly KeyPartNode[] | undefined, input: Observable<unknown>): boolean {
    const stream = this.#streamOf(input);
    return key !== undefined && stream?.keyFields !== undefined && mayHaveStreamKey(key, stream);
  }

  /** The operator that directly emits this output; undefined if there is none. */
  operatorOf(flow: Observable<unknown>): OperatorNode | undefined {
    return flow instanceof Flow ? this.#nodeOf(flow.origin) : undefined;
  }

  /**
   * Adds a table.
   *
   * @throws ERR_PIPELINE_INVALID if another one has its name, or another branch writes it; ERR_SHARD_MISSING if its rows
   * are made from parts of figures and it has no shard column
   */
  addTable(table: Table, rows: Observable<unknown>, writer: OperatorNode | undefined): void {
    if (reservedTables.has(table.name)) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}' cannot write table '${table.name}': the library has its own table of that name`,
        { hint: `use another name than ${[...reservedTables].join(', ')}` },
      );
    }
    const other = this.#tables.get(table.name);
    if (other !== undefined && other !== table) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}' has two tables named '${table.name}'`,
      );
    }
    if (other !== undefined) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}': two branches write table '${table.name}', where rows of equal versions would be lost`,
        { hint: 'give each branch a table of its own, or merge them before one into()' },
      );
    }
    if (writer !== undefined) this.#noteKinds(writer, table);
    const from = this.#originOf(rows);
    const sender = from === undefined ? undefined : (this.#nodeOf(from) ?? this.#windowOf(from));
    const isPartial = sender !== undefined && this.#partial.has(sender);
    if (isPartial && table.shardIndex < 0) throw shardMissing(table);
    this.#tables.set(table.name, table);
    this.#addEdges(from, table.name, true);
    this.#steps.push({ table, rows, writer });
  }

  /**
   * Adds the final values of a window operator; returns them.
   *
   * @throws ERR_PIPELINE_INVALID if these are not the output of one
   */
  addFinal<T>(windows: Observable<unknown>): Flow<T> {
    const node = this.operatorOf(windows);
    if (node?.finalAfter === undefined) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `pipeline '${this.#pipeline}': whenFinal() is not directly behind a window operator`,
        { hint: 'write it first: tumblingWindow(...), whenFinal(), map(...)' },
      );
    }
    let origin = this.#finals.get(node);
    if (origin === undefined) {
      origin = Object.freeze({ name: node.name });
      this.#finals.set(node, origin);
      this.#origins.add(origin);
    }
    return new Flow<T>(origin);
  }

  /**
   * Makes an operator give the earlier value of each figure to the operator with this name.
   *
   * @throws ERR_PIPELINE_INVALID if the input of that one is not directly the output of a fold
   */
  needEarlier(name: string, input: Observable<unknown>): void {
    const sender = this.operatorOf(input);
    if (sender?.writesState !== true && sender?.emitsUpdates !== true) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `operator '${name}' has unfold, but is not directly behind foldByKey, shardedFold, latestByKey or joinLatest`,
        { hint: 'only they know the earlier values of their figures; select figures in the fold and in unfold' },
      );
    }
    this.#givesEarlier.add(sender);
  }

  /** Adds an observer of a flow. */
  addObserver(observed: Observable<unknown>, next: (value: unknown) => void, error: (error: unknown) => void): void {
    this.#steps.push({ observed, next, error });
  }

  /** Notes an error that cannot be thrown where it is found; the first one counts. */
  refuse(error: StockafolioError): void {
    this.#refused ??= error;
  }

  finish(): Plan {
    if (this.#refused !== undefined) throw this.#refused;
    return Object.freeze({
      inputs: this.inputs,
      meetings: Object.freeze(this.#meetings.groups),
      steps: Object.freeze(this.#steps),
      operators: Object.freeze(this.#operators),
      tables: Object.freeze([...this.#tables.values()]),
      edges: Object.freeze(this.#edges),
      finals: this.#finals,
      timedBy: this.#timedBy,
      givesEarlier: this.#givesEarlier,
      keyKinds: this.#keyKinds,
    });
  }

  /**
   * Checks a key that is data, and notes the kinds of its parts if all of them are known.
   *
   * @param stream whose records it is a key of; undefined if they are others
   */
  #noteKey(node: OperatorNode, key: readonly KeyPartNode[], stream: Stream<unknown> | undefined): void {
    const kinds = key.map((part) => {
      if ('type' in part) return keyKindOf(part.type);
      return stream === undefined ? undefined : kindOfField(node, part.field, stream);
    });
    const { streamKeyAt } = node;
    if (stream !== undefined && streamKeyAt !== undefined && !mayHaveStreamKey(key.slice(streamKeyAt), stream)) {
      if (node.needsStreamKey === true) throw this.#notPartitioned(node, stream);
      this.#partial.add(node);
    }
    if (kinds.every((kind) => kind !== undefined)) this.#keyKinds.set(node, kinds);
  }

  /** Checks the key of an operator's other input against that of the first one. */
  #noteOtherKey(node: OperatorNode, key: readonly KeyPartNode[], input: Observable<unknown>): void {
    const stream = this.#streamOf(input);
    if (stream !== undefined && node.needsStreamKey === true && !mayHaveStreamKey(key, stream))
      throw this.#notPartitioned(node, stream);
    const kinds = key.map((part) => {
      if ('type' in part) return keyKindOf(part.type);
      return stream === undefined ? undefined : kindOfField(node, part.field, stream);
    });
    if (!kinds.every((kind) => kind !== undefined)) return;
    const known = this.#keyKinds.get(node);
    if (known !== undefined && known.join() !== kinds.join()) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `operator '${node.name}': its keys are (${known.join(', ')}), and (${kinds.join(', ')}) in its other input`,
        { hint: 'records meet if their keys are equal: give both keys parts of the same types, in the same order' },
      );
    }
    this.#keyKinds.set(node, kinds);
  }

  /** The stream whose records these are; undefined if they are others, or that is unknown. */
  #streamOf(input: Observable<unknown>): Stream<unknown> | undefined {
    return input instanceof Flow ? this.#carriers.get(input.origin) : undefined;
  }

  /** The streams whose records, or what was made of them, come from there, by index; all of them if it is unknown. */
  #streamsOf(origin: FlowOrigin | undefined): ReadonlySet<number> {
    const all = new Set(this.#streams.keys());
    if (origin === undefined) return all;
    const input = this.inputs.findIndex((each) => each === origin);
    if (input >= 0) return new Set([input]);
    const sender = this.#nodeOf(origin) ?? this.#windowOf(origin);
    return (sender === undefined ? undefined : this.#reaching.get(sender)) ?? all;
  }

  #anyOf(streams: ReadonlySet<number>): Stream<unknown> {
    const [first = 0] = streams;
    return this.#streams[first] as Stream<unknown>;
  }

  #notPartitioned({ name }: OperatorNode, stream: Stream<unknown>): StockafolioError {
    const fields = stream.keyFields ?? [];
    return new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${name}': its key must begin with that of stream '${stream.name}' (${fields.length > 0 ? fields.join(', ') : 'which is keyed by nothing'}), because other partitions hold records of its keys too`,
      { hint: "begin the key with the stream's own key, or use shardedFold with a table that has a shard column" },
    );
  }

  #noteKinds(writer: OperatorNode, table: Table): void {
    const kinds = keyKindsOf(table);
    const known = this.#keyKinds.get(writer);
    if (known !== undefined && known.join() !== kinds.join()) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `operator '${writer.name}' cannot write to table '${table.name}': its key columns are (${kinds.join(', ')}), but ${writer.key === undefined ? 'those of its other table are' : "the operator's key is"} (${known.join(', ')})`,
        {
          hint: "the tables of an operator have key columns of the same types, one for each part of the operator's key",
        },
      );
    }
    this.#keyKinds.set(writer, kinds);
  }

  /** Adds the edge from there; those from every stream if it is unknown. */
  #addEdges(origin: FlowOrigin | undefined, to: string, table: boolean, isOther = false): void {
    for (const from of origin === undefined ? this.inputs : [origin]) {
      const stream = this.inputs.find((each) => each === from)?.stream;
      const output = this.#nodeOf(from)?.outputs?.find((each) => each === from)?.output;
      this.#edges.push({
        from: from.name,
        ...(stream === undefined ? {} : { stream }),
        ...{ to, table },
        ...(this.#windowOf(from) === undefined ? {} : { final: true }),
        ...(output === undefined ? {} : { output }),
        ...(isOther ? { other: true } : {}),
      });
    }
  }

  /** The operator whose output this is; undefined for the stream and for final values. */
  #nodeOf(origin: FlowOrigin): OperatorNode | undefined {
    return this.#operators.find((node) => node === origin || node.outputs?.some((output) => output === origin));
  }

  /** The window operator whose final values these are. */
  #windowOf(origin: FlowOrigin): OperatorNode | undefined {
    for (const [node, final] of this.#finals) if (final === origin) return node;
    return undefined;
  }

  /** The operators that emit between records, as of final values or timers, what comes from there, or was made of it. */
  #timersOf(origin: FlowOrigin): readonly OperatorNode[] {
    const sender = this.#nodeOf(origin);
    if (sender?.emitsAfter !== undefined || sender?.movesTime === true) return [sender];
    const window = this.#windowOf(origin);
    if (window !== undefined) return [window];
    return sender === undefined ? [] : [...new Set(this.#timedBy.get(sender)?.flat())];
  }

  #changes(node: OperatorNode, sender: OperatorNode): StockafolioError {
    const isWindow = sender.finalAfter !== undefined;
    return new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `operator '${node.name}' cannot fold what operator '${sender.name}' (${sender.kind}) emits: it changes, and when it is emitted depends on commits`,
      {
        hint: isWindow
          ? `put whenFinal() directly behind '${sender.name}': then each window is folded once, when no record can change it`
          : 'send it into a table only; fold the records themselves',
      },
    );
  }

  /**
   * Where the values of an observable come from: a stream, the output of an operator, or final values; undefined if
   * that is unknown, as for the output of RxJS's `merge`.
   *
   * @throws ERR_PIPELINE_INVALID if it is of another pipeline
   */
  #originOf(observable: Observable<unknown>): FlowOrigin | undefined {
    for (let at: Observable<unknown> | undefined = observable; at !== undefined; at = at.source) {
      if (!(at instanceof Flow)) continue;
      if (this.#origins.has(at.origin)) return at.origin;
      throw foreignFlow(this.#pipeline, at.origin);
    }
    return undefined;
  }
}

/** Whether a key begins with the stream's own, which is known if both are names of fields; assumed otherwise. */
function mayHaveStreamKey(key: readonly KeyPartNode[], { keyFields }: Stream<unknown>): boolean {
  if (keyFields === undefined) return true;
  const begins = keyFields.every((field, n) => {
    const part = key[n];
    return part !== undefined && 'field' in part && part.field === field;
  });
  return keyFields.length > 0 && begins;
}

function kindOfField(node: OperatorNode, field: string, { name, schema }: Stream<unknown>): KeyKind {
  const { fields, names } = schema;
  if (Object.hasOwn(fields, field) && !fieldOf(fields, field).optional) return keyKindOf(fieldOf(fields, field));
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${node.name}' cannot have '${field}' in its key: not every record of stream '${name}' has it`,
    { hint: `the fields of its records are ${names.join(', ')}` },
  );
}

/** Makes a plan from a build function, which gets the flows of the streams in order. */
export function buildPlan(
  pipeline: string,
  streams: readonly Stream<unknown>[],
  build: (inputs: readonly Flow<unknown>[]) => unknown,
  reads?: readonly string[],
): Plan {
  const builder = new PlanBuilder(pipeline, streams, reads);
  planning(builder, () => void build(builder.inputs.map((input) => new Flow(input))));
  return builder.finish();
}
