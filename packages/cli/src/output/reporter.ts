import { figure } from './counted.js';
import {
  logOptions,
  mirrored,
  openLog,
  type Facts,
  type Level,
  type Log,
  type LogMirror,
  type LogOptions,
} from './log.js';

const LINE_EVERY = 5_000;
const BAR_EVERY = 100;
const BAR_WIDTH = 24;

/** The progress of long work: a bar on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  /** Adds to the work that is done. */
  add(count: number): void;
  /** Sets the total, if it is known. */
  total(count: number): void;
  done(): void;
}

/** The output of a command: its result on standard output, all else on standard error. */
export class Reporter {
  readonly #json: boolean;
  readonly #err: NodeJS.WriteStream;
  readonly #level: Level;
  #log: Log;
  readonly #structured: boolean;

  constructor(json: boolean, err: NodeJS.WriteStream = process.stderr, options: LogOptions = logOptions()) {
    this.#json = json;
    this.#err = err;
    this.#level = options.level;
    this.#log = openLog(options, err);
    this.#structured = options.format === 'json';
  }

  /** Also writes log lines there, from now on. */
  mirror(mirror: LogMirror): void {
    this.#log = mirrored(this.#log, this.#level, mirror);
  }

  /** A log line for the person who runs it, or with STOCKAFOLIO_LOG=json for log collectors. */
  say(text: string, facts: Facts = {}, level: Level = 'info'): void {
    this.#log.write(level, text, facts);
  }

  /** The last line: for people, or with `--json` for machines. */
  result(text: string, facts: Readonly<Record<string, unknown>>): void {
    process.stdout.write(`${this.#json ? JSON.stringify(facts) : text}\n`);
  }

  progress(what: string): Progress {
    const bar = this.#err.isTTY === true && !this.#structured;
    const start = performance.now();
    let count = 0;
    let total = 0;
    let shown = start;
    const show = (end: string): void => {
      shown = performance.now();
      const rate = count / Math.max(0.001, (shown - start) / 1000);
      if (this.#structured) {
        this.say(what, { count, total, rate: Math.round(rate) });
        return;
      }
      this.#err.write(
        bar
          ? `\r${barOf(count, total)}${what} ${figure(count)}, ${figure(rate)}/s ${end}`
          : `${what}: ${figure(count)}${total > 0 ? ` of ${figure(total)}` : ''}, ${figure(rate)}/s\n`,
      );
    };
    return {
      add: (more) => {
        count += more;
        if (performance.now() - shown >= (bar ? BAR_EVERY : LINE_EVERY)) show('');
      },
      total: (all) => {
        total = all;
      },
      done: () => {
        if (bar) show('\n');
      },
    };
  }
}

function barOf(count: number, total: number): string {
  if (total <= 0) return '';
  const full = Math.min(BAR_WIDTH, Math.round((count / total) * BAR_WIDTH));
  return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}] `;
}
