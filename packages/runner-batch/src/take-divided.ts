import { Feed } from '@stockafolio/engine';
import { amendedDivision } from './amendments/amended-division.js';
import type { UnitTarget } from './amendments/unit-amendments.js';
import { inputsOf } from './inputs.js';
import type { BatchPorts, BatchUnit } from './options.js';

/**
 * Passes the records of one new partition of a single stream through its engine, out of all partitions of an archive:
 * see {@link amendedDivision}. Yields the number of messages, portion by portion.
 *
 * @throws ERR_PARTITION_MISMATCH
 */
export async function* takeDivided<T>(
  ports: BatchPorts<T>,
  unit: BatchUnit,
  { engine, amendments }: UnitTarget,
): AsyncGenerator<number> {
  const { division = [], partition, partitions, source, onPartitionMismatch } = unit;
  const reading = { division, partition, partitions, source, onPartitionMismatch };
  const [input] = inputsOf(ports);
  if (input === undefined) return;
  for await (const entries of amendedDivision(input, reading, amendments)) {
    const feed = new Feed(engine);
    for (const { judged, position } of entries) {
      if ('record' in judged) feed.add(judged.record, position);
      else if ('passed' in judged) feed.pass(judged.passed, position);
      else feed.reject(judged.rejected, judged.message, position, judged.replaces);
    }
    feed.end();
    yield entries.length;
  }
}
