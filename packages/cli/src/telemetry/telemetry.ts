import type { StreamEvent } from '@stockafolio/runner-stream';
import type { Tracer } from '@stockafolio/core/ports';
import type { LogMirror } from '../output/log.js';
import type { Reporter } from '../output/reporter.js';
import { commandVersion } from '../version.js';
import type { StreamMetrics } from '../operations/stream-metrics.js';
import { telemetrySettings } from './settings.js';

/** Attributes of OpenTelemetry's conventions for the spans of one pipeline, such as `messaging.destination.name`. */
export interface TracedPipeline {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The export of traces, metrics and logs by OTLP. It never throws, and never holds up what it reports about. */
export interface Telemetry {
  /** Undefined if no traces are exported. */
  tracer(pipeline: TracedPipeline): Tracer | undefined;
  readonly log: LogMirror;
  /** Whether metrics are exported: then {@link metrics} is needed. */
  readonly hasMetrics: boolean;
  /** Exports these metrics from now on. */
  metrics(metrics: Pick<StreamMetrics, 'registry'>): void;
  /** Notes an event of a run at the span in which it happened. */
  take(event: StreamEvent): void;
  /** Exports the error that ended the run. */
  failed(error: unknown): void;
  /** Exports what is left, for 5 seconds at most. */
  close(): Promise<void>;
}

/**
 * The export that the environment of OpenTelemetry asks for, with the log of this reporter; undefined if it asks for none.
 *
 * @throws ERR_USAGE if it asks for a protocol that is not spoken
 */
export async function openTelemetry(reporter: Reporter): Promise<Telemetry | undefined> {
  const settings = telemetrySettings();
  if (settings.size === 0) return undefined;
  // The SDK is loaded only for a run that exports something.
  const { OtlpTelemetry } = await import('./otlp-telemetry.js');
  const telemetry = await OtlpTelemetry.open(settings, {
    version: await commandVersion(),
    say: (text, facts) => reporter.say(text, facts, 'warn'),
  });
  reporter.mirror(telemetry.log);
  return telemetry;
}

/** Does the work of a command, reports its error, and exports what is left. @throws the error of the work */
export async function exportedBy<R>(telemetry: Telemetry | undefined, work: () => Promise<R>): Promise<R> {
  if (telemetry === undefined) return work();
  try {
    return await work();
  } catch (error) {
    telemetry.failed(error);
    throw error;
  } finally {
    await telemetry.close();
  }
}

/** What to add to the options of a runner, so that it reports its spans; nothing if no traces are exported. */
export function tracing(
  telemetry: Pick<Telemetry, 'tracer'> | undefined,
  pipeline: TracedPipeline,
): { readonly tracer?: Tracer } {
  const tracer = telemetry?.tracer(pipeline);
  return tracer === undefined ? {} : { tracer };
}
