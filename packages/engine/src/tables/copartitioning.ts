import { type Pipeline, StockafolioError } from '@stockafolio/core';

/**
 * Checks that streams whose records meet in an operator have the same number of partitions.
 *
 * @param counts how many partitions each stream has; undefined where that is unknown
 * @param of what has them, for the message
 * @throws ERR_NOT_COPARTITIONED
 */
export function checkCopartitioned(
  { name, streams, plan }: Pick<Pipeline, 'name' | 'streams' | 'plan'>,
  counts: readonly (number | undefined)[],
  of: 'sources' | 'archives',
): void {
  for (const group of plan.meetings) {
    const known = group.filter((input) => counts[input] !== undefined);
    if (new Set(known.map((input) => counts[input])).size < 2) continue;
    const most = Math.max(...known.map((input) => counts[input] ?? 0));
    const shown = known.map((input) => `${counts[input]} of stream '${streams[input]?.name}'`);
    throw new StockafolioError(
      'ERR_NOT_COPARTITIONED',
      `pipeline '${name}' brings streams together whose ${of} have different numbers of partitions: ${shown.join(', ')}`,
      {
        hint: `give their topics the same number of partitions: otherwise the records of a key would be in different partitions; if one of them grew, archive all to their ends then, and make new tables and checkpoints from the archives (stockafolio batch --repartition ${most} --files FILES --tables NEW --checkpoints NEW)`,
      },
    );
  }
}
