import type { Clock, Tracer } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import type { Reporter } from '../output/reporter.js';
import { exportedBy, openTelemetry, type TracedPipeline } from '../telemetry/telemetry.js';
import { operationsServer } from './operations-server.js';
import { streamMetrics } from './run-metrics.js';

/** What watches a stream run from outside: the endpoints for operators, and the export of telemetry. */
export interface RunWatch {
  /** What reports the commits of this pipeline as spans; undefined if no traces are exported. */
  tracer(pipeline: TracedPipeline): Tracer | undefined;
  /** Records an event of the run. */
  take(event: StreamEvent): void;
  /** Does the work of a run, reports its error, and closes everything. @throws that error */
  over<R>(work: () => Promise<R>): Promise<R>;
}

/**
 * Begins to watch a run, as the environment of OpenTelemetry and these options say. Both show the same metrics.
 *
 * @throws ERR_USAGE if the port is not available, or the protocol of the export is not spoken
 */
export async function watchRun(
  { metricsPort, metricsHost }: { readonly metricsPort?: number; readonly metricsHost: string },
  reporter: Reporter,
  clock: Clock,
): Promise<RunWatch> {
  const telemetry = await openTelemetry(reporter);
  const isMeasured = metricsPort !== undefined || telemetry?.hasMetrics === true;
  const metrics = isMeasured ? await streamMetrics(clock) : undefined;
  const operations =
    metricsPort === undefined || metrics === undefined
      ? undefined
      : await operationsServer({ host: metricsHost, port: metricsPort }, clock, metrics);
  if (operations !== undefined) reporter.say(`metrics: ${operations.url}/metrics`, { url: operations.url });
  if (metrics !== undefined) telemetry?.metrics(metrics);
  const measure = operations ?? metrics;
  return {
    tracer: (pipeline) => telemetry?.tracer(pipeline),
    take: (event) => {
      measure?.take(event);
      telemetry?.take(event);
    },
    over: (work) => exportedBy(telemetry, () => work().finally(() => operations?.close())),
  };
}
