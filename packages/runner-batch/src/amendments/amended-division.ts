import type { Passed } from '@stockafolio/engine';
import { type DividedEntry, dividedEntries, type DividedReading } from '../divided-entries.js';
import type { Judged } from '../entry-judge.js';
import type { ArchivedInput } from '../inputs.js';
import { AmendedRecords } from './amended-records.js';
import type { UnitTarget } from './unit-amendments.js';

/** An entry of an archive that is repartitioned, with what later ones say of it. */
export interface AmendedEntry extends Pick<DividedEntry, 'position'> {
  readonly judged: Judged | Passed<unknown>;
}

/**
 * The same entries as {@link dividedEntries}, with their amendments made. For these, all of them are read twice: a record
 * and what amends it may be of different archived partitions.
 */
export async function* amendedDivision(
  input: ArchivedInput,
  reading: DividedReading,
  amendments: UnitTarget['amendments'],
): AsyncGenerator<readonly AmendedEntry[]> {
  if (input.stream.amendments === undefined) {
    yield* dividedEntries(input, reading);
    return;
  }
  const amended = new AmendedRecords(input, amendments, undefined);
  let index = 0;
  for await (const entries of dividedEntries(input, reading)) {
    for (const { judged } of entries) {
      if ('record' in judged) amended.add(judged.record, index);
      index++;
    }
  }
  index = 0;
  for await (const entries of dividedEntries(input, reading))
    yield entries.map(({ judged, position }) => ({ judged: amended.take(judged, index++), position }));
}
