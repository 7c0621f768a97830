import { useEffect, useState } from 'preact/hooks';
import type { WireLines } from '@stockafolio/example/api';
import { floatOf } from '../figures/money.js';
import { ask } from '../live/session.js';

/** The API gives this many lines at once. */
const AT_ONCE = 60;
/** Lines are requested again after this many milliseconds. */
const AGAIN = 60_000;
/** How long symbols must be in view before their lines are requested, in milliseconds. */
const PATIENCE = 120;

interface Line {
  readonly prices: readonly number[];
  /** The round of requests in which it was read. */
  readonly round: number;
}

/** Looks up the day's prices of a symbol; undefined before they are known. */
export type LineOf = (symbol: string) => readonly number[] | undefined;

/** The day's prices of the symbols in view, every ten minutes, read as they are scrolled into it. */
export function useDayLines(api: string, symbols: readonly string[]): LineOf {
  const [lines, setLines] = useState<ReadonlyMap<string, Line>>(new Map());
  const [round, setRound] = useState(0);
  const missing = symbols.filter((symbol) => lines.get(symbol)?.round !== round).slice(0, AT_ONCE);
  const key = JSON.stringify(missing);

  useEffect(() => {
    const timer = setInterval(() => setRound((before) => before + 1), AGAIN);
    return () => clearInterval(timer);
  }, [api]);

  useEffect(() => {
    if (missing.length === 0) return;
    const abort = new AbortController();
    const query = missing.map((symbol) => `symbol=${encodeURIComponent(symbol)}`).join('&');
    const timer = setTimeout(() => {
      ask<WireLines>(`${api}/lines?${query}`, abort.signal).then(
        (answer) => {
          const found = new Map(answer.lines.map(({ symbol, prices }) => [symbol, prices.map(floatOf)]));
          const read = missing.map((symbol) => [symbol, { prices: found.get(symbol) ?? [], round }] as const);
          setLines((before) => new Map([...before, ...read]));
        },
        () => undefined,
      );
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, key, round]);
  return (symbol) => lines.get(symbol)?.prices;
}
