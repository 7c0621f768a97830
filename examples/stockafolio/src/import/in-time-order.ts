import { StockafolioError } from '@stockafolio/core';
import type { ImportedLine } from './trade-mapper.js';

/** Lines that are held for sorting: more than people trade, and some 50 MB. */
const MOST = 50_000;
/** The same in bytes: invalid lines are held at full length. */
const MOST_BYTES = 64 * 1024 * 1024;
const AT_A_TIME = 1_000;

type Batches = AsyncIterable<readonly ImportedLine[]>;

/**
 * Sorts the lines of a file by time, because the cost of a position depends on the order, and most brokers write newest
 * first. Lines with equal times keep the order of the file. If most lines go back in time, the file is newest first,
 * and equal times are reversed too. An invalid line stays after the line before it. A file with more lines than are
 * held keeps its order.
 */
export class TimeOrder {
  /** What was done to the order of the file, known once lines come out. */
  change: 'none' | 'sorted' | 'reversed' = 'none';
  /** Lines that are older than one before them, and stay so. */
  behind = 0;
  private readonly most: number;
  private latest = Number.NEGATIVE_INFINITY;

  /** @param most the largest number of lines held */
  constructor(most = MOST) {
    this.most = most;
  }

  /** @throws ERR_USAGE if a file with more lines than are held is newest first, before a line comes out */
  async *of(batches: Batches): AsyncGenerator<readonly ImportedLine[], void, undefined> {
    const held: ImportedLine[] = [];
    let isHolding = true;
    let bytes = 0;
    for await (const batch of batches) {
      if (!isHolding) {
        yield this.watched(batch);
        continue;
      }
      for (const line of batch) {
        held.push(line);
        bytes += line.value.length;
      }
      if (held.length <= this.most && bytes <= MOST_BYTES) continue;
      if (isNewestFirst(held)) throw tooMany(Math.min(this.most, held.length));
      isHolding = false;
      yield* inParts(this.watched(held));
      held.length = 0;
    }
    if (isHolding) yield* inParts(this.arranged(held));
  }

  private arranged(lines: readonly ImportedLine[]): readonly ImportedLine[] {
    const isReversed = isNewestFirst(lines);
    const forward = isReversed ? lines.toReversed() : lines;
    let last = Number.NEGATIVE_INFINITY;
    const timed = forward.map((line) => ({ line, time: (last = line.time ?? last) }));
    if (timed.every(({ time }, i) => i === 0 || time >= (timed[i - 1]?.time ?? time))) {
      this.change = isReversed ? 'reversed' : 'none';
      return forward;
    }
    this.change = isReversed ? 'reversed' : 'sorted';
    return timed.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1)).map(({ line }) => line);
  }

  private watched(lines: readonly ImportedLine[]): readonly ImportedLine[] {
    for (const { time } of lines) {
      if (time === undefined) continue;
      if (time < this.latest) this.behind += 1;
      else this.latest = time;
    }
    return lines;
  }
}

/** Whether times go down more often than up. */
function isNewestFirst(lines: readonly ImportedLine[]): boolean {
  let before: number | undefined;
  let ups = 0;
  for (const { time } of lines) {
    if (time === undefined) continue;
    if (before !== undefined) ups += Math.sign(time - before);
    before = time;
  }
  return ups < 0;
}

function* inParts(lines: readonly ImportedLine[]): Generator<readonly ImportedLine[], void, undefined> {
  for (let at = 0; at < lines.length; at += AT_A_TIME) yield lines.slice(at, at + AT_A_TIME);
}

function tooMany(most: number): StockafolioError {
  return new StockafolioError(
    'ERR_USAGE',
    `the file is newest first, and has more than the ${most.toLocaleString('en-US')} lines that can be reversed here`,
    {
      hint: 'sort it by time, oldest first; or, if trades should count in its order, use --file-order',
    },
  );
}
