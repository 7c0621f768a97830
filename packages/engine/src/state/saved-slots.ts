import { typeName, type LaterArray, type SavedArray, type SavedSlots, type StateColumn } from '@stockafolio/core/ports';
import { cellOffsets, cellsOf, columnOf, savedColumn } from './columns.js';
import type { KeyedRows } from './keyed-rows.js';

/** Adds slots of a state to the sections; their rows are copied when the sections are written. */
export function writeSlots(state: KeyedRows, slots: Int32Array, sections: (SavedArray | LaterArray)[]): SavedSlots {
  return {
    kinds: state.keyKinds === undefined ? null : [...state.keyKinds],
    columns: state.columns.map(savedColumn),
    end: state.end,
    slots: sections.push(slots) - 1,
    rows:
      sections.push({
        length: slots.length * 2 * state.width,
        fill: (into: Int32Array) => state.saveRows(slots, into),
      }) - 1,
  };
}

/** Restores slots. Fields are found by name; a field that the checkpoint lacks gets its initial value. */
export function readSlots(state: KeyedRows, part: SavedSlots, sections: readonly SavedArray[]): void {
  const { kinds, columns, end } = part;
  if (kinds === null) return;
  const valuesAt = kinds.length + 2;
  const before = columns.map(columnOf);
  const offsets = cellOffsets(before);
  const cells = state.columns.flatMap((column) => {
    const n = before.findIndex((c) => canBeRead(c, column));
    return Array.from({ length: cellsOf(column) }, (_, cell) => (n < 0 ? -1 : valuesAt + (offsets[n] ?? 0) + cell));
  });
  state.loadRows(kinds, sections[part.slots] as Int32Array, sections[part.rows] as Int32Array, cells, end);
}

/**
 * Whether every value of the old column is valid in the new one. It is not if it has another scale, if values may no longer be absent, if words
 * were removed, or if the maximum length was reduced. Checkpoints that do not record these limits are accepted.
 */
export function canBeRead(was: StateColumn, is: StateColumn): boolean {
  const isSame = was.name === is.name && typeName(was) === typeName(is) && was.storage === is.storage;
  const hasWords = was.words?.every((word) => is.words?.includes(word)) ?? true;
  const isLongEnough = (was.longest ?? 0) <= (is.longest ?? Infinity);
  return isSame && hasWords && isLongEnough && (is.optional || !was.optional);
}
