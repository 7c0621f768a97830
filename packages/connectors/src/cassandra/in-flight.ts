/**
 * Does all of it, so many at once, and waits for the end of every one that was begun. Items are made as they are taken. The
 * first failure keeps the rest from being begun, and is thrown.
 */
export async function inFlight<T>(items: Iterable<T>, width: number, step: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (failure === undefined) {
      try {
        const item = left.next();
        if (item.done === true) return;
        await step(item.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failure !== undefined) throw failure.error;
}
