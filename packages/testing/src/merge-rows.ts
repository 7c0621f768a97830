/** Merges two sorted lists of row numbers that have no row in common. */
export function mergeRows(a: Int32Array, b: Int32Array, compare: (a: number, b: number) => number): Int32Array {
  if (a.length === 0) return b;
  const merged = new Int32Array(a.length + b.length);
  let atA = 0;
  let atB = 0;
  for (let to = 0; to < merged.length; to++) {
    const takeA = atB === b.length || (atA < a.length && compare(a[atA] as number, b[atB] as number) <= 0);
    merged[to] = (takeA ? a[atA++] : b[atB++]) as number;
  }
  return merged;
}
