import type { ArchivedHistory } from '@stockafolio/core/ports';

const KEYS = {
  firstEpoch: 'first_epoch',
  lastEpoch: 'last_epoch',
  checksum: 'last_checksum',
} as const satisfies Partial<Record<keyof ArchivedHistory, string>>;

type Fact = keyof typeof KEYS;
const facts = Object.keys(KEYS) as readonly Fact[];

/**
 * The history facts that a file stores for a range of offsets, of which the file may hold a part. A file stores the
 * facts about an end of the range only if it holds that end. It stores an epoch in any case if the range has only one
 * epoch.
 */
export function historyFacts(
  history: ArchivedHistory | undefined,
  isFirst: boolean,
  isLast: boolean,
): Record<string, string> {
  const { firstEpoch, lastEpoch, checksum } = history ?? {};
  const isOne = firstEpoch === lastEpoch;
  const known: Record<Fact, number | undefined> = {
    firstEpoch: isFirst || isOne ? firstEpoch : undefined,
    lastEpoch: isLast || isOne ? lastEpoch : undefined,
    checksum: isLast ? checksum : undefined,
  };
  return Object.fromEntries(
    facts.flatMap((fact) => (known[fact] === undefined ? [] : [[`stockafolio.${KEYS[fact]}`, String(known[fact])]])),
  );
}

/** The history that a file stores; undefined if an earlier version wrote the file. */
export function readHistory(
  factOf: (key: string) => string | undefined,
  firstOffset: number,
): ArchivedHistory | undefined {
  const known = facts.flatMap((fact) => {
    const told = factOf(KEYS[fact]);
    return told === undefined ? [] : [[fact, Number(told)] as const];
  });
  return known.length === 0 ? undefined : { firstOffset, ...Object.fromEntries(known) };
}
