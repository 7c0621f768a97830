import type { Interner } from './interner.js';
import type { KeyedState } from './keyed-state.js';

/** Forgets the texts that no state holds any more. Between two records only: a rollback may bring texts back. */
export function forgetTexts(interner: Interner, states: readonly KeyedState[]): void {
  const used = interner.marks();
  for (const state of states) state.markTexts(used);
  interner.keepOnly(used);
  for (const state of states) state.forgetTexts();
}
