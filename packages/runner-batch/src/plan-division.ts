import { StockafolioError } from '@stockafolio/core';
import { beginDivision, partitioningOf, partitionsChanged } from '@stockafolio/core/engine';
import { checkOneHistory, historiesOf } from './archived-history.js';
import { checkComplete } from './check-complete.js';
import type { BatchOptions, BatchPorts, BatchUnit, DividedRange } from './options.js';
import { beginning, byPartition, checkGapless, newestCheckpoint, unitOptions } from './plan-units.js';

/**
 * Plans how an archive is divided anew: one unit for every partition that the source has now, each of which goes through what
 * there is of all partitions, for the keys that are its own. Up to where that is, is kept with the tables: a run that goes on
 * with the units left must stop each partition where the others did, or records would be nobody's.
 *
 * @throws ERR_USAGE where it cannot be divided so; ERR_TABLES_TAKEN, ERR_PARTITIONS_CHANGED where tables or checkpoints are
 * not new; ERR_ARCHIVE_GAP, ERR_ARCHIVE_INCOMPLETE, ERR_SOURCE_DIVERGED
 */
export async function planDivision<T>(
  ports: BatchPorts<T>,
  options: BatchOptions & { readonly repartition: number },
): Promise<readonly BatchUnit[]> {
  const { archive, pipeline, tables } = ports;
  const { repartition: partitions } = options;
  const facts = await archive.facts();
  if (facts === undefined) return [];
  const is = partitioningOf(pipeline.stream, partitions);
  if (is === undefined) {
    throw new StockafolioError(
      'ERR_USAGE',
      `stream '${pipeline.stream.name}' is keyed by nothing: nothing is to be divided`,
      {
        hint: 'start the stream as it is: it takes new partitions in without more ado',
      },
    );
  }
  const files = await archive.stretches();
  if (options.allowMissingPartitions !== true) await checkComplete(archive, files);
  const archived = byPartition(files);
  const least = Math.max(facts.partitions ?? 0, ...[...archived.keys()].map((partition) => partition + 1));
  if (partitions < least) {
    throw new StockafolioError(
      'ERR_USAGE',
      `the archive has ${least} partitions, which cannot be divided into ${partitions}`,
      {
        hint: `give the number of partitions that the topic has now, ${least} or more`,
      },
    );
  }
  const ranges: DividedRange[] = [];
  for (const [partition, own] of archived) {
    const from = await beginning(ports, partition, own);
    ranges.push({ partition, from, to: checkGapless(partition, own, from) });
    // Here, of all of them: a unit looks at its own partition alone, and reads the others too.
    checkOneHistory(partition, await historiesOf(archive, own), { partition, offset: from });
  }
  const { ends } = await beginDivision(
    tables,
    pipeline.name,
    is,
    new Map(ranges.map(({ partition, to }) => [partition, to])),
  );
  const division = ranges
    .map((range) => ({ ...range, to: ends.get(range.partition) ?? 0 }))
    .filter(({ from, to }) => to > from);
  const units: BatchUnit[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const own = division.find((range) => range.partition === partition);
    const to = own?.to ?? 0;
    const header = await newestCheckpoint(ports, partition);
    if (header !== undefined && (header.partitioning?.partitions !== partitions || header.position.offset < to)) {
      throw partitionsChanged(
        'the checkpoints',
        header.partitioning ?? { ...is, partitions: facts.partitions ?? 0 },
        is,
      );
    }
    if (header !== undefined) continue;
    units.push({
      ...{ partition, source: facts.source, partitions, from: own?.from ?? 0, to, division },
      fresh: true,
      fromStart: false,
      ...unitOptions(ports, options),
    });
  }
  return units;
}
