import { type Fields, type Key, type RankField, StockafolioError } from '@stockafolio/core';
import { instantiate, memberReader } from '@stockafolio/core/compile';
import { type KeyTuple, rankFields, type TopNodeOptions } from '@stockafolio/core/plan';
import { beginsWith } from '../flow/begins-with.js';
import type { PipelineContext } from '../flow/context.js';
import type { KeyEntry, State, StateView } from '@stockafolio/core/ports';
import type { DueBook } from '../timers/due-book.js';
import { BatchOperator, type Process } from './batch-operator.js';
import { beginState, type BeginState } from './first-record.js';
import { type Expiry, expiresDiffers, expiryOf } from './expiry.js';
import { batchLoader, type BatchLoader, keyLoader } from './key-loader.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';
import { RankRows } from './rank-rows.js';
import { type Order, Ranking } from './ranking.js';

interface Hidden {
  $until: number;
}

/** Reads the field by which the row under a cursor is ranked. */
type FieldReader = (row: StateView) => number | bigint;

/** Executes `topByKey`: totals by key, which are ranked at the commit. */
export class TopFold<T, F extends Fields> extends BatchOperator<T> {
  readonly #state: State;
  readonly #options: TopNodeOptions<T, F>;
  /** By group, one ranking for each field. */
  readonly #rankings = new Map<string, readonly Ranking[]>();
  /** The rankings of the slot that was examined last: most slots of a commit are of one group. */
  #lastRankings: readonly Ranking[] = [];
  readonly #due: DueBook;
  readonly #rows: RankRows;
  #isRestored = false;
  /** The groups of a restored state that have not been ranked since; all slots of any other group have been examined. */
  #unranked: Set<string> | undefined;
  /** If keys expire, one slot of each group. */
  readonly #members = new Map<string, number>();
  readonly #fields: readonly RankField<F>[];
  readonly #readers: readonly FieldReader[];
  /** By field. */
  readonly #orders: readonly Order[];
  /** By field, whether a value has fallen since the last commit. */
  readonly #fell: boolean[];
  /** The fields of which a value fell first with the last record that made one fall. */
  #fallen: { readonly record: number; readonly fields: number[] } = { record: -1, fields: [] };
  /** Number of leading parts of the state's key that name the group. */
  #groupLength = 0;
  readonly #keyOf: (record: T) => KeyTuple;
  readonly #partsOfGroup: (record: T) => KeyTuple | [];
  /** Ranks are emitted at the commit. */
  readonly isQuiet = true;
  readonly keepsStreamKey = true;

  constructor(host: OperatorHost, options: TopNodeOptions<T, F>) {
    super(host);
    this.#state = host.state;
    this.#options = options;
    this.#due = host.timers();
    this.#rows = new RankRows(host);
    this.#fields = rankFields(options);
    this.#readers = this.#fields.map((field) =>
      options.state.fields[field]?.kind === 'bigDecimal'
        ? (row) => row.$number(field)
        : (memberReader(`operator '${host.node.name}'`, field as never) as FieldReader),
    );
    this.#orders = this.#readers.map((read) => ({
      value: (slot) => read(this.#state.at(slot)),
      compareKeys: (a, b) => this.#compareKeys(a, b),
    }));
    this.#fell = this.#fields.map(() => false);
    this.#keyOf = keyReader(options.key, `operator '${host.node.name}'`);
    this.#partsOfGroup =
      options.group === undefined ? () => [] : keyReader(options.group, `operator '${host.node.name}', group`);
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    this.collect();
    this.#due.take(watermark, (slot) => {
      this.#rankings.delete(this.#groupOf(slot));
      this.#members.delete(this.#groupOf(slot));
      this.#lastRankings = [];
      this.#state.remove(slot);
    });
  }

  collect(): boolean {
    const changed = new Map<readonly Ranking[], number[]>();
    this.#state.takeUnwritten((slot) => {
      const rankings = this.#rankingsOf(slot);
      const slots = changed.get(rankings);
      if (slots === undefined) changed.set(rankings, [slot]);
      else slots.push(slot);
    });
    // One walk over the state serves all groups that need it.
    let all: ReadonlyMap<string, readonly number[]> | undefined;
    for (const [rankings, slots] of changed) {
      rankings.forEach((ranking, n) => {
        ranking.rank(
          slots,
          this.#fell[n] === true,
          () => (all ??= this.#slotsOf([...changed.keys()])).get(ranking.group) ?? [],
          (slot, rank) => this.#emit(ranking, slot, rank, n),
        );
      });
    }
    this.#fell.fill(false);
    return true;
  }

  rollback(record: number): void {
    if (record !== this.#fallen.record) return;
    for (const field of this.#fallen.fields.splice(0)) this.#fell[field] = false;
  }

  restored(): void {
    this.#isRestored = true;
    if (this.#options.expires === undefined) return;
    this.#state.forEachLive((slot) => {
      this.#due.add((this.#state.at(slot) as unknown as Hidden).$until, slot, -1);
    });
  }

  protected begin(first: T): Process<T> {
    const { expires, fold, group } = this.#options;
    const { host } = this;
    const { node, context } = host;
    const state = this.#state;
    const firstGroup = this.#partsOfGroup(first);
    const firstKey = this.#keyOf(first);
    const entry = state.entryFor([...firstGroup, ...firstKey]);
    const owner = `operator '${node.name}'`;
    this.#groupLength = firstGroup.length;
    if (this.#isRestored && this.#unranked === undefined) this.#unranked = this.#groups();
    if (expires !== undefined) this.#findMembers();
    const key = {
      ...{ key: this.#options.key, length: firstKey.length },
      refuse: (other: KeyTuple) => state.entryFor([...firstGroup, ...other]),
      notOwn: (other: KeyTuple, own: Key) => this.#checkPartition(other, own),
    };
    const ofGroup = group && {
      ...{ key: group, length: firstGroup.length },
      refuse: (other: KeyTuple) => state.entryFor([...other, ...firstKey]),
    };
    const load = keyLoader(owner, entry.load, ofGroup === undefined ? [key] : [ofGroup, key]);
    return instantiate(owner, rankedFoldCode<T>, {
      ...{ fold, context, entry, state, cursor: state.cursor, load: batchLoader(owner, load, context.states.position) },
      ...{ readers: this.#readers, fell: this.#fell, expiry: expires && expiryOf(host, expires) },
      fall: (field: number) => this.#fall(field),
      beginState: beginState(host, this.#options),
      beginKey: (until: number, slot: number) => this.#beginKey(until, slot),
      differs: (known: number, until: number) => expiresDiffers(node.name, 'key', known, until),
    });
  }

  /**
   * Notes when a new key expires. All keys of a group expire at the same time: otherwise the ranking of the remaining
   * keys would leave some of them at two ranks.
   */
  #beginKey(until: number, slot: number): void {
    const known = this.#untilOf(this.#groupOf(slot), slot);
    if (known !== undefined && known !== until) expiresDiffers(this.host.node.name, 'group', known, until);
    (this.#state.at(slot) as unknown as Hidden).$until = until;
    this.#due.add(until, slot, this.host.context.record);
    if (known === undefined) this.#members.set(this.#groupOf(slot), slot);
  }

  #fall(field: number): void {
    const { record } = this.host.moment;
    if (record !== this.#fallen.record) this.#fallen = { record, fields: [] };
    this.#fallen.fields.push(field);
    this.#fell[field] = true;
  }

  /** For a restored state: which parts of its keys name the group is known only with the first record. */
  #findMembers(): void {
    this.#state.forEachLive((slot) => {
      const group = this.#groupOf(slot);
      if (!this.#members.has(group)) this.#members.set(group, slot);
    });
  }

  /** When a group expires, according to one of its keys; undefined if it has no key except the new one. */
  #untilOf(group: string, slot: number): number | undefined {
    const member = this.#members.get(group);
    // The record that created it may have been undone since, and its slot may now belong to another key, or to the new
    // one.
    if (member === undefined || member === slot || !this.#state.isLive(member) || this.#groupOf(member) !== group)
      return undefined;
    return (this.#state.at(member) as unknown as Hidden).$until;
  }

  #checkPartition(key: KeyTuple, own: Key): void {
    if (beginsWith(key, own)) return;
    throw new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${this.host.node.name}': key (${key.join(', ')}) does not begin with the stream's key (${String(own)}), so the rankings of the partitions cannot be merged`,
      { hint: "begin the key with the stream's own key" },
    );
  }

  #emit(ranking: Ranking, slot: number, rank: number, field: number): void {
    const parts = this.#state.key(slot);
    const figure = {
      group: parts.slice(0, this.#groupLength),
      by: this.#fields[field] as RankField<F>,
      rank,
      key: parts.slice(this.#groupLength),
      value: this.#state.at(slot).$copy(),
    };
    this.#rows.check(ranking, figure);
    this.host.emitFigure(figure);
  }

  #groupOf(slot: number): string {
    if (this.#groupLength === 0) return '';
    if (this.#groupLength === 1) return String(this.#state.part(slot, 0));
    return JSON.stringify(this.#state.key(slot).slice(0, this.#groupLength).map(String));
  }

  #rankingsOf(slot: number): readonly Ranking[] {
    const group = this.#groupOf(slot);
    const [last] = this.#lastRankings;
    if (last !== undefined && last.group === group) return this.#lastRankings;
    let rankings = this.#rankings.get(group);
    if (rankings === undefined) {
      const isNew = this.#unranked === undefined ? !this.#isRestored : !this.#unranked.delete(group);
      rankings = this.#orders.map((order) => new Ranking(group, this.#options.k, order, isNew));
      this.#rankings.set(group, rankings);
    }
    this.#lastRankings = rankings;
    return rankings;
  }

  #groups(): Set<string> {
    const groups = new Set<string>();
    this.#state.forEachLive((slot) => void groups.add(this.#groupOf(slot)));
    return groups;
  }

  /** Every slot of some groups, by group. */
  #slotsOf(rankings: readonly (readonly Ranking[])[]): ReadonlyMap<string, readonly number[]> {
    const slots = new Map<string, number[]>(rankings.map(([ranking]) => [ranking?.group ?? '', []]));
    this.#state.forEachLive((slot) => slots.get(this.#groupOf(slot))?.push(slot));
    return slots;
  }

  #compareKeys(a: number, b: number): number {
    const length = this.#state.keyKinds?.length ?? 0;
    for (let part = this.#groupLength; part < length; part++) {
      const order = this.#state.comparePart(part, a, b);
      if (order !== 0) return order;
    }
    return 0;
  }
}

interface RankedFoldScope<T> {
  readonly load: BatchLoader<T>;
  readonly expiry: Expiry<T> | undefined;
  readonly fold: (state: never, record: T) => unknown;
  readonly context: PipelineContext;
  readonly entry: KeyEntry;
  readonly state: State;
  readonly cursor: StateView;
  readonly readers: readonly FieldReader[];
  readonly fell: readonly boolean[];
  readonly fall: (field: number) => void;
  readonly beginState: BeginState<T> | undefined;
  readonly beginKey: (until: number, slot: number) => void;
  readonly differs: (known: number, until: number) => void;
}

/** Names nothing from outside: see `instantiate`. */
function rankedFoldCode<T>(scope: RankedFoldScope<T>): Process<T> {
  const { load, expiry, context, entry, state, cursor, readers, fell, fall, beginState, beginKey, differs } = scope;
  const { position } = context.states;
  const fold = scope.fold as (state: StateView, record: T) => unknown;
  const before = readers.map(() => 0 as number | bigint);
  return function foldRanked(records, from, count, at, moments) {
    load(records, from, count, at, moments);
    if (expiry !== undefined && !expiry.load(records, from, count, at, moments)) return undefined;
    entry.touch(at, at + count);
    for (let n = 0; n < count; n++) {
      const i = at + n;
      position.batchIndex = i;
      const record = records[from + n] as T;
      const slot = entry.enter(i, moments);
      if (beginState !== undefined && state.created) beginState(record);
      if (expiry !== undefined) {
        const until = expiry.untils[i] as number;
        const known = (cursor as unknown as Hidden).$until;
        if (state.created) beginKey(until, slot);
        else if (known !== until) differs(known, until);
      }
      for (let f = 0; f < readers.length; f++) before[f] = (readers[f] as FieldReader)(cursor);
      fold(cursor, record);
      for (let f = 0; f < readers.length; f++) {
        if (fell[f] !== true && (readers[f] as FieldReader)(cursor) < (before[f] as number | bigint)) fall(f);
      }
      if (context.failure !== undefined) return undefined;
    }
    return undefined;
  };
}
