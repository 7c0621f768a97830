import { type Fields, type Key, type ObjectOf, type Ranked, type RankField, StockafolioError } from '@stockafolio/core';
import { type KeyTuple, rankFields, type TopNodeOptions } from '@stockafolio/core/plan';
import { beginsWith } from '../flow/context.js';
import type { BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import type { Cursor } from '../state/cursor.js';
import type { KeyedState } from '../state/keyed-state.js';
import type { DueBook } from '../timers/due-book.js';
import { checkedUntil, expiresDiffers } from './expiry.js';
import { keyReader, keyText } from './key-text.js';
import type { Operator } from '../operator/operator.js';
import type { OperatorHost } from './operator-host.js';
import { type Order, Ranking } from './ranking.js';
import { RecordProcessor, type Steps } from './record-processor.js';

interface Hidden {
  $until: number;
}

/** Reads the field by which the row under a cursor is ranked. */
type FieldReader = (row: Cursor) => number | bigint;

/** Compiled for its field: access by a variable name would be a lookup at each read. */
function fieldReader(field: string): FieldReader {
  // compiled from a validated schema
  return new Function('row', `return row.${field};`) as FieldReader;
}

/** Executes `topByKey`: totals by key, which are ranked at the commit. */
export class TopFold<T, F extends Fields> implements Operator<T>, BatchReceiver<T> {
  readonly #host: OperatorHost;
  readonly #state: KeyedState;
  readonly #options: TopNodeOptions<T, F>;
  /** By group, one ranking for each field. */
  readonly #rankings = new Map<string, readonly Ranking[]>();
  /** The rankings of the slot that was examined last: most slots of a commit are of one group. */
  #lastRankings: readonly Ranking[] = [];
  readonly #due: DueBook;
  /** If keys expire, one slot of each group. */
  readonly #members = new Map<string, number>();
  readonly #fields: readonly RankField<F>[];
  readonly #readers: readonly FieldReader[];
  /** By field. */
  readonly #orders: readonly Order[];
  /** By field, whether a value has fallen since the last commit. */
  readonly #fell: boolean[];
  /** Number of leading parts of the state's key that name the group. */
  #groupLength = 0;
  readonly #processor: RecordProcessor<T>;
  /** Ranks are emitted at the commit. */
  readonly isQuiet = true;
  readonly keepsStreamKey = true;

  constructor(host: OperatorHost, options: TopNodeOptions<T, F>) {
    this.#host = host;
    this.#state = host.state;
    this.#options = options;
    this.#due = host.timers();
    this.#fields = rankFields(options);
    this.#readers = this.#fields.map(fieldReader);
    this.#orders = this.#readers.map((read) => ({
      value: (slot) => read(this.#state.at(slot)),
      compareKeys: (a, b) => this.#compareKeys(a, b),
    }));
    this.#fell = this.#fields.map(() => false);
    const firstKey = keyReader(options.key);
    const firstGroup = options.group === undefined ? () => [] : keyReader(options.group);
    this.#processor = new RecordProcessor(host, (first) => this.#steps(firstGroup(first), firstKey(first)));
  }

  get batches(): BatchReceiver<T> {
    return this;
  }

  process(record: T): void {
    this.#processor.processRecord(record);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    this.#processor.processBatch(records, moments, from, to);
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
    for (const [rankings, slots] of changed) {
      rankings.forEach((ranking, n) => {
        ranking.rank(
          slots,
          this.#fell[n] === true,
          () => this.#slotsOf(ranking),
          (slot, rank) => this.#emit(slot, rank, n),
        );
      });
    }
    this.#fell.fill(false);
    return true;
  }

  restored(): void {
    if (this.#options.expires === undefined) return;
    for (let slot = 0; slot < this.#state.end; slot++) {
      if (!this.#state.isLive(slot)) continue;
      const until = (this.#state.at(slot) as unknown as Hidden).$until;
      this.#due.add(until, slot, -1);
    }
  }

  /** The steps that process a record, compiled for groups and keys like these. */
  #steps(firstGroup: KeyTuple, firstKey: KeyTuple): Steps {
    const { expires, fold } = this.#options;
    const entry = this.#state.entryFor([...firstGroup, ...firstKey]);
    const key = keyText('key', this.#options.key, firstKey.length, (other) =>
      this.#state.entryFor([...firstGroup, ...other]),
    );
    const group =
      this.#options.group &&
      keyText('group', this.#options.group, firstGroup.length, (other) =>
        this.#state.entryFor([...other, ...firstKey]),
      );
    this.#groupLength = firstGroup.length;
    if (expires !== undefined) this.#findMembers();
    return {
      ahead: `${key.load}
    ${group?.load ?? ''}
    if (${key.parts[0]} !== own) checkPartition(${key.loaded}, own);
    ${expires === undefined ? '' : 'let until = expires(record); if (!Number.isSafeInteger(until)) until = checkedUntil(until); untils[i] = until; if (until <= watermark || until <= time) return late(until);'}
    entry.load(i, ${[...(group?.parts ?? []), ...key.parts].join(', ')});`,
      text: `const slot = entry.enter(i, moments);
    ${expires === undefined ? '' : "if (state.created) begin(untils[i], slot); else if (cursor.$until !== untils[i]) differs('key', cursor.$until, untils[i]);"}
    ${this.#fields.map((field, n) => `const before${n} = cursor.${field};`).join(' ')}
    fold(cursor, record);
    ${this.#fields.map((field, n) => `if (cursor.${field} < before${n}) fell[${n}] = true;`).join(' ')}`,
      entry,
      scope: {
        ...{ fold, expires, state: this.#state, cursor: this.#state.cursor, fell: this.#fell },
        ...key.scope,
        ...group?.scope,
        untils: new Float64Array(BATCH_SIZE),
        checkedUntil: (until: unknown) => checkedUntil(this.#host.node.name, until),
        differs: (what: 'key' | 'group', known: number, until: number) =>
          expiresDiffers(this.#host.node.name, what, known, until),
        checkPartition: (other: KeyTuple, own: Key) => this.#checkPartition(other, own),
        begin: (until: number, slot: number) => this.#begin(until, slot),
      },
    };
  }

  /**
   * Notes when a new key expires. All keys of a group expire at the same time: otherwise the ranking of the remaining
   * keys would leave some of them at two ranks.
   */
  #begin(until: number, slot: number): void {
    const known = this.#untilOf(this.#groupOf(slot), slot);
    if (known !== undefined && known !== until) expiresDiffers(this.#host.node.name, 'group', known, until);
    (this.#state.at(slot) as unknown as Hidden).$until = until;
    this.#due.add(until, slot, this.#host.context.record);
    if (known === undefined) this.#members.set(this.#groupOf(slot), slot);
  }

  /** For a restored state: which parts of its keys name the group is known only with the first record. */
  #findMembers(): void {
    for (let slot = 0; slot < this.#state.end; slot++) {
      if (!this.#state.isLive(slot)) continue;
      const group = this.#groupOf(slot);
      if (!this.#members.has(group)) this.#members.set(group, slot);
    }
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
      `operator '${this.#host.node.name}': key (${key.join(', ')}) does not begin with the stream's key (${String(own)}), so the rankings of the partitions cannot be merged`,
      { hint: "begin the key with the stream's own key" },
    );
  }

  #emit(slot: number, rank: number, field: number): void {
    const parts = this.#state.key(slot);
    const figure: Ranked<KeyTuple, KeyTuple, ObjectOf<F>, RankField<F>> = {
      group: parts.slice(0, this.#groupLength),
      by: this.#fields[field] as RankField<F>,
      rank,
      key: parts.slice(this.#groupLength),
      value: this.#state.at(slot).$copy() as ObjectOf<F>,
    };
    this.#host.emitFigure(figure);
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
      rankings = this.#orders.map((order) => new Ranking(group, this.#options.k, order));
      this.#rankings.set(group, rankings);
    }
    this.#lastRankings = rankings;
    return rankings;
  }

  #slotsOf(ranking: Ranking): readonly number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#state.end; slot++) {
      if (this.#state.isLive(slot) && this.#groupOf(slot) === ranking.group) slots.push(slot);
    }
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
