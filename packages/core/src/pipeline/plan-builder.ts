import type { Observable } from 'rxjs';
import type { StockafolioError } from '../errors/index.js';
import { onlyFields, type RecordSchema } from '../schema/index.js';
import type { Stream, Topic } from '../stream/index.js';
import type { Table } from '../table/index.js';
import type { AsyncMapping } from './async-mapping.js';
import { checkBroadcast, checkNoBroadcast } from './check-broadcast.js';
import { checkChanges, checkOperatorChanges, type Leaving } from './check-changes.js';
import { checkTable } from './check-table.js';
import { checkTopic } from './check-topic.js';
import { divideIntoStages } from './divide-into-stages.js';
import { Flow, foreignFlow, type FlowOrigin, type StreamOrigin } from './flow.js';
import { originOfExpired } from './expiring.js';
import { keyKindsOf, type KeyKind } from './key-kinds.js';
import { Meetings } from './meetings.js';
import {
  changes,
  nameTaken,
  notBehindFold,
  notBehindWindow,
  notPartitioned,
  unlikeColumns,
  unlikeKeys,
} from './refusals.js';
import { partsOfFigures, shardMissing } from './shard-missing.js';
import { kindsOf, mayHaveStreamKey } from './stream-key.js';
import { isSome, someRecords } from './some-records.js';
import { subscribedBy } from './subscribed-by.js';
import type { Edge, KeyPartNode, OperatorNode, Plan, RepartitionStep, Step } from './plan.js';

/** Collects what the build function of a pipeline declares. */
export class PlanBuilder {
  readonly #pipeline: string;
  readonly #streams: Stream<unknown>[];
  readonly #reads: readonly string[] | undefined;
  readonly #steps: Step[] = [];
  readonly #operators: OperatorNode[] = [];
  readonly #tables = new Map<string, Table>();
  readonly #topics: Topic[] = [];
  readonly #edges: Edge[] = [];
  readonly #keyKinds = new Map<OperatorNode, readonly KeyKind[]>();
  readonly #origins = new Set<FlowOrigin>();
  /** The streams, and operators that pass some of their records: whose records these are. */
  readonly #carriers = new Map<FlowOrigin, Stream<unknown>>();
  /** By operator, the streams whose records reach it, by index. */
  readonly #reaching = new Map<OperatorNode, ReadonlySet<number>>();
  readonly #meetings: Meetings;
  readonly #finals = new Map<OperatorNode, FlowOrigin>();
  readonly #expiring = new Map<OperatorNode, FlowOrigin>();
  readonly #givesEarlier = new Set<OperatorNode>();
  readonly #timedBy = new Map<OperatorNode, readonly (readonly OperatorNode[])[]>();
  /** The operators of which it is known that each partition has only its part of their figures. */
  readonly #partial = new Set<FlowOrigin>();
  /** Where the records or rows of each step come from; not in it if that is unknown. */
  readonly #sources = new Map<Step, readonly FlowOrigin[]>();
  readonly #repartitions: RepartitionStep[] = [];
  readonly #leaving: Leaving = { carriers: this.#carriers, nodeOf: (origin) => this.#nodeOf(origin) };
  #refused: StockafolioError | undefined;
  /** Where the records of each stream enter. */
  readonly inputs: StreamOrigin[] = [];

  /** @param reads the fields of records that the pipeline reads; undefined for all */
  constructor(pipeline: string, streams: readonly Stream<unknown>[], reads?: readonly string[]) {
    this.#pipeline = pipeline;
    this.#streams = [];
    this.#reads = reads;
    this.#meetings = new Meetings(this.#streams);
    for (const stream of streams) this.#addStream(stream);
  }

  #addStream(stream: Stream<unknown>): StreamOrigin {
    const origin = Object.freeze({ name: '', stream: stream.name } as const);
    this.#streams.push(stream);
    this.#meetings.addStream();
    this.inputs.push(origin);
    this.#origins.add(origin);
    this.#carriers.set(origin, stream);
    return origin;
  }

  /**
   * Adds an operator; returns its output.
   *
   * @param other the records of its other input, if it has one
   * @throws ERR_OPERATOR_NAME_TAKEN; ERR_PIPELINE_INVALID and ERR_KEY_NOT_PARTITIONED if its key does not fit the stream;
   * ERR_NOT_COPARTITIONED if records of several streams reach it that are partitioned otherwise
   */
  addOperator<T>(node: OperatorNode, input: Observable<unknown>, other?: Observable<unknown>): Flow<T> {
    this.#checkName(node.name, this.#operators);
    const inputs = (other === undefined ? [input] : [input, other]).map((each) => this.#originsOf(each));
    inputs.forEach((origins, n) => this.#addInput(node, origins, n > 0));
    checkOperatorChanges(this.#leaving, node, [input, other], inputs);
    const keyed = node.otherIsBroadcast === true ? inputs.slice(0, 1) : inputs;
    const reaching = new Set(keyed.flatMap((origins) => [...this.#streamsOf(origins)]));
    this.#reaching.set(node, reaching);
    this.#meetings.add(node, reaching);
    const timers = inputs.map((origins) => [...new Set(origins.flatMap((from) => this.#timersOf(from)))]);
    if (timers.some((of) => of.length > 0)) this.#timedBy.set(node, timers);
    if (node.isShared) this.#partial.add(node);
    const stream = this.streamOf(input);
    if (node.key !== undefined) this.#noteKey(node, node.key, input);
    if (node.otherKey !== undefined && other !== undefined) this.#noteOtherKey(node, node.otherKey, other);
    if (node.passesRecords === true && stream !== undefined) this.#carriers.set(node, stream);
    this.#operators.push(node);
    this.#addStep({ node, input, other }, inputs.flat());
    for (const origin of [node, ...(node.outputs ?? [])]) this.#origins.add(origin);
    return new Flow<T>(node);
  }

  /** Checks that an operator may be given what comes from there, and adds the edge. */
  #addInput(node: OperatorNode, origins: readonly FlowOrigin[], isOther: boolean): void {
    if (isOther && node.otherIsBroadcast === true) checkBroadcast(this.#carriers, node, origins);
    else checkNoBroadcast(this.#carriers, `operator '${node.name}'`, origins);
    this.#checkStreamOnly(`operator '${node.name}' cannot fold`, origins);
    this.#addEdges(origins, { to: node.name, table: false, ...(isOther ? { other: true } : {}) });
    for (const from of origins) {
      const window = this.#windowOf(from);
      if (window === undefined || !this.#partial.has(window)) continue;
      if (node.needsStreamKey === true) throw notPartitioned(node, this.#anyOf(this.#streamsOf(origins)));
      this.#partial.add(node);
    }
  }

  #addStep(step: Step, origins: readonly FlowOrigin[]): void {
    this.#steps.push(step);
    this.#sources.set(step, origins);
  }

  /**
   * Adds a repartition: records leave the plan here, and enter it again as those of a stream; returns these.
   *
   * @param mapping what makes them of those that leave, if an asynchronous function does
   * @throws ERR_OPERATOR_NAME_TAKEN; ERR_PIPELINE_INVALID if these are changes, or each partition has a part of them
   */
  addRepartition<T>(stream: Stream<unknown>, records: Observable<unknown>, mapping?: AsyncMapping): Flow<T> {
    const { name } = stream;
    const what = `${mapping === undefined ? 'repartition' : 'mapAsync'} '${name}'`;
    this.#checkName(name, [...this.#operators, ...this.#streams, ...this.#topics.map(({ stream: own }) => own)]);
    const origins = this.#originsOf(records);
    this.#checkStreamOnly(`${what} cannot pass on`, origins);
    checkChanges(this.#leaving, what, origins, null);
    this.#addEdges(origins, { to: name, table: false, repartition: true });
    const origin = this.#addStream(stream);
    const step: RepartitionStep = { stream, origin, records, ...(mapping === undefined ? {} : { mapping }) };
    this.#repartitions.push(step);
    this.#addStep(step, origins);
    return new Flow<T>(origin);
  }

  #checkName(name: string, others: readonly { readonly name: string }[]): void {
    if (!others.some((other) => other.name === name)) return;
    throw nameTaken(this.#pipeline, name);
  }

  /** The fields of the records that the pipeline reads, if these are records of a stream; undefined otherwise. */
  recordsOf(input: Observable<unknown>): RecordSchema | undefined {
    const stream = this.streamOf(input);
    // What came through a repartition has all of its fields.
    const isWhole = this.#repartitions.some((step) => step.stream === stream);
    return stream === undefined || this.#reads === undefined || isWhole
      ? stream?.schema
      : onlyFields(stream.schema, this.#reads);
  }

  /** How far, in milliseconds, records that come from there may be behind the newest one. */
  outOfOrderness(input: Observable<unknown>): number {
    const origins = this.#originsOf(input);
    const streams = [...this.#streamsOf(origins)].map((n) => this.#streams[n]?.outOfOrderness ?? 0);
    const timers = origins.flatMap((from) => this.#timersOf(from)).map(({ emitsAfter = 0 }) => emitsAfter);
    return Math.max(0, ...streams) + Math.max(0, ...timers);
  }

  /** The operator that directly emits this output; undefined if there is none. */
  operatorOf(flow: Observable<unknown>): OperatorNode | undefined {
    return flow instanceof Flow && flow.passes === undefined ? this.#nodeOf(flow.origin) : undefined;
  }

  some<T>(input: Observable<unknown>, isIn: (record: unknown) => boolean): Flow<T> | undefined {
    return someRecords<T>(input, this.streamOf(input), isIn);
  }

  /**
   * Adds a table.
   *
   * @throws ERR_PIPELINE_INVALID if another one has its name, or another branch writes it; ERR_SHARD_MISSING if its rows
   * are made from parts of figures and it has no shard column
   */
  addTable(table: Table, rows: Observable<unknown>, writer: OperatorNode | undefined, map?: string): void {
    checkTable(this.#pipeline, table, this.#tables.get(table.name));
    if (writer !== undefined) this.#noteKinds(writer, table, map);
    const origins = this.#originsOf(rows);
    if (map === undefined) checkChanges(this.#leaving, `table '${table.name}'`, origins);
    if (this.#isPartial(origins) && table.shardIndex < 0) throw shardMissing(table);
    this.#tables.set(table.name, table);
    this.#addEdges(origins, { to: table.name, table: true });
    this.#addStep({ table, rows, writer, map }, origins);
  }

  /**
   * Adds a topic for others to read.
   *
   * @throws ERR_PIPELINE_INVALID if another branch sends to it, the pipeline reads it, or what comes from there depends on
   * commits; ERR_SHARD_MISSING if these are parts of figures
   */
  addTopic(topic: Topic<never>, records: Observable<unknown>): void {
    const { name } = topic.stream;
    checkTopic(this.#pipeline, topic, { topics: this.#topics, streams: this.#streams });
    const origins = this.#originsOf(records);
    this.#checkStreamOnly(`topic '${name}' cannot be sent`, origins);
    checkChanges(this.#leaving, `topic '${name}'`, origins, topic);
    if (this.#isPartial(origins)) throw partsOfFigures(name);
    const added = topic as Topic<unknown>;
    this.#topics.push(added);
    this.#addEdges(origins, { to: name, table: false, topic: true });
    const expired = added.removesExpired ? originOfExpired(added, this.operatorOf(records), this.#expiring) : undefined;
    this.#addStep({ topic: added, records, expired }, origins);
  }

  /** Whether each partition has a part of what comes from there. */
  #isPartial(origins: readonly FlowOrigin[]): boolean {
    return origins.some((from) => this.#partial.has(this.#nodeOf(from) ?? this.#windowOf(from) ?? from));
  }

  /** @throws ERR_PIPELINE_INVALID if what comes from there changes, at moments that depend on commits */
  #checkStreamOnly(what: string, origins: readonly FlowOrigin[]): void {
    for (const from of origins) {
      const sender = this.#nodeOf(from);
      if (sender?.emits === 'changelog') throw changes(what, sender);
    }
  }

  /**
   * Adds the final values of a window operator; returns them.
   *
   * @throws ERR_PIPELINE_INVALID if these are not the output of one
   */
  addFinal<T>(windows: Observable<unknown>): Flow<T> {
    const node = this.operatorOf(windows);
    if (node?.finalAfter === undefined) throw notBehindWindow(this.#pipeline);
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
      throw notBehindFold(name);
    }
    this.#givesEarlier.add(sender);
  }

  /** Adds an observer of a flow. */
  addObserver(observed: Observable<unknown>, next: (value: unknown) => void, error: (error: unknown) => void): void {
    this.#addStep({ observed, next, error }, this.#originsOf(observed));
  }

  /** Notes an error that cannot be thrown where it is found; the first one counts. */
  refuse(error: StockafolioError): void {
    this.#refused ??= error;
  }

  finish(): Plan {
    if (this.#refused !== undefined) throw this.#refused;
    return Object.freeze({
      inputs: Object.freeze(this.inputs),
      repartitions: Object.freeze(this.#repartitions),
      stages: divideIntoStages(this.#pipeline, { steps: this.#steps, sources: this.#sources, finals: this.#finals }),
      meetings: Object.freeze(this.#meetings.groups),
      steps: Object.freeze(this.#steps),
      operators: Object.freeze(this.#operators),
      tables: Object.freeze([...this.#tables.values()]),
      topics: Object.freeze(this.#topics),
      edges: Object.freeze(this.#edges),
      finals: this.#finals,
      timedBy: this.#timedBy,
      expiring: this.#expiring,
      givesEarlier: this.#givesEarlier,
      keyKinds: this.#keyKinds,
    });
  }

  /** Checks a key that is data, and notes the kinds of its parts if all of them are known. */
  #noteKey(node: OperatorNode, key: readonly KeyPartNode[], input: Observable<unknown>): void {
    const stream = this.streamOf(input);
    const kinds = kindsOf(node, key, stream, isSome(input));
    const { streamKeyAt } = node;
    if (stream !== undefined && streamKeyAt !== undefined && !mayHaveStreamKey(key.slice(streamKeyAt), stream)) {
      if (node.needsStreamKey === true) throw notPartitioned(node, stream);
      this.#partial.add(node);
    }
    if (kinds.every((kind) => kind !== undefined)) this.#keyKinds.set(node, kinds);
  }

  /** Checks the key of an operator's other input against that of the first one. */
  #noteOtherKey(node: OperatorNode, key: readonly KeyPartNode[], input: Observable<unknown>): void {
    const stream = this.streamOf(input);
    if (stream !== undefined && node.needsStreamKey === true && !mayHaveStreamKey(key, stream))
      throw notPartitioned(node, stream);
    const kinds = kindsOf(node, key, stream, isSome(input));
    if (!kinds.every((kind) => kind !== undefined)) return;
    const known = this.#keyKinds.get(node);
    if (known !== undefined && known.join() !== kinds.join()) throw unlikeKeys(node, known, kinds);
    this.#keyKinds.set(node, kinds);
  }

  /** The stream whose records these are; undefined if they are others, or that is unknown. */
  streamOf(input: Observable<unknown>): Stream<unknown> | undefined {
    return input instanceof Flow ? this.#carriers.get(input.origin) : undefined;
  }

  /** The streams whose records, or what was made of them, come from there, by index; all of them if it is unknown. */
  #streamsOf(origins: readonly FlowOrigin[]): ReadonlySet<number> {
    const all = [...this.#streams.keys()];
    if (origins.length === 0) return new Set(all);
    return new Set(
      origins.flatMap((origin) => {
        const input = this.inputs.findIndex((each) => each === origin);
        if (input >= 0) return [input];
        const sender = this.#nodeOf(origin) ?? this.#windowOf(origin);
        return [...((sender === undefined ? undefined : this.#reaching.get(sender)) ?? all)];
      }),
    );
  }

  #anyOf(streams: ReadonlySet<number>): Stream<unknown> {
    const [first = 0] = streams;
    return this.#streams[first] as Stream<unknown>;
  }

  #noteKinds(writer: OperatorNode, table: Table, map?: string): void {
    const kinds = keyKindsOf(table).slice(0, map === undefined ? undefined : -1);
    const known = this.#keyKinds.get(writer);
    if (known !== undefined && known.join() !== kinds.join()) throw unlikeColumns(writer, table, kinds, known);
    this.#keyKinds.set(writer, kinds);
  }

  /** Adds the edges from there; those from every stream if it is unknown. */
  #addEdges(origins: readonly FlowOrigin[], edge: Omit<Edge, 'from' | 'stream' | 'final' | 'output'>): void {
    for (const from of origins.length === 0 ? this.inputs : origins) {
      const stream = this.inputs.find((each) => each === from)?.stream;
      const output = this.#nodeOf(from)?.outputs?.find((each) => each === from)?.output;
      this.#edges.push({
        from: from.name,
        ...(stream === undefined ? {} : { stream }),
        ...edge,
        ...(this.#windowOf(from) === undefined ? {} : { final: true }),
        ...(output === undefined ? {} : { output }),
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

  /**
   * Where the values of an observable come from: a stream, the output of an operator, or final values. None if that is
   * unknown, as for the output of RxJS's `merge`; but with a repartition or a broadcast stream it is always known.
   *
   * @throws ERR_PIPELINE_INVALID if it is of another pipeline
   */
  #originsOf(observable: Observable<unknown>): readonly FlowOrigin[] {
    for (let at: Observable<unknown> | undefined = observable; at !== undefined; at = at.source)
      if (at instanceof Flow) return [this.#own(at.origin)];
    const mustKnow =
      this.#repartitions.length > 0 || this.#streams.some(({ isBroadcast, changes }) => isBroadcast || changes);
    return mustKnow ? subscribedBy(observable).map((origin) => this.#own(origin)) : [];
  }

  #own(origin: FlowOrigin): FlowOrigin {
    if (this.#origins.has(origin)) return origin;
    throw foreignFlow(this.#pipeline, origin);
  }
}
