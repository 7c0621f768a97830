import { BadRecordError, isStockafolioError, messageOf, StockafolioError, type Stream } from '@stockafolio/core';
import { amendedBy, type Codec, keyText } from '@stockafolio/core/ports';
import type { Passed } from '@stockafolio/engine';
import type { Judged } from '../entry-judge.js';
import type { ArchivedInput } from '../inputs.js';
import type { UnitTarget } from './unit-amendments.js';

/** An amendment of a unit. */
interface Amendment {
  readonly record: unknown;
  readonly id: string;
  readonly amends: string;
  /** Its index in the order of the unit, or that of the first of the corrections through which it speaks. */
  readonly since: number;
  readonly withdraws: boolean;
  /** What it is about, in the end; undefined if that is not known. */
  readonly target: Target | undefined;
  /** Why it was not made. */
  problem: StockafolioError | undefined;
}

/** What amendments are about: a record, by its id. */
interface Target {
  /** In order. */
  readonly amendments: Amendment[];
  /** The index of the record; undefined if it was not taken yet. */
  index: number | undefined;
}

/**
 * Makes the amendments of a unit: each in the place of the record that it speaks of, if that came before it. The law:
 *
 * - An amendment is about a record, or about an earlier correction, and so about the record of that.
 * - What was withdrawn is gone, whatever else speaks of it: a record, or one correction of it.
 * - A record is as its corrections say, one after the other.
 */
export class AmendedRecords {
  readonly #stream: Stream<unknown>;
  readonly #codec: Codec<unknown>;
  readonly #unit: UnitTarget['amendments'];
  readonly #begin: number | undefined;
  /** By id, and by key: amendments, and what they are about. */
  readonly #made = new Map<string, Map<string, Amendment>>();
  readonly #targets = new Map<string, Map<string, Target>>();

  /** @param begin the offset at which the unit begins, if records before it exist */
  constructor(
    { stream, codec }: Pick<ArchivedInput, 'stream' | 'codec'>,
    unit: UnitTarget['amendments'],
    begin: number | undefined,
  ) {
    this.#unit = unit;
    this.#stream = stream;
    this.#codec = codec;
    this.#begin = begin;
  }

  /** Adds a record, if it is an amendment. They are added in order, before the first record is taken. */
  add(record: unknown, index: number): void {
    const { amendments } = this.#stream;
    const amends = amendedBy(this.#stream, record);
    if (amendments === undefined || amends === undefined) return;
    const key = this.#keyOf(record);
    if (key === undefined) return;
    const id = this.#idOf(record);
    const earlier = this.#made.get(amends)?.get(key);
    const target = earlier === undefined ? entryOf(this.#targets, amends, key, noneYet) : targetOf(earlier);
    const since = Math.min(index, earlier?.since ?? index);
    const made = { record, id, amends, since, target, withdraws: amendments.withdraws(record), problem: undefined };
    target?.amendments.push(made);
    entryOf(this.#made, id, key, () => made);
  }

  /** The message at an index, with what later ones say of it. */
  take(judged: Judged, index: number): Judged | Passed<unknown> {
    if (!('record' in judged)) return judged;
    const { record } = judged;
    if (amendedBy(this.#stream, record) !== undefined) return this.#settled(record);
    const byKey = this.#targets.get(this.#idOf(record));
    const key = byKey === undefined ? undefined : this.#keyOf(record);
    const target = key === undefined ? undefined : byKey?.get(key);
    return target === undefined ? judged : this.#amended(record, target, index);
  }

  #amended(record: unknown, target: Target, index: number): Judged | Passed<unknown> {
    target.index ??= index;
    const id = this.#idOf(record);
    const later = target.amendments.filter(({ since }) => since > index);
    const gone = new Set(later.filter(({ withdraws }) => withdraws).map(({ amends }) => amends));
    if (gone.has(id)) return { passed: record };
    let is = record;
    for (const each of later) if (!each.withdraws && !gone.has(each.id)) is = this.#corrected(is, each);
    return { record: is };
  }

  /** A record as a correction says, or as it is if that is not possible. */
  #corrected(record: unknown, by: Amendment): unknown {
    try {
      const corrected = this.#stream.amendments?.correct(record, by.record);
      // Decoded again: a correction can be wrong in all that a message can be.
      const is = this.#codec.decode(this.#codec.encode(corrected));
      this.#checkPlace(record, is);
      return is;
    } catch (error) {
      if (isStockafolioError(error) && error.domain === 'internal') throw error;
      by.problem = isStockafolioError(error)
        ? error
        : new BadRecordError(
            [{ field: '', message: `correcting '${this.#idOf(record)}' threw: ${messageOf(error)}` }],
            {
              cause: error,
            },
          );
      return record;
    }
  }

  #checkPlace(was: unknown, is: unknown): void {
    const { time } = this.#stream;
    const moved = this.#keyOf(was) !== this.#keyOf(is) ? 'key' : this.#idOf(was) !== this.#idOf(is) ? 'id' : 'time';
    if (moved === 'time' && time(was) === time(is)) return;
    throw new BadRecordError([
      { field: moved, message: `a correction of '${this.#idOf(was)}' cannot change its ${moved}` },
    ]);
  }

  /** An amendment where it came: it was made, or says why not. */
  #settled(record: unknown): Judged | Passed<unknown> {
    const key = this.#keyOf(record);
    const made = key === undefined ? undefined : this.#made.get(this.#idOf(record))?.get(key);
    const problem = made === undefined ? this.#unknown(record) : (made.problem ?? this.#notMade(made));
    if (problem === undefined) {
      this.#unit.made++;
      return { passed: undefined };
    }
    return { rejected: problem, message: this.#codec.encode(record), replaces: true };
  }

  #notMade({ record, amends, target, since }: Amendment): StockafolioError | undefined {
    if (target === undefined)
      return new StockafolioError('ERR_AMENDMENT', `it amends '${amends}', which withdraws another`, {
        hint: 'what was withdrawn is gone: enter the record again',
      });
    return (target.index ?? since) < since ? undefined : this.#unknown(record);
  }

  #unknown(record: unknown): StockafolioError {
    const amends = String(amendedBy(this.#stream, record));
    const whole = `it amends '${amends}', which is no earlier record of '${String(this.#stream.key(record))}'`;
    return this.#begin === undefined
      ? new StockafolioError('ERR_AMENDMENT', whole, { hint: 'check the id' })
      : new StockafolioError('ERR_AMENDMENT', `${whole} from offset ${this.#begin} on, where this run begins`, {
          hint: 'check the id; a run from the start (batch --from-start) finds earlier ones',
        });
  }

  #idOf(record: unknown): string {
    return String((record as Readonly<Record<string, unknown>>)[this.#stream.amendments?.id ?? '']);
  }

  /** Undefined if it has none: then it is no record, and says so elsewhere. */
  #keyOf(record: unknown): string | undefined {
    try {
      return keyText(this.#stream.key(record));
    } catch {
      return undefined;
    }
  }
}

const noneYet = (): Target => ({ amendments: [], index: undefined });

/** What an amendment of a correction is about; a withdrawal cannot be amended. */
function targetOf({ withdraws, target }: Amendment): Target | undefined {
  return withdraws ? undefined : target;
}

function entryOf<T>(all: Map<string, Map<string, T>>, id: string, key: string, make: () => T): T {
  const byKey = all.get(id) ?? new Map<string, T>();
  all.set(id, byKey);
  const entry = byKey.get(key) ?? make();
  byKey.set(key, entry);
  return entry;
}
