import type { ArchiveFacts } from '@stockafolio/core/ports';

/** The facts that a file stores about a source whose partitions were increased; empty for any other source. */
export function growthFacts({ partitionsBefore = [], mixed = false }: ArchiveFacts): Record<string, string> {
  if (partitionsBefore.length === 0) return {};
  return { 'stockafolio.partitions_before': partitionsBefore.join(), 'stockafolio.mixed': String(mixed) };
}

/** Reads these facts from a file's metadata. */
export function readGrowth(
  factOf: (key: string) => string | undefined,
): Pick<ArchiveFacts, 'partitionsBefore' | 'mixed'> {
  const before = factOf('partitions_before');
  return before === undefined
    ? {}
    : { partitionsBefore: before.split(',').map(Number), mixed: factOf('mixed') === 'true' };
}
