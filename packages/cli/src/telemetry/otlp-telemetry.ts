import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type ContextManager, trace, type Tracer as OtelTracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '@stockafolio/core';
import type { Tracer } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import type { Facts } from '../output/log.js';
import type { StreamMetrics } from '../operations/stream-metrics.js';
import { logExporter, metricExporter, spanExporter } from './exporters.js';
import { FailureWatch } from './failure-watch.js';
import { OtlpLog } from './otlp-log.js';
import { RegistryProducer } from './registry-producer.js';
import type { TelemetrySettings } from './settings.js';
import { SpanTracer } from './span-tracer.js';
import type { Telemetry, TracedPipeline } from './telemetry.js';

const SCOPE = 'stockafolio';

/** Longest time for which the end of a run waits for the collector, in milliseconds. */
const CLOSE_WITHIN = 5_000;

/** What an export needs to know of its process. */
interface About {
  readonly version: string;
  say(text: string, facts: Facts): void;
}

/** A part of the SDK, which exports what is left when it is shut down. */
interface Provider {
  shutdown(): Promise<void>;
}

/**
 * The export by OpenTelemetry's SDK. It registers nothing globally: an application has its own SDK, or none.
 */
export class OtlpTelemetry implements Telemetry {
  readonly log: OtlpLog;
  readonly hasMetrics: boolean;
  readonly #about: About;
  readonly #resource: Resource;
  readonly #contexts: ContextManager;
  readonly #failures: FailureWatch;
  readonly #providers: Provider[] = [];
  #tracer: OtelTracer | undefined;
  #exporter: Awaited<ReturnType<typeof metricExporter>> | undefined;

  private constructor(settings: TelemetrySettings, about: About) {
    this.#about = about;
    this.#resource = resourceOf(about.version);
    this.#contexts = new AsyncLocalStorageContextManager().enable();
    this.#failures = new FailureWatch((text, facts) => about.say(text, facts));
    this.log = new OtlpLog(this.#contexts);
    this.hasMetrics = settings.has('metrics');
  }

  /** Loads the exporters of these signals. */
  static async open(settings: TelemetrySettings, about: About): Promise<OtlpTelemetry> {
    const telemetry = new OtlpTelemetry(settings, about);
    await telemetry.#begin(settings);
    return telemetry;
  }

  async #begin(settings: TelemetrySettings): Promise<void> {
    const resource = this.#resource;
    const [traces, metrics, logs] = [settings.get('traces'), settings.get('metrics'), settings.get('logs')];
    if (traces !== undefined) {
      const exporter = this.#failures.watch(await spanExporter(traces), 'traces');
      const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
      this.#tracer = provider.getTracer(SCOPE, this.#about.version);
      this.#providers.push(provider);
    }
    if (metrics !== undefined) this.#exporter = this.#failures.watch(await metricExporter(metrics), 'metrics');
    if (logs !== undefined) {
      const exporter = this.#failures.watch(await logExporter(logs), 'logs');
      const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
      this.log.to(provider.getLogger(SCOPE, this.#about.version));
      this.#providers.push(provider);
    }
  }

  tracer(pipeline: TracedPipeline): Tracer | undefined {
    return this.#tracer === undefined ? undefined : new SpanTracer(this.#tracer, this.#contexts, pipeline);
  }

  metrics({ registry }: Pick<StreamMetrics, 'registry'>): void {
    const exporter = this.#exporter;
    if (exporter === undefined) return;
    const exportIntervalMillis = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', 60_000);
    const exportTimeoutMillis = Math.min(exportIntervalMillis, milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', 30_000));
    const metricProducers = [new RegistryProducer(registry, this.#about.version, Date.now)];
    const reader = new PeriodicExportingMetricReader({
      ...{ exporter, exportIntervalMillis, exportTimeoutMillis, metricProducers },
    });
    this.#providers.push(new MeterProvider({ resource: this.#resource, readers: [reader] }));
  }

  take(event: StreamEvent): void {
    if (event.type !== 'retry') return;
    const { what, attempt, delay, error } = event;
    const facts = { what, attempt, delay, 'exception.type': error.code, 'exception.message': error.message };
    trace.getSpan(this.#contexts.active())?.addEvent('retry', facts);
  }

  failed(error: unknown): void {
    this.log.write('error', messageOf(error), { event: 'failed', error });
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), CLOSE_WITHIN)));
    // They report failures themselves.
    const ended = Promise.allSettled(this.#providers.map((provider) => provider.shutdown()));
    if ((await Promise.race([ended, late])) === 'late')
      this.#failures.tell('telemetry', `the collector did not answer within ${CLOSE_WITHIN / 1_000} s`);
    clearTimeout(timer);
    this.#contexts.disable();
  }
}

/** What describes this process; the environment has priority. */
function resourceOf(version: string): Resource {
  return resourceFromAttributes({
    'service.name': 'stockafolio',
    'service.version': version,
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
  }).merge(detectResources({ detectors: [envDetector] }));
}

function milliseconds(name: string, fallback: number): number {
  const value = Number(process.env[name]);
  return value > 0 ? value : fallback;
}
