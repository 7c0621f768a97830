/**
 * Does all of it, so many at once, and waits for the end of every one that was begun. The first failure keeps the rest
 * from being begun, and is thrown.
 */
export async function inFlight<T>(items: readonly T[], width: number, step: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (failure === undefined && next < items.length) {
      const item = items[next++] as T;
      try {
        await step(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
}
