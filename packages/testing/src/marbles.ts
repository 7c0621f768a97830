/** The next step: a record arrives, or the runner does something between records. */
export type Step<T> =
  | { readonly symbol: string; readonly kind: 'record'; readonly record: T }
  | { readonly symbol: string; readonly kind: 'commit' | 'checkpoint' | 'idle' | 'restart' };

export interface MarbleOptions {
  /** Event time of the first frame, in epoch milliseconds; defaults to 0. */
  readonly start?: number;
  /** Event time from one frame to the next, in milliseconds; defaults to 1,000. */
  readonly frame?: number;
}

const moments = { '|': 'commit', '#': 'checkpoint', '~': 'idle', '^': 'restart' } as const;

/**
 * Describes the input of a pipeline as a line of event time.
 *
 * Every frame is one character: a letter or digit is a record at the event time of the frame, `-` a frame without one;
 * the characters in `( )` are in one frame. Between frames, and taking no time: `|` the rows are committed, `#` the
 * same with a checkpoint, `~` no records have arrived for a while, `^` the runner is killed and continues from its
 * checkpoint. Spaces are ignored. A late record gets its own symbol, whose function need not use the given time.
 *
 * @param records creates the record of a symbol, given the event time of its frame
 * @example
 * marbles('a-b|', { a: (time) => ({ user: 'ann', time }), b: (time) => ({ user: 'bob', time }) });
 * // ann at 0, bob at 2,000, a commit
 */
export function marbles<T>(
  line: string,
  records: Readonly<Record<string, (time: number) => T>>,
  options: MarbleOptions = {},
): Step<T>[] {
  const { start = 0, frame = 1_000 } = options;
  const steps: Step<T>[] = [];
  let time = start;
  let grouped = false;
  for (const symbol of line) {
    if (symbol === ' ') continue;
    if (symbol === '(' || symbol === ')') {
      if (grouped === (symbol === '(')) throw new Error(`'${line}': '${symbol}' is not allowed here`);
      grouped = !grouped;
      if (!grouped) time += frame;
      continue;
    }
    if (isMoment(symbol)) {
      steps.push({ symbol, kind: moments[symbol] });
      continue;
    }
    if (symbol !== '-') {
      const make = records[symbol];
      if (make === undefined) throw new Error(`'${line}': there is no record '${symbol}'`);
      steps.push({ symbol, kind: 'record', record: make(time) });
    }
    if (!grouped) time += frame;
  }
  if (grouped) throw new Error(`'${line}': '(' is never closed`);
  return steps;
}

function isMoment(symbol: string): symbol is keyof typeof moments {
  return symbol in moments;
}
