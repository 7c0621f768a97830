import type { Observable } from 'rxjs';
import type { FieldType, RecordSchema } from '../schema/index.js';
import type { Stream, Topic } from '../stream/index.js';
import type { Table } from '../table/index.js';
import type { AsyncMapping } from './async-mapping.js';
import type { FlowOrigin, StreamOrigin } from './flow.js';
import type { KeyKind } from './key-kinds.js';

/** A part of a key: a field of the records, or a value of this type that is computed from them. */
export type KeyPartNode = { readonly field: string } | { readonly type: FieldType };

/** An operator of a plan: what it is and what state it has, without an engine that executes it. */
export interface OperatorNode<O = unknown> extends FlowOrigin {
  /** Unique in its pipeline; its state is found by it. */
  readonly name: string;
  /** The operator function that made it, such as `foldByKey`; an engine knows how to execute its kind. */
  readonly kind: string;
  /** The parts of its state's key, after the window or the group if it has one; undefined if a function makes it. */
  readonly key?: readonly KeyPartNode[] | undefined;
  /** The parts of its state's key in records of its other input, if it has one; undefined if a function makes it. */
  readonly otherKey?: readonly KeyPartNode[] | undefined;
  /** The part of its state's key at which the stream's own can begin; undefined if it makes no difference. */
  readonly streamKeyAt?: number | undefined;
  /** Whether it must begin there, because no other partition may hold records of its keys. */
  readonly needsStreamKey?: boolean;
  /** Whether its other input is a broadcast stream, of which each partition has all records: any key is there. */
  readonly otherIsBroadcast?: boolean;
  /** Whether a record of its other input changes its keys: once it has passed through all operators. */
  readonly changesKeys?: boolean;
  /** Settings that change what the state means, such as a window's size. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Its state for each key. The operator's own fields begin with `$`, which no user's field can. */
  readonly state: RecordSchema;
  /** Ordered sub-keys below each key, by name: the lots of a position, the events of a session. */
  readonly subKeys?: Readonly<Record<string, SubKeyNode>> | undefined;
  /** Whether each partition has only a part of its figures. */
  readonly isShared: boolean;
  /** Whether `into` writes the state of each key as it is at the commit, without an emission for each record. */
  readonly writesState: boolean;
  /**
   * `changelog` if what it emits replaces what it emitted before, at moments that may depend on commits: then only
   * tables receive it. By default it emits a stream: what records alone determine.
   */
  readonly emits?: 'changelog';
  /** Whether it emits some of the records that it is given, and nothing else. */
  readonly passesRecords?: boolean;
  /** Whether it also emits between records, in order of event time: the operators behind it then have its time. */
  readonly movesTime?: boolean;
  /** Where its values leave it, if it has several outputs. */
  readonly outputs?: readonly OutputNode[] | undefined;
  /** How long after the end of a window its value is final, in milliseconds of event time; undefined without windows. */
  readonly finalAfter?: number | undefined;
  /**
   * How far what it emits may be behind its own time, in milliseconds of event time: it emits some of its records only
   * when time has moved on. Undefined if it emits for the current record alone.
   */
  readonly emitsAfter?: number | undefined;
  /** Whether it emits updates that have the value before, if an operator behind it undoes that. */
  readonly emitsUpdates?: boolean;
  /** The input to which it may be given the records of a changelog, directly; undefined if it knows no removals. */
  readonly takesChanges?: 0 | 1 | undefined;
  /** Whether it also emits that a value is removed, and with each value what that replaces. */
  readonly removes?: boolean;
  /** Whether it may be directly behind operators that emit removals. */
  readonly takesRemovals?: boolean;
  /** Its functions, and other options of its kind. */
  readonly options: O;
  /** What executes it, if that is not part of the engine: an `OperatorKind`. */
  readonly executedBy?: unknown;
}

/** One of several outputs of an operator. */
export interface OutputNode extends FlowOrigin {
  /** The operator. */
  readonly name: string;
  readonly output: string;
  /** Whether it also emits that a value is removed. */
  readonly removes?: boolean;
  /** Whether nothing is emitted there: it is a map of the operator, which tables have as it is at each commit. */
  readonly isMap?: boolean;
}

/** What is below each key of a state. */
export interface SubKeyNode {
  /** The kind of the sub-keys; they are ordered by value, texts by Unicode code point. */
  readonly kind: KeyKind;
  /** What each of them holds. */
  readonly fields: RecordSchema;
  /** Whether several of one value are kept, in the order of adding: then they are added, and not found by value. */
  readonly isMulti?: boolean;
  /** Whether tables have them, as they are at each commit; not where several of one value are kept. */
  readonly isWritten?: boolean;
}

/** The layout of an operator and its state: what `topology` prints and what is compared with a checkpoint. */
export interface OperatorLayout {
  readonly name: string;
  readonly kind: string;
  /** Settings that change what the state means, such as a window's size. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** The layout of an operator, as a checkpoint stores it. */
export function layoutOf({ name, kind, settings }: OperatorNode): OperatorLayout {
  return { name, kind, settings };
}

/** An operator and the source of its records. */
export interface OperatorStep {
  readonly node: OperatorNode;
  readonly input: Observable<unknown>;
  /** The source of the records of its other input, if it has one. */
  readonly other?: Observable<unknown> | undefined;
}

/** A table and the source of its rows. */
export interface TableStep {
  readonly table: Table;
  readonly rows: Observable<unknown>;
  /** The operator whose state makes the rows, if nothing is between it and the table. */
  readonly writer: OperatorNode | undefined;
  /** Which of its maps, if it is not its state itself. */
  readonly map?: string | undefined;
}

/** A topic for others to read, and the source of its records. */
export interface TopicStep {
  readonly topic: Topic;
  readonly records: Observable<unknown>;
  /** Where the figures that expire leave the fold before it, if the topic removes them. */
  readonly expired: FlowOrigin | undefined;
}

/** Records that go through a topic of the pipeline's own, and come back partitioned by another key. */
export interface RepartitionStep {
  /** What they are afterwards. */
  readonly stream: Stream<unknown>;
  /** Where they enter the plan again. */
  readonly origin: StreamOrigin;
  readonly records: Observable<unknown>;
  /** What makes them of those that leave, if an asynchronous function does. */
  readonly mapping?: AsyncMapping;
}

/** A flow that a test observes. */
export interface ObserverStep {
  readonly observed: Observable<unknown>;
  readonly next: (value: unknown) => void;
  readonly error: (error: unknown) => void;
}

export type Step = OperatorStep | TableStep | TopicStep | RepartitionStep | ObserverStep;

/** An edge along which records or rows pass, by names of operators, tables, topics and repartitions; '' is a stream. */
export interface Edge {
  readonly from: string;
  /** The name of the stream, if it comes from one. */
  readonly stream?: string;
  readonly to: string;
  readonly table: boolean;
  /** Whether only final values of windows pass. */
  readonly final?: true;
  /** Which of its outputs, if the operator that it comes from has several. */
  readonly output?: string;
  /** Whether it goes to the other input of an operator that has two. */
  readonly other?: true;
  /** Whether it goes through a topic of the pipeline's own, whose records are the stream of this name. */
  readonly repartition?: true;
  /** Whether it goes to a topic for others to read. */
  readonly topic?: true;
}

/** The parts of a pipeline. */
export interface Plan {
  /** Where the records of each stream enter, in the order of the streams; after them those of the repartitions. */
  readonly inputs: readonly StreamOrigin[];
  /** The repartitions, in the order in which they were declared. */
  readonly repartitions: readonly RepartitionStep[];
  /** By step, the stage that executes it: see `stagesOf`. */
  readonly stages: ReadonlyMap<Step, number>;
  /**
   * The streams, by index, that meet in operators which need all records of a key: their sources must be partitioned
   * alike. Each group is listed once; streams that meet no other one are not in it.
   */
  readonly meetings: readonly (readonly number[])[];
  /** Operators and destinations in the order in which they were declared. */
  readonly steps: readonly Step[];
  readonly operators: readonly OperatorNode[];
  /** The tables that it writes, without the library's own. */
  readonly tables: readonly Table[];
  /** The topics that it sends to, for others to read. */
  readonly topics: readonly Topic[];
  readonly edges: readonly Edge[];
  /** Of window operators whose final values are used: where these leave them. */
  readonly finals: ReadonlyMap<OperatorNode, FlowOrigin>;
  /**
   * Of operators that are given final values of windows, what joins emit later, or what was made of these: by input,
   * the operators of these windows and joins.
   */
  readonly timedBy: ReadonlyMap<OperatorNode, readonly (readonly OperatorNode[])[]>;
  /** Operators whose updates have the value before, because an operator behind them undoes it. */
  readonly givesEarlier: ReadonlySet<OperatorNode>;
  /** Of folds whose figures are removed from topics when they expire: where these leave them. */
  readonly expiring: ReadonlyMap<OperatorNode, FlowOrigin>;
  /** By operator, the kinds of its key's parts, where its key or a table that its state is written to states them. */
  readonly keyKinds: ReadonlyMap<OperatorNode, readonly KeyKind[]>;
}
