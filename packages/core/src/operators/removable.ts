import type { Fields, RecordSchema } from '../schema/index.js';

/** What an output of `processByKey` emits, if it can also say that a value is no more. */
export interface RemovableSchema<F extends Fields = Fields> extends RecordSchema<F> {
  readonly isRemovable: true;
}

/**
 * Declares that values of an output of `processByKey` can be removed again: `emit.lots.remove(lot)` removes the rows that
 * were made of this value, and sends a tombstone for it to a compacted topic.
 *
 * Which row that is, its key says: functions between the output and a table are called with the value again. If a later
 * value replaces it, and such a function may drop that one or give it another key, remove the value before.
 *
 * Values that can be removed go into tables and compacted topics. No operator can follow: it would not see removals.
 *
 * @example
 * const { lots } = processByKey('books', trades, {
 *   key: ['user', 'symbol'],
 *   outputs: { lots: removable(LotRow) },
 *   onRecord: (_, trade, { emit }) => (isClosed(trade) ? emit.lots.remove(rowOf(trade)) : emit.lots(rowOf(trade))),
 * });
 */
export function removable<F extends Fields>(schema: RecordSchema<F>): RemovableSchema<F> {
  return Object.freeze({ ...schema, isRemovable: true as const });
}

/** Whether values of an output can be removed. */
export function isRemovable(schema: RecordSchema): schema is RemovableSchema {
  return 'isRemovable' in schema && schema.isRemovable === true;
}
