import type { WireComparison } from '@stockafolio/example/api';
import { count } from '../figures/numbers.js';

/** What the last comparison says of stream and batch, in words. */
export interface Verdict {
  readonly state: 'equal' | 'differs' | 'older' | 'none';
  /** Short enough for a badge. */
  readonly text: string;
  /** What limits it; undefined if nothing does. */
  readonly but?: string;
}

/** A result is only current while nothing was written since. */
export function verdictOf(comparison: WireComparison | null | undefined): Verdict {
  if (comparison === null || comparison === undefined) return { state: 'none', text: 'not compared yet' };
  const { differences, repaired, compared, newer, since, isOther, isWhole } = comparison;
  const left = differences - repaired;
  const judged = compared - Math.min(newer, compared);
  if (isOther) return { state: 'older', text: 'not compared since the tables were made anew' };
  const text =
    left > 0 ? `${rowsText(left)} differ${left === 1 ? 's' : ''}` : judged === 0 ? 'no row was compared' : 'equal';
  const buts = [
    ...(since > 0 ? [`${count(since)} ${since === 1 ? 'message' : 'messages'} since`] : []),
    ...(repaired > 0 ? [`${rowsText(repaired)} repaired`] : []),
    ...(isWhole ? [] : ['files of the archive were missing']),
  ];
  const state = left > 0 ? 'differs' : judged === 0 || since > 0 || !isWhole ? 'older' : 'equal';
  return { state, text, ...(buts.length === 0 ? {} : { but: buts.join(', ') }) };
}

export function rowsText(rows: number): string {
  return `${count(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}
