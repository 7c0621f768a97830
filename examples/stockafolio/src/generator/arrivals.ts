import type { Trade } from '../trade.js';

interface Entry {
  /** When it arrives, epoch milliseconds. */
  readonly at: number;
  readonly turn: number;
  readonly trade: Trade;
}

/** Trades in transit, returned by arrival time; equal arrivals in the order in which they were added. A binary heap. */
export class Arrivals {
  private readonly heap: Entry[] = [];
  private turn = 0;

  put(trade: Trade, at: number): void {
    const entry = { at, turn: this.turn++, trade };
    let i = this.heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || above.at <= at) break;
      this.heap[i] = above;
      i = parent;
    }
    this.heap[i] = entry;
  }

  /** The first to arrive by `until`, or undefined. */
  take(until: number): Trade | undefined {
    const first = this.heap[0];
    if (first === undefined || first.at > until) return undefined;
    const last = this.heap.pop();
    if (last !== undefined && last !== first) this.sink(last);
    return first.trade;
  }

  private sink(entry: Entry): void {
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      let next = this.heap[child];
      if (next === undefined) break;
      const right = this.heap[child + 1];
      if (right !== undefined && before(right, next)) {
        child += 1;
        next = right;
      }
      if (!before(next, entry)) break;
      this.heap[i] = next;
      i = child;
    }
    this.heap[i] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
