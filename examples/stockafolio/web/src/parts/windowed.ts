import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Rows drawn above and below the visible ones. */
const SPARE = 8;

/** The rows of a long list that must be drawn: from `first` (inclusive) to `end` (exclusive). */
export interface Window {
  readonly first: number;
  readonly end: number;
}

/** Tracks which rows of equal height are visible in a scrolling box, so that a list of any length draws only a few. */
export function useWindow(box: RefObject<HTMLElement | null>, rowHeight: number, rows: number): Window {
  const [seen, setSeen] = useState({ first: 0, count: 40 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE);
      const count = Math.ceil(element.clientHeight / rowHeight) + 2 * SPARE;
      setSeen((before) => (before.first === first && before.count === count ? before : { first, count }));
    };
    // On paper there is nothing to scroll.
    const all = (): void => setSeen({ first: 0, count: Number.MAX_SAFE_INTEGER });
    addEventListener('beforeprint', all);
    addEventListener('afterprint', look);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
      removeEventListener('beforeprint', all);
      removeEventListener('afterprint', look);
    };
  }, [box.current, rowHeight]);
  const first = Math.min(seen.first, Math.max(0, rows - seen.count));
  return { first, end: Math.min(rows, first + seen.count) };
}
