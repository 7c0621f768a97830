import { StockafolioError } from '@stockafolio/core';
import { beginDivision, partitioningOf, partitionsChanged } from '@stockafolio/engine';
import { checkOneHistory, historiesOf } from './archived-history.js';
import { checkComplete } from './check-complete.js';
import type { BatchOptions, BatchPorts, BatchUnit, DividedRange } from './options.js';
import { beginning, byPartition, checkGapless, newestCheckpoint, unitOptions } from './plan-units.js';

/**
 * Plans a repartition of an archive: one unit for every partition that the source has now. Each unit reads all archived
 * partitions, for the keys that belong to it. The end offset of each archived partition is kept with the tables: a run
 * that continues with the remaining units must stop at the same offsets, or some records would belong to no unit.
 *
 * @throws ERR_USAGE if the archive cannot be repartitioned like this; ERR_TABLES_TAKEN, ERR_PARTITIONS_CHANGED if
 * tables or checkpoints are not new; ERR_ARCHIVE_GAP, ERR_ARCHIVE_INCOMPLETE, ERR_SOURCE_DIVERGED
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
      `stream '${pipeline.stream.name}' is keyed by nothing: there is nothing to repartition`,
      {
        hint: 'start the stream as it is: it accepts new partitions without further steps',
      },
    );
  }
  const files = await archive.files();
  if (options.allowMissingPartitions !== true) await checkComplete(archive, files);
  const archived = byPartition(files);
  const least = Math.max(facts.partitions ?? 0, ...[...archived.keys()].map((partition) => partition + 1));
  if (partitions < least) {
    throw new StockafolioError(
      'ERR_USAGE',
      `the archive has ${least} partitions, which cannot be repartitioned to ${partitions}`,
      {
        hint: `give the present number of partitions of the topic, ${least} or more`,
      },
    );
  }
  const ranges: DividedRange[] = [];
  for (const [partition, own] of archived) {
    const from = await beginning(ports, partition, own);
    ranges.push({ partition, from, to: checkGapless(partition, own, from) });
    // All partitions are checked here: a unit checks only its own partition, but reads the others too.
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
