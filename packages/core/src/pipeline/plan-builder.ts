import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { fieldOf } from '../schema/index.js';
import type { Stream } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { planning } from './ambient.js';
import { Flow, foreignFlow, type FlowOrigin } from './flow.js';
import { keyKindOf, keyKindsOf, type KeyKind } from './key-kinds.js';
import { shardMissing } from './shard-missing.js';
import { reservedTables } from './reserved-tables.js';
import type { Edge, KeyPartNode, OperatorNode, Plan, Step } from './plan.js';

/** Collects what the build function of a pipeline declares. */
export class PlanBuilder {
  readonly #pipeline: string;
  readonly #stream: Stream<unknown>;
  readonly #steps: Step[] = [];
  readonly #operators: OperatorNode[] = [];
  readonly #tables = new Map<string, Table>();
  readonly #edges: Edge[] = [];
  readonly #keyKinds = new Map<OperatorNode, readonly KeyKind[]>();
  readonly #origins = new Set<FlowOrigin>();
  /** The stream, and operators that pass some of its records. */
  readonly #carriers = new Set<FlowOrigin>();
  readonly #finals = new Map<OperatorNode, FlowOrigin>();
  readonly #givesEarlier = new Set<OperatorNode>();
  readonly #timedBy = new Map<OperatorNode, OperatorNode>();
  /** The operators of which it is known that each partition has only its part of their figures. */
  readonly #partial = new Set<FlowOrigin>();
  #refused: StockafolioError | undefined;
  readonly input: FlowOrigin = Object.freeze({ name: '' });

  constructor(pipeline: string, stream: Stream<unknown>) {
    this.#pipeline = pipeline;
    this.#stream = stream;
    this.#origins.add(this.input);
    this.#carriers.add(this.input);
  }

  /**
   * Adds an operator; returns its output.
   *
   * @throws ERR_OPERATOR_NAME_TAKEN; ERR_PIPELINE_INVALID and ERR_KEY_NOT_PARTITIONED if its key does not fit the stream
   */
  addOperator<T>(node: OperatorNode, input: Observable<unknown>): Flow<T> {
    if (this.#operators.some(({ name }) => name === node.name)) {
      throw new StockafolioError(
        'ERR_OPERATOR_NAME_TAKEN',
        `pipeline '${this.#pipeline}' has two operators named '${node.name}'`,
        { hint: 'state is found by this name: give each operator its own name' },
      );
    }
    const from = this.#originOf(input);
    const sender = this.#nodeOf(from);
    if (sender?.emits === 'changelog') throw this.#changes(node, sender);
    this.#addEdge(from, node.name, false);
    const timer = this.#timerOf(from);
    if (timer !== undefined) this.#timedBy.set(node, timer);
    const window = this.#windowOf(from);
    if (window !== undefined && this.#partial.has(window)) {
      if (node.needsStreamKey === true) throw this.#notPartitioned(node);
      this.#partial.add(node);
    }
    if (node.isShared) this.#partial.add(node);
    if (node.key !== undefined) this.#noteKey(node, node.key, input);
    if (node.passesRecords === true && this.#isStream(input)) this.#carriers.add(node);
    this.#operators.push(node);
    this.#steps.push({ node, input });
    for (const origin of [node, ...(node.outputs ?? [])]) this.#origins.add(origin);
    return new Flow<T>(node);
  }

  /** Whether it is known that a key of records of this input begins with the stream's own. */
  hasStreamKey(key: readonly KeyPartNode[] | undefined, input: Observable<unknown>): boolean {
    const isKnown = key !== undefined && this.#stream.keyFields !== undefined && this.#isStream(input);
    return isKnown && this.#mayHaveStreamKey(key);
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
    const sender = this.#nodeOf(from) ?? this.#windowOf(from);
    const isPartial = sender !== undefined && this.#partial.has(sender);
    if (isPartial && table.shardIndex < 0) throw shardMissing(table);
    this.#tables.set(table.name, table);
    this.#addEdge(from, table.name, true);
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
    if (sender?.writesState !== true) {
      throw new StockafolioError(
        'ERR_PIPELINE_INVALID',
        `operator '${name}' has unfold, but is not directly behind foldByKey, shardedFold or latestByKey`,
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
      input: this.input,
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

  /** Checks a key that is data, and notes the kinds of its parts if all of them are known. */
  #noteKey(node: OperatorNode, key: readonly KeyPartNode[], input: Observable<unknown>): void {
    const isStream = this.#isStream(input);
    const kinds = key.map((part) => {
      if ('type' in part) return keyKindOf(part.type);
      return isStream ? this.#kindOfField(node, part.field) : undefined;
    });
    if (isStream && node.streamKeyAt !== undefined && !this.#mayHaveStreamKey(key.slice(node.streamKeyAt))) {
      if (node.needsStreamKey === true) throw this.#notPartitioned(node);
      this.#partial.add(node);
    }
    if (kinds.every((kind) => kind !== undefined)) this.#keyKinds.set(node, kinds);
  }

  #kindOfField(node: OperatorNode, field: string): KeyKind {
    const { fields, names } = this.#stream.schema;
    if (Object.hasOwn(fields, field) && !fieldOf(fields, field).optional) return keyKindOf(fieldOf(fields, field));
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `operator '${node.name}' cannot have '${field}' in its key: not every record of stream '${this.#stream.name}' has it`,
      { hint: `the fields of its records are ${names.join(', ')}` },
    );
  }

  #isStream(input: Observable<unknown>): boolean {
    return input instanceof Flow && this.#carriers.has(input.origin);
  }

  /** Whether a key begins with the stream's own, which is known if both are names of fields; assumed otherwise. */
  #mayHaveStreamKey(key: readonly KeyPartNode[]): boolean {
    const { keyFields } = this.#stream;
    if (keyFields === undefined) return true;
    const begins = keyFields.every((field, n) => {
      const part = key[n];
      return part !== undefined && 'field' in part && part.field === field;
    });
    return keyFields.length > 0 && begins;
  }

  #notPartitioned({ name }: OperatorNode): StockafolioError {
    const fields = this.#stream.keyFields ?? [];
    return new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${name}': its key must begin with that of stream '${this.#stream.name}' (${fields.length > 0 ? fields.join(', ') : 'which is keyed by nothing'}), because other partitions hold records of its keys too`,
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

  #addEdge(origin: FlowOrigin, to: string, table: boolean): void {
    const isFinal = this.#windowOf(origin) !== undefined;
    const output = this.#nodeOf(origin)?.outputs?.find((each) => each === origin)?.output;
    const passing = { ...(isFinal ? { final: true as const } : {}), ...(output === undefined ? {} : { output }) };
    this.#edges.push({ from: origin.name, to, table, ...passing });
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

  /** The operator that emits between records, as of final values or timers, what comes from there, or was made of it. */
  #timerOf(origin: FlowOrigin): OperatorNode | undefined {
    const sender = this.#nodeOf(origin);
    if (sender?.movesTime === true) return sender;
    return sender === undefined ? this.#windowOf(origin) : this.#timedBy.get(sender);
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
   * Where the values of an observable come from: the output of an operator, or final values; the stream, and if that is
   * unknown.
   *
   * @throws ERR_PIPELINE_INVALID if it is of another pipeline
   */
  #originOf(observable: Observable<unknown>): FlowOrigin {
    for (let at: Observable<unknown> | undefined = observable; at !== undefined; at = at.source) {
      if (!(at instanceof Flow)) continue;
      if (this.#origins.has(at.origin)) return at.origin;
      throw foreignFlow(this.#pipeline, at.origin);
    }
    return this.input;
  }
}

/** Makes a plan from a build function. */
export function buildPlan(pipeline: string, stream: Stream<unknown>, build: (input: Flow<unknown>) => unknown): Plan {
  const builder = new PlanBuilder(pipeline, stream);
  planning(builder, () => void build(new Flow(builder.input)));
  return builder.finish();
}
