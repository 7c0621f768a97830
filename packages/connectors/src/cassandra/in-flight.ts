/**
 * Runs a step for every item, up to `width` at once, and waits until every started step has ended. Items are created as
 * they are taken. After the first failure no more steps start, and it is thrown.
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
