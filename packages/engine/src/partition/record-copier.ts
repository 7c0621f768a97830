import { memberCopier, memberStore, recordMaker } from '@stockafolio/core/compile';
import { partialRecord } from '@stockafolio/core/ports';

/** Copies records, whose fields are all plain values, and compares them. */
export interface RecordCopier {
  copy(record: unknown): unknown;
  /** Keeps the values of a record in one of `slots` slots. It allocates no object, because few are ever restored. */
  keep(slot: number, record: unknown): void;
  /** Whether a record has the values that are kept in this slot. */
  isKept(slot: number, record: unknown): boolean;
  /** A new record of the values that are kept in this slot. */
  restored(slot: number): unknown;
}

/**
 * Copies of the records of a schema, used to detect and undo what a function does to a record.
 *
 * @param names the record's fields, in order
 * @param reads those of them that partial records have; undefined if there are no partial records
 * @param slots how many records are kept at most
 */
export function recordCopier(
  names: readonly string[],
  reads: readonly string[] | undefined,
  slots: number,
): RecordCopier {
  const whole = wholeCopier(names, slots);
  return reads === undefined ? whole : partialCopier(whole, names, reads, slots);
}

function wholeCopier(names: readonly string[], slots: number): RecordCopier {
  const { keep, isKept, values } = memberStore('records', names as readonly never[], slots);
  const make = recordMaker(names);
  const copy = memberCopier('records', names as readonly never[]);
  return {
    copy: copy as RecordCopier['copy'],
    keep: keep as RecordCopier['keep'],
    isKept: isKept as RecordCopier['isKept'],
    restored: (slot) => make(values.map((column) => column[slot])),
  };
}

/** For records of which some have only the fields that were read; what was not read is compared in none. */
function partialCopier(
  whole: RecordCopier,
  names: readonly string[],
  reads: readonly string[],
  slots: number,
): RecordCopier {
  const Partial = partialRecord(names, reads);
  const read = names.filter((name) => reads.includes(name)) as readonly string[] as readonly never[];
  const store = memberStore('partial records', read, slots);
  const isPartial = new Uint8Array(slots);
  return {
    copy: (record) => {
      if (isPlain(record)) return whole.copy(record);
      return new Partial(...read.map((name) => (record as object)[name]));
    },
    keep: (slot, record) => {
      isPartial[slot] = isPlain(record) ? 0 : 1;
      store.keep(slot, record as object);
      if (isPartial[slot] === 0) whole.keep(slot, record);
    },
    isKept: (slot, record) => store.isKept(slot, record as object),
    restored: (slot) => {
      if (isPartial[slot] === 0) return whole.restored(slot);
      return new Partial(...store.values.map((column) => column[slot]));
    },
  };
}

function isPlain(record: unknown): boolean {
  return Object.getPrototypeOf(record) === Object.prototype;
}
