import type { ArchiveFacts } from '@stockafolio/core/ports';

/** What a file keeps of a source that was given partitions; of any other nothing. */
export function growthFacts({ partitionsBefore = [], mixed = false }: ArchiveFacts): Record<string, string> {
  if (partitionsBefore.length === 0) return {};
  return { 'stockafolio.partitions_before': partitionsBefore.join(), 'stockafolio.mixed': String(mixed) };
}

/** What a file tells of that. */
export function readGrowth(
  factOf: (key: string) => string | undefined,
): Pick<ArchiveFacts, 'partitionsBefore' | 'mixed'> {
  const before = factOf('partitions_before');
  return before === undefined
    ? {}
    : { partitionsBefore: before.split(',').map(Number), mixed: factOf('mixed') === 'true' };
}
