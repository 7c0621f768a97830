import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import { Health } from './health.js';
import { listenForOperators, type OperationsListener } from './operations-listener.js';
import type { StreamMetrics } from './stream-metrics.js';

/** What operators can ask a stream run. */
export interface OperationsServer extends OperationsListener {
  /** Records an event of the run. */
  take(event: StreamEvent): void;
}

/**
 * Serves on this port; 0 takes a free one.
 *
 * @param metrics what `/metrics` shows; {@link OperationsServer.take} also takes events for it
 * @throws ERR_USAGE if the port is not available
 */
export async function operationsServer(
  at: { readonly host: string; readonly port: number },
  clock: Pick<Clock, 'now' | 'elapsed'>,
  metrics: StreamMetrics,
): Promise<OperationsServer> {
  const health = new Health(clock);
  const listener = await listenForOperators(at, { registry: metrics.registry, notReady: () => health.notReady });
  return {
    ...listener,
    take: (event) => {
      metrics.take(event);
      health.take(event);
    },
  };
}
