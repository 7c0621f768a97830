/** The same items. While one is in use, the next one is already loading, but no more than that one. */
export async function* readAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let coming = iterator.next();
  try {
    for (;;) {
      const item = await coming;
      if (item.done === true) return;
      coming = iterator.next();
      // It is awaited in the next turn, or never, if the reader has stopped.
      coming.catch(() => undefined);
      yield item.value;
    }
  } finally {
    await coming.catch(() => undefined);
    await iterator.return?.();
  }
}
