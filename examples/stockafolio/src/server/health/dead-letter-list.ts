import type { Clock, Tables } from '@stockafolio/core/ports';
import type { RowOf } from '@stockafolio/core';
import { rowObject } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/engine';
import { Remembered } from '../remembered.js';
import type { WireDeadLetter, WireDeadLetters } from '../wire/pipeline-types.js';

/** How many are counted at most, and how many are returned. */
const MOST = 20_000;
const SHOWN = 200;
/** How long an answer is valid, in milliseconds. */
const HOLDS = 2_000;

type Row = RowOf<typeof deadLetters>;

/** The dead letters of a pipeline in the tables, and their causes. */
export class DeadLetterList {
  readonly #tables: Tables;
  readonly #pipeline: string;
  readonly #answers: Remembered<WireDeadLetters>;
  readonly #most: number;

  constructor(tables: Tables, pipeline: string, clock: Clock, most = MOST) {
    this.#tables = tables;
    this.#pipeline = pipeline;
    this.#most = most;
    this.#answers = new Remembered(clock, { ms: HOLDS, most: 1, pace: 3 });
  }

  now(): Promise<WireDeadLetters> {
    return this.#answers.get('', '', () => this.#read());
  }

  async #read(): Promise<WireDeadLetters> {
    const causes = new Map<string, { count: number; newest: number }>();
    let newest: Row[] = [];
    let count = 0;
    let complete = true;
    for await (const { values } of this.#tables.scanAll(deadLetters)) {
      const row = rowObject(deadLetters, values) as Row;
      if (!this.#isOwn(row.pipeline)) continue;
      if (count === this.#most) {
        complete = false;
        break;
      }
      count++;
      const cause = causes.get(row.code) ?? { count: 0, newest: 0 };
      causes.set(row.code, { count: cause.count + 1, newest: Math.max(cause.newest, row.ingested) });
      newest.push(row);
      if (newest.length >= 4 * SHOWN) newest = newest.sort(newestFirst).slice(0, SHOWN);
    }
    return {
      ...{ count, complete },
      causes: [...causes]
        .sort(([a, { count: x }], [b, { count: y }]) => y - x || (a < b ? -1 : 1))
        .map(([code, cause]) => ({ code, count: cause.count, newest: new Date(cause.newest).toISOString() })),
      letters: newest.sort(newestFirst).slice(0, SHOWN).map(wireDeadLetter),
    };
  }

  /** Also those of its stages, `portfolio.by-symbol`, and of one of several streams, `portfolio/trades`. */
  #isOwn(pipeline: string): boolean {
    return (
      pipeline === this.#pipeline ||
      (/^[./]/.test(pipeline.slice(this.#pipeline.length)) && pipeline.startsWith(this.#pipeline))
    );
  }
}

function newestFirst(a: Row, b: Row): number {
  return b.ingested - a.ingested || a.partition - b.partition || b.offset - a.offset;
}

function wireDeadLetter({ ingested, replayed, ...row }: Row): WireDeadLetter {
  return { ...row, ingested: new Date(ingested).toISOString(), replayed: replayed !== undefined };
}
