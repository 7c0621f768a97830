import type { Observable } from 'rxjs';
import { pipeline, type Stream } from '@stockafolio/core';
import { currentPlan } from '@stockafolio/core/plan';
import type { Step } from './marbles.js';
import type { HarnessOptions } from './harness-options.js';
import { pipelineHarness } from './pipeline-harness.js';

/** A value that an operator emitted, and when. */
export interface Emission<R> {
  /** The symbol of the step in which it was emitted: that of a record, `|`, `#`, `~` or `^`. */
  readonly at: string;
  /** The watermark at that moment, in epoch milliseconds; undefined before the first record. */
  readonly watermark: number | undefined;
  readonly value: R;
}

/**
 * Runs operators alone, on one partition, through the steps of `marbles`, and collects what they emit.
 *
 * @example
 * const seen = await trace(trades, marbles('aab|', { a: sale, b: sale }), (trades) =>
 *   trades.pipe(foldByKey('count', { key: (t) => [t.user], state: Count, fold: (s) => void s.count++ })),
 * );
 * seen.map(({ at, value }) => [at, value.value.count]); // [['a', 1], ['a', 2], ['b', 3]]
 */
export async function trace<T, R>(
  stream: Stream<T>,
  steps: readonly Step<T>[],
  operators: (records: Observable<T>) => Observable<R>,
  options: Omit<HarnessOptions<T>, 'partitions'> = {},
): Promise<Emission<R>[]> {
  const emissions: Emission<R>[] = [];
  let at = '';
  let failure: { readonly error: unknown } | undefined;
  const traced = pipeline('trace', { records: stream as Stream<never> }, ({ records }) => {
    currentPlan('trace').addObserver(
      operators(records as Observable<T>),
      (value) => {
        const latest = harness.engines[0]?.position.latest;
        const watermark = typeof latest === 'number' ? latest - stream.outOfOrderness : undefined;
        emissions.push({ at, watermark, value: value as R });
      },
      (error) => void (failure ??= { error }),
    );
    return [];
  });
  const harness = pipelineHarness<T>(traced, { ...options, partitions: 1 });
  await harness.play(steps, (symbol) => void (at = symbol));
  if (failure !== undefined) throw failure.error;
  return emissions;
}
