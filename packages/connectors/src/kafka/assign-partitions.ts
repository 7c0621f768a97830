/**
 * Distributes partitions over the members of a group: in turns, in the order of the members' ids, so that every leader
 * computes the same. Members beyond the number of partitions get none.
 */
export function assignPartitions(
  members: readonly string[],
  partitions: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const shares = new Map<string, number[]>([...members].sort().map((member) => [member, []]));
  const turns = [...shares.values()];
  for (const [n, partition] of [...partitions].sort((a, b) => a - b).entries())
    turns[n % turns.length]?.push(partition);
  return shares;
}
