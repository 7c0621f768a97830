/** Something that the palette can do. */
export interface Entry {
  readonly id: string;
  readonly text: string;
  /** A second text beside it, such as the name of a symbol's company. */
  readonly detail?: string;
  /** For any typed text: it never moves its group to the front. */
  readonly always?: boolean;
  readonly action: () => void;
}

export interface EntryGroup {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** How well an entry fits a typed text: 0 exactly, 1 from its beginning, 2 within; undefined if it does not. */
export function fit({ text, detail = '' }: Entry, typed: string): 0 | 1 | 2 | undefined {
  const [wanted, own, other] = [typed, text, detail].map((each) => each.trim().toLowerCase());
  if (wanted === undefined || own === undefined || other === undefined) return undefined;
  if (own === wanted) return 0;
  if (own.startsWith(wanted) || other.startsWith(wanted)) return 1;
  return own.includes(wanted) || other.includes(wanted) ? 2 : undefined;
}

/** The entries that fit best, at most `most`, the best ones first; equal ones in the order that they had. */
export function fitting(entries: readonly Entry[], typed: string, most: number): Entry[] {
  return entries
    .map((entry) => ({ entry, rank: fit(entry, typed) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** The groups with entries, the one with the best entry first; equally good ones in the order that they had. */
export function ordered(groups: readonly EntryGroup[], typed: string): EntryGroup[] {
  const best = ({ entries }: EntryGroup): number =>
    Math.min(...entries.map((entry) => (entry.always === true ? 3 : (fit(entry, typed) ?? 3))));
  return groups
    .filter(({ entries }) => entries.length > 0)
    .map((group) => ({ group, rank: typed.trim() === '' ? 0 : best(group) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ group }) => group);
}
