import { StockafolioError } from '../errors/index.js';
import { Interner } from '../state/interner.js';
import type { KeyedState } from '../state/keyed-state.js';
import type { Key, KeyPart } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { enter, leave } from './ambient.js';
import { FanOut, inOrder } from './fan-out.js';
import { foreignFlow, type FlowOrigin } from './flow.js';
import type { Moments } from './moments.js';
import type { Plan } from './plan.js';
import { StepRows } from './step-rows.js';

/** How an operator and its state are laid out: what `topology` prints and a checkpoint is compared with. */
export interface OperatorLayout {
  readonly name: string;
  readonly kind: string;
  /** Settings that change what the state means, such as a window's size. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** A stateful operator, as the engine sees it. */
export interface OperatorRuntime {
  readonly layout: OperatorLayout;
  readonly state: KeyedState;
  /** Whether its tables hold what all partitions together make up: this one gives its part of each figure. */
  readonly isShared: boolean;
  /** The earliest event time at which it has something to close or to drop; infinity where there is nothing. */
  readonly due: number;
  /** Closes and drops what the watermark has passed. */
  advance(watermark: number): void;
  /** Gives out what is open, as if time had gone on. */
  flush(): void;
  /**
   * Gives the tables what changed since the last commit; where rows are made key by key, of so many keys at most.
   *
   * @returns whether that was all
   */
  collect(most?: number): boolean;
  /** Takes back what the record of this number has changed. */
  rollback(record: number): void;
  /**
   * Sets up what is derived from the state after a checkpoint was loaded.
   *
   * @param saved how it was laid out in that checkpoint; undefined where its state was not kept
   */
  restored(saved: OperatorLayout | undefined): void;
}

/** An operator whose state can be written to a table as it is at the commit, with no object made in between. */
export interface StateWriter {
  attach(table: Table): void;
}

/** A subscription inside the pipeline that can be made anew after a user's function threw in it. */
export interface Connection {
  connect(): void;
}

/** A record, or the part of it that one operator saw, that was set aside. */
export interface SetAside {
  /** The operator that set it aside; empty where it was the record as a whole. */
  readonly operator: string;
  readonly error: StockafolioError;
}

/** A figure, of a window or a ranking, that failed on its way to its table. */
export interface Refused {
  readonly operator: string;
  readonly error: unknown;
  readonly figure: object;
}

/** Errors of the pipeline itself: no single record is to blame, so the run ends. */
const fatalCodes = new Set([
  'ERR_ASYNC_EMISSION',
  'ERR_FIELD_NOT_READ',
  'ERR_KEY_NOT_PARTITIONED',
  'ERR_SHARD_MISSING',
  'ERR_INTERNAL',
  'ERR_OPERATOR_NAME_TAKEN',
  'ERR_OUTSIDE_PIPELINE',
  'ERR_PIPELINE_INVALID',
]);

/** Whether an error is the pipeline's own, which ends the run. */
export function isFatal(error: unknown): error is StockafolioError {
  return error instanceof StockafolioError && fatalCodes.has(error.code);
}

/**
 * What surrounds the operators of one pipeline on one source partition: where the record in hand comes from, its
 * version, the watermark, and where rows go to. Set by the engine; never seen by user code.
 */
export class PipelineContext {
  readonly interner = new Interner();
  readonly operators: OperatorRuntime[] = [];
  readonly connections: Connection[] = [];
  readonly #fanOuts: ReadonlyMap<FlowOrigin, FanOut<unknown>>;
  /** Rows that wait for the next commit. */
  readonly rows = new StepRows();
  setAside: SetAside[] = [];
  broken: Connection[] = [];
  /** Counts the records of this run; never saved. */
  record = 0;
  /** Version of the record in hand, in microseconds. */
  version = 0;
  /** Event time of the record in hand, in epoch milliseconds. */
  time = 0;
  /** Event time that no record is expected to lie before, in epoch milliseconds. */
  watermark = Number.NEGATIVE_INFINITY;
  /** The stream's own key of the record in hand. */
  key: Key = '';
  /** Whether a record, a flush or a commit is in hand, so that emissions are in their place. */
  active = false;
  /** Whether a stretch of records is in hand, which is taken back and taken in one by one where it is not plain. */
  inStretch = false;
  /** Whether the row in hand is one partition's part of a figure. */
  partial = false;
  /** Whether no record is in hand: time moves on, windows are looked at, or figures are collected. */
  betweenRecords = false;
  /** The version of the window that is given out, in microseconds; undefined for all else, which bears {@link version}. */
  stamp: number | undefined;
  /** Figures that could not be given out since the engine last asked, and why. */
  refused: Refused[] = [];
  failure: unknown;
  fatal: StockafolioError | undefined;
  /** Whether a figure is on its way between records; those that it brings about are undone with it. */
  #giving = false;
  readonly pipeline: string;
  readonly partition: number;

  constructor(pipeline: string, partition: number, plan: Plan) {
    this.pipeline = pipeline;
    this.partition = partition;
    this.#fanOuts = new Map([plan.input, ...plan.operators].map((origin) => [origin, new FanOut()]));
  }

  /** Where this engine sends what leaves the stream or an operator. @throws ERR_PIPELINE_INVALID where it is of another plan */
  fanOut<T>(origin: FlowOrigin): FanOut<T> {
    const fanOut = this.#fanOuts.get(origin);
    if (fanOut !== undefined) return fanOut as unknown as FanOut<T>;
    throw foreignFlow(this.pipeline, origin);
  }

  /** Subscribes every operator and table, in the order of the plan. */
  connect(): void {
    for (const connection of this.connections) this.#connect(connection);
  }

  /** Notes what went wrong with the record in hand; the first cause counts. */
  fail(thrown: unknown): void {
    const error = thrown ?? new Error(`${String(thrown)} was thrown`);
    if (isFatal(error)) this.fatal ??= error;
    this.failure ??= error;
  }

  /** Notes that a user's function threw, so that its subscription is over and must be made anew. */
  breakConnection(connection: Connection, error: unknown): void {
    this.broken.push(connection);
    this.fail(error);
  }

  /** Whether rows may be written now; else the pipeline emits outside its turn. */
  checkActive(what: 'operator' | 'table', name: string): boolean {
    if (this.active) return true;
    this.fatal ??= new StockafolioError(
      'ERR_ASYNC_EMISSION',
      `pipeline '${this.pipeline}': ${what} '${name}' received a value outside its turn`,
      { hint: 'records pass through synchronously: take delay, promises and timers out of the pipeline' },
    );
    return false;
  }

  /** Takes back all that the record in hand, or the stretch, has changed in the operators, and forgets what failed. */
  undo(): void {
    for (const operator of this.operators) operator.rollback(this.record);
    this.setAside = [];
    this.failure = undefined;
    const broken = this.broken;
    this.broken = [];
    for (const connection of broken) this.#connect(connection);
  }

  /** Connects, in the order in which connections were made however often one of them is made anew. */
  #connect(connection: Connection): void {
    const outer = enter(this);
    try {
      inOrder(this.connections.indexOf(connection), () => connection.connect());
    } finally {
      leave(outer);
    }
  }

  /**
   * Gives a figure out, with the version that its rows bear where that is not the record's. With a record in hand, what
   * fails on the way fails the record; between records it is undone alone, and noted in {@link refused}.
   *
   * @returns whether it went out
   */
  give(operator: string, figure: object, emit: () => void, stamp?: number): boolean {
    const { rows } = this;
    const outer = this.stamp;
    const isAlone = this.betweenRecords && !this.#giving;
    if (isAlone) {
      this.record++;
      rows.mark();
      this.#giving = true;
    }
    this.stamp = stamp;
    emit();
    this.stamp = outer;
    if (isAlone) this.#giving = false;
    if (this.failure === undefined) return true;
    if (!isAlone || this.fatal !== undefined) return false;
    const error = this.failure;
    this.undo();
    rows.rollbackToMark();
    this.refused.push({ operator, error, figure });
    return false;
  }

  /** Stands at a record of a stretch. */
  stand(moments: Moments, n: number): void {
    this.interner.place = n;
    this.time = moments.times[n] as number;
    this.version = moments.versions[n] as number;
    this.watermark = moments.watermarks[n] as number;
    this.key = moments.keys[n] as Key;
  }

  /** Ends the stretch in hand: a record in it makes more than a change of states. */
  breakStretch(): void {
    this.failure ??= notPlain;
  }

  /** Sets the record in hand aside for one operator, while the others keep it; once, however many windows it missed. */
  aside(operator: string, error: StockafolioError): void {
    if (this.inStretch) {
      this.breakStretch();
      return;
    }
    if (this.setAside.some((other) => other.operator === operator)) return;
    this.setAside.push({ operator, error });
  }
}

/** Whether a key begins with the stream's own, so that this partition alone holds it. */
export function beginsWith(key: readonly KeyPart[], own: Key): boolean {
  if (typeof own !== 'object') return key[0] === own;
  if (own.length === 0) return false;
  for (let part = 0; part < own.length; part++) if (key[part] !== own[part]) return false;
  return true;
}

const notPlain = new StockafolioError('ERR_INTERNAL', 'a stretch of records was not taken in one by one');
