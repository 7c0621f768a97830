import type { EpochEnd } from '@stockafolio/core/ports';

interface Begun {
  readonly epoch: number;
  /** The offset of its first message. */
  start: number;
}

/** The leader epochs under which the messages of a log in memory were received, as a broker stores them. */
export class MemoryEpochs {
  #begun: Begun[] = [{ epoch: 0, start: 0 }];

  get latest(): number {
    return this.#begun.at(-1)?.epoch ?? 0;
  }

  /** A new leader appends from this offset on; `epoch` defaults to the next one. */
  elect(end: number, epoch = this.latest + 1): void {
    if (this.#begun.at(-1)?.epoch === epoch) return;
    // A leader that received nothing leaves no trace.
    this.#begun = this.#begun.filter(({ start, epoch: other }) => start < end && other < epoch);
    this.#begun.push({ epoch, start: end });
  }

  /** The log lost the messages from an offset on. */
  cut(offset: number): void {
    this.#begun = this.#begun.filter(({ start }) => start < offset);
  }

  /** The log deleted the messages before an offset. */
  expire(oldest: number): void {
    const last = this.#begun.findLastIndex(({ start }) => start <= oldest);
    if (last < 0) return;
    this.#begun = this.#begun.slice(last);
    const [first] = this.#begun;
    if (first !== undefined) first.start = oldest;
  }

  /** The epoch of a message. */
  of(offset: number): number {
    return this.#begun.findLast(({ start }) => start <= offset)?.epoch ?? this.latest;
  }

  /** The first offset after this one with another epoch. */
  nextAfter(offset: number): number {
    return this.#begun.find(({ start }) => start > offset)?.start ?? Number.POSITIVE_INFINITY;
  }

  /** Where an epoch ends; undefined if it is above all known ones. */
  endOf(asked: number, logEnd: number): EpochEnd | undefined {
    if (asked === this.latest) return { epoch: asked, end: logEnd };
    const next = this.#begun.find(({ epoch }) => epoch > asked);
    if (next === undefined) return undefined;
    return { epoch: this.#begun.findLast(({ epoch }) => epoch <= asked)?.epoch ?? asked, end: next.start };
  }
}
