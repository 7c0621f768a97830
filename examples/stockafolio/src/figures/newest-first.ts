/** Something with a time, epoch milliseconds. */
export interface Timed {
  readonly time: number;
}

/**
 * Several sequences, each with the newest first, as one. For equal times the earlier sequence is first. Of each only one
 * element is in memory.
 */
export async function* newestFirst<T extends Timed>(...sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const open = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(open.map((iterator) => iterator.next()));
    for (;;) {
      let best = -1;
      let newest = -Infinity;
      heads.forEach((head, n) => {
        if (head.done === true || head.value.time <= newest) return;
        [best, newest] = [n, head.value.time];
      });
      const [head, iterator] = [heads[best], open[best]];
      if (head === undefined || head.done === true || iterator === undefined) return;
      yield head.value;
      heads[best] = await iterator.next();
    }
  } finally {
    for (const iterator of open) await iterator.return?.();
  }
}
