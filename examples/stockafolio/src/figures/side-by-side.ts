/** Runs a function for each item, several at once, and returns the results in the order of the items. */
export async function sideBySide<T, R>(items: readonly T[], one: (item: T) => Promise<R>, most = 16): Promise<R[]> {
  const results: R[] = [];
  for (let n = 0; n < items.length; n += most) {
    results.push(...(await Promise.all(items.slice(n, n + most).map(one))));
  }
  return results;
}
