import type { FinalWindow } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';
import { compareKeys } from './compare-keys.js';
import type { OperatorHost } from './operator-host.js';

/** A window that no record can change any more. */
export interface FinalFigure {
  readonly figure: FinalWindow<KeyTuple, object>;
  /** The slot of its state. */
  readonly slot: number;
}

/**
 * Emits windows that no record can change any more, in order of (end, key). What folds them sees them as records of a
 * stream in order of time: its own time moves on before each.
 *
 * @param isPartial whether other partitions have parts of them
 * @param drop drops the state of a window, after it was emitted
 */
export function emitFinalWindows(
  host: OperatorHost,
  windows: FinalFigure[],
  isPartial: boolean,
  drop: (slot: number) => void,
): void {
  windows.sort((a, b) => a.figure.window.end - b.figure.window.end || compareKeys(a.figure.key, b.figure.key));
  for (const { figure, slot } of windows) {
    const { window, key } = figure;
    const time = window.end - 1;
    host.advanceTimed(time);
    host.emitFinal(figure, { time, key: isPartial ? [] : host.ownKey(key) }, isPartial);
    drop(slot);
  }
}
