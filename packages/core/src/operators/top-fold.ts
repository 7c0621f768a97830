import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { Connection, OperatorLayout, OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import { FanOut } from '../pipeline/fan-out.js';
import { timestamp, type Fields, type Mutable, type ObjectOf } from '../schema/index.js';
import type { Cursor } from '../state/cursor.js';
import { KeyedState } from '../state/keyed-state.js';
import type { KeyPart } from '../stream/index.js';
import { DueBook } from '../windows/due-book.js';
import { lateError, withHidden } from './keyed-fold.js';
import { Ranking, type Order } from './ranking.js';
import type { Ranked, RankField, TopOptions } from './top-by-key.js';

interface Hidden {
  $until: number;
}

/** Reads the field by which the row under a cursor is ranked. */
type FieldReader = (row: Cursor) => number | bigint;

/** Compiled for its field: by a name that varies, each reading would be a search. */
function fieldReader(field: string): FieldReader {
  // compiled from a validated schema
  return new Function('row', `return row.${field};`) as FieldReader;
}

/** The engine's side of `topByKey`: totals by key, ranked when the commit asks for them. */
export class TopFold<T, G extends readonly KeyPart[], K extends readonly KeyPart[], F extends Fields>
  implements OperatorRuntime, Connection
{
  readonly layout: OperatorLayout;
  readonly state: KeyedState;
  readonly isShared = true;
  readonly output: Observable<Ranked<G, K, ObjectOf<F>, RankField<F>>>;
  readonly #places = new FanOut<Ranked<G, K, ObjectOf<F>, RankField<F>>>();
  readonly #context: PipelineContext;
  readonly #source: Observable<T>;
  readonly #options: TopOptions<T, G, K, F>;
  /** Of each group, one ranking for each field. */
  readonly #rankings = new Map<string, readonly Ranking[]>();
  readonly #due = new DueBook();
  readonly #key: KeyPart[] = [];
  readonly #fields: readonly RankField<F>[];
  readonly #readers: readonly FieldReader[];
  /** By field. */
  readonly #orders: readonly Order[];
  /** The values, by field, that a record has found. */
  readonly #before: (number | bigint)[];
  /** By field, whether a value has fallen since the last commit. */
  readonly #fell: boolean[];
  /** Parts of the state's key that name the group. */
  #groupLength = 0;

  constructor(context: PipelineContext, name: string, source: Observable<T>, options: TopOptions<T, G, K, F>) {
    this.#fields = typeof options.by === 'string' ? [options.by] : options.by;
    this.layout = { name, kind: 'topByKey', settings: { k: options.k, by: this.#fields.join(', ') } };
    this.#context = context;
    this.#source = source;
    this.#options = options;
    const schema = withHidden(options.state, { $until: timestamp() });
    this.state = new KeyedState(`operator '${name}'`, schema, context.interner);
    this.#readers = this.#fields.map(fieldReader);
    this.#orders = this.#readers.map((read) => ({
      value: (slot) => read(this.state.at(slot)),
      compareKeys: (a, b) => this.#compareKeys(a, b),
    }));
    this.#before = this.#fields.map(() => 0);
    this.#fell = this.#fields.map(() => false);
    this.output = this.#places.observable;
    context.register(this, source, this.output);
    context.connections.push(this);
  }

  connect(): void {
    this.#source.subscribe({
      next: (record) => this.#take(record),
      error: (error: unknown) => this.#context.breakConnection(this, error),
    });
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    this.collect();
    this.#due.take(watermark, (slot) => {
      this.#rankings.delete(this.#groupOf(slot));
      this.state.remove(slot);
    });
  }

  flush(): void {
    // Ranks wait for the commit, not for time.
  }

  collect(): void {
    const changed = new Map<readonly Ranking[], number[]>();
    this.state.takeUnwritten((slot) => {
      const rankings = this.#rankingsOf(slot);
      const slots = changed.get(rankings);
      if (slots === undefined) changed.set(rankings, [slot]);
      else slots.push(slot);
    });
    for (const [rankings, slots] of changed) {
      rankings.forEach((ranking, n) => {
        if (ranking.isStale(slots)) ranking.rebuild(this.#slotsOf(ranking));
        else ranking.update(slots);
        ranking.takeChanged(slots, this.#fell[n] === true, (slot, rank) => this.#emit(slot, rank, n));
      });
    }
    this.#fell.fill(false);
  }

  rollback(record: number): void {
    this.#due.rollback(record);
    this.state.rollback(record);
  }

  restored(): void {
    for (let slot = 0; slot < this.state.end; slot++) {
      if (!this.state.isLive(slot)) continue;
      const until = (this.state.at(slot) as unknown as Hidden).$until;
      if (until !== 0) this.#due.add(until, slot, -1);
    }
  }

  #take(record: T): void {
    const context = this.#context;
    if (!context.checkActive('operator', this.layout.name) || context.failure !== undefined) return;
    try {
      const key = this.#options.key(record);
      if (!context.isPartitioned(key)) throw this.#notPartitioned(key);
      const until = this.#options.expires?.(record) ?? 0;
      if (until !== 0 && until <= context.watermark) {
        context.aside(this.layout.name, lateError(this.layout.name, until, context.watermark));
        return;
      }
      const group = this.#options.group?.(record);
      const slot = this.state.upsert(this.#join(group, key), context.record, context.version);
      const cursor = this.state.cursor;
      if (this.state.created && until !== 0) {
        (cursor as unknown as Hidden).$until = until;
        this.#due.add(until, slot, context.record);
      }
      const readers = this.#readers;
      const before = this.#before;
      for (let n = 0; n < readers.length; n++) before[n] = (readers[n] as FieldReader)(cursor);
      this.#options.fold(cursor as unknown as Mutable<ObjectOf<F>>, record);
      for (let n = 0; n < readers.length; n++) {
        if ((readers[n] as FieldReader)(cursor) < (before[n] as number | bigint)) this.#fell[n] = true;
      }
    } catch (error) {
      context.fail(error);
    }
  }

  #join(group: G | undefined, key: K): KeyPart[] {
    const groupLength = group?.length ?? 0;
    this.#groupLength = groupLength;
    if (this.#key.length !== groupLength + key.length) this.#key.length = groupLength + key.length;
    for (let part = 0; part < groupLength; part++) this.#key[part] = (group as G)[part] as KeyPart;
    for (let part = 0; part < key.length; part++) this.#key[groupLength + part] = key[part] as KeyPart;
    return this.#key;
  }

  #emit(slot: number, rank: number, field: number): void {
    const context = this.#context;
    const parts = this.state.key(slot);
    const partial = context.partial;
    context.partial = true;
    this.#places.next({
      group: parts.slice(0, this.#groupLength) as unknown as G,
      by: this.#fields[field] as RankField<F>,
      rank,
      key: parts.slice(this.#groupLength) as unknown as K,
      value: this.state.at(slot).copy() as ObjectOf<F>,
    });
    context.partial = partial;
  }

  #groupOf(slot: number): string {
    if (this.#groupLength === 0) return '';
    if (this.#groupLength === 1) return String(this.state.part(slot, 0));
    return JSON.stringify(this.state.key(slot).slice(0, this.#groupLength).map(String));
  }

  #rankingsOf(slot: number): readonly Ranking[] {
    const group = this.#groupOf(slot);
    let rankings = this.#rankings.get(group);
    if (rankings === undefined) {
      rankings = this.#orders.map((order) => new Ranking(group, this.#options.k, order));
      this.#rankings.set(group, rankings);
    }
    return rankings;
  }

  *#slotsOf(ranking: Ranking): Iterable<number> {
    for (let slot = 0; slot < this.state.end; slot++) {
      if (this.state.isLive(slot) && this.#groupOf(slot) === ranking.group) yield slot;
    }
  }

  #compareKeys(a: number, b: number): number {
    const length = this.state.keyKinds?.length ?? 0;
    for (let part = this.#groupLength; part < length; part++) {
      const order = this.state.comparePart(part, a, b);
      if (order !== 0) return order;
    }
    return 0;
  }

  #notPartitioned(key: K): StockafolioError {
    return new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${this.layout.name}': key (${key.join(', ')}) does not begin with the stream's key (${String(this.#context.key)}), so the rankings of the partitions cannot be merged`,
      { hint: "begin the key with the stream's own key" },
    );
  }
}
