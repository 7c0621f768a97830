import type { ArchivedHistory } from '@stockafolio/core/ports';

const KEYS = {
  firstEpoch: 'first_epoch',
  lastEpoch: 'last_epoch',
  checksum: 'last_checksum',
} as const satisfies Partial<Record<keyof ArchivedHistory, string>>;

type Fact = keyof typeof KEYS;
const facts = Object.keys(KEYS) as readonly Fact[];

/**
 * What a file keeps of the history of a range of offsets, of which it may be a part: what is known of the ends of the range it
 * knows of its own only where it has them, and of an epoch where the range has but one.
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

/** The history that a file tells; undefined where it was written by an earlier version. */
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
