import { cellOffsets, cellsOf, type StateColumn } from '../state/columns.js';
import type { KeyKind } from '../state/key-parts.js';
import type { KeyedState } from '../state/keyed-state.js';
import type { Section, SectionToBe } from './container.js';

/** How some slots of a state are written: the numbers are places in the list of sections. */
export interface StatePart {
  /** The kinds of the parts of a key; null where the state has never held one. */
  readonly kinds: readonly KeyKind[] | null;
  readonly columns: readonly StateColumn[];
  readonly end: number;
  readonly slots: number;
  readonly rows: number;
}

/** Puts slots of a state among the sections; their rows are copied when these are written. */
export function writeSlots(state: KeyedState, slots: Int32Array, sections: (Section | SectionToBe)[]): StatePart {
  return {
    kinds: state.keyKinds === undefined ? null : [...state.keyKinds],
    columns: state.columns,
    end: state.end,
    slots: sections.push(slots) - 1,
    rows:
      sections.push({
        length: slots.length * 2 * state.width,
        fill: (into: Int32Array) => state.saveRows(slots, into),
      }) - 1,
  };
}

/** Puts slots back. Fields are found by name; one that the checkpoint has not begins as in a new slot. */
export function readSlots(state: KeyedState, part: StatePart, sections: readonly Section[]): void {
  const { kinds, columns, end } = part;
  if (kinds === null) return;
  const valuesAt = kinds.length + 2;
  const offsets = cellOffsets(columns);
  const cells = state.columns.flatMap((column) => {
    const n = columns.findIndex((c) => canBeRead(c, column));
    return Array.from({ length: cellsOf(column) }, (_, cell) => (n < 0 ? -1 : valuesAt + (offsets[n] ?? 0) + cell));
  });
  state.loadRows(kinds, sections[part.slots] as Int32Array, sections[part.rows] as Int32Array, cells, end);
}

/**
 * Whether all values of a column as it was are values of it as it is: not where absent ones are no longer, nor some of its
 * words, nor texts as long. Checkpoints from before these were noted are taken at their word.
 */
export function canBeRead(was: StateColumn, is: StateColumn): boolean {
  const isSame = was.name === is.name && was.kind === is.kind && was.storage === is.storage;
  const hasWords = was.words?.every((word) => is.words?.includes(word)) ?? true;
  const isLongEnough = (was.longest ?? 0) <= (is.longest ?? Infinity);
  return isSame && hasWords && isLongEnough && (is.optional || !was.optional);
}
