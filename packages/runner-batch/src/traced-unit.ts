import { endedWith, type Tracer } from '@stockafolio/core/ports';
import type { BatchUnit, UnitResult } from './options.js';

/**
 * Runs a unit as a span, `unit PIPELINE`, wherever it runs: with the offsets that it processes, and its result.
 *
 * @param tracer if it is undefined, the unit is only run
 * @throws the error of the unit, which is noted at the span
 */
export async function tracedUnit(
  tracer: Tracer | undefined,
  pipeline: string,
  { partition, from, to }: Pick<BatchUnit, 'partition' | 'from' | 'to'>,
  run: () => Promise<UnitResult>,
): Promise<UnitResult> {
  if (tracer === undefined) return run();
  const facts = { pipeline, partitions: [partition], 'offsets.from': [from], 'offsets.to': [to] };
  return endedWith(tracer.begin(`unit ${pipeline}`, facts), async (span) => {
    const result = await run();
    const { records, rows, setAside: rejected } = result;
    span.set({ records, rows, rejected });
    return result;
  });
}
