import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import { commandVersion } from '../version.js';
import type { StreamMetrics } from './stream-metrics.js';

/** The metrics of stream runs in this process, without a port. */
export interface RunMetrics {
  /** Records an event of a run. */
  take(event: StreamEvent): void;
  /** In Prometheus's text format, as `/metrics` of `stream` gives them. */
  text(): Promise<string>;
}

/**
 * Collects the metrics of stream runs of this process: pass `take` as their `onEvent`.
 *
 * @example
 * const metrics = await runMetrics(clock);
 * await runStream({ ...options, onEvent: (event) => metrics.take(event) });
 */
export async function runMetrics(clock: Pick<Clock, 'now'>): Promise<RunMetrics> {
  const metrics = await streamMetrics(clock);
  return { take: (event) => metrics.take(event), text: () => metrics.registry.metrics() };
}

/** The metrics themselves, for what serves or exports them. */
export async function streamMetrics(clock: Pick<Clock, 'now'>): Promise<StreamMetrics> {
  // prom-client is loaded only for a run that has metrics.
  const { StreamMetrics } = await import('./stream-metrics.js');
  return new StreamMetrics(clock, await commandVersion());
}
