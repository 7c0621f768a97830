import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';

type Collected = MetricObjectWithValues<MetricValue<string>>;

/** One series of a histogram, as its values are collected. */
interface Series {
  readonly attributes: Attributes;
  readonly bounds: number[];
  /** How many values are up to each bound, the last one without a bound. */
  readonly upTo: number[];
  sum: number;
  count: number;
}

/**
 * The metrics of a registry, as OpenTelemetry exports them: the same names, help texts and values as in `/metrics`, so that
 * nothing is counted a second time. Sums are cumulative.
 */
export class RegistryProducer implements MetricProducer {
  readonly #registry: Pick<Registry, 'getMetricsAsJSON'>;
  readonly #version: string;
  readonly #now: () => number;
  readonly #began: HrTime;

  /** @param now epoch milliseconds */
  constructor(registry: Pick<Registry, 'getMetricsAsJSON'>, version: string, now: () => number) {
    this.#registry = registry;
    this.#version = version;
    this.#now = now;
    this.#began = timeOf(now());
  }

  async collect(): Promise<CollectionResult> {
    const collected: readonly Collected[] = await this.#registry.getMetricsAsJSON();
    const during = { startTime: this.#began, endTime: timeOf(this.#now()) };
    const metrics = collected.flatMap((each) => metricOf(each, during));
    const scope = { name: 'stockafolio', version: this.#version };
    return {
      resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics: [{ scope, metrics }] },
      errors: [],
    };
  }
}

function metricOf(
  { name, help, type: given, values }: Collected,
  during: { readonly startTime: HrTime; readonly endTime: HrTime },
): readonly MetricData[] {
  // The declared type is that of a number, but the registry gives the names.
  const type = String(given);
  const shared = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (type === 'histogram') {
    const dataPoints = seriesOf(name, values).map(({ attributes, ...series }) => {
      return { ...during, attributes, value: histogramOf(series) };
    });
    return [{ ...shared, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
  }
  const dataPoints = values.map(({ labels, value }) => ({ ...during, attributes: { ...labels }, value }));
  if (type === 'counter') return [{ ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }];
  return type === 'gauge' ? [{ ...shared, dataPointType: DataPointType.GAUGE, dataPoints }] : [];
}

function seriesOf(name: string, values: readonly MetricValue<string>[]): readonly Series[] {
  const all = new Map<string, Series>();
  for (const each of values) {
    const { labels, value } = each;
    // Values of histograms have it, which the types of the registry do not say.
    const metricName = 'metricName' in each ? each.metricName : name;
    const { le, ...attributes } = labels as Readonly<Record<string, string | number>>;
    const id = JSON.stringify(Object.entries(attributes).sort());
    const series = all.get(id) ?? { attributes, bounds: [], upTo: [], sum: 0, count: 0 };
    all.set(id, series);
    if (metricName === `${name}_sum`) series.sum = value;
    else if (metricName === `${name}_count`) series.count = value;
    else {
      series.upTo.push(value);
      if (le !== '+Inf') series.bounds.push(Number(le));
    }
  }
  return [...all.values()];
}

/** Prometheus counts what is up to each bound; OpenTelemetry counts what is between two. */
function histogramOf({ bounds, upTo, sum, count }: Omit<Series, 'attributes'>): Histogram {
  const counts = upTo.map((value, n) => value - (upTo[n - 1] ?? 0));
  return { buckets: { boundaries: bounds, counts }, sum, count };
}

/** The unit that a name of Prometheus says, in the UCUM notation of OpenTelemetry. */
function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 's';
  return /_bytes(_total)?$/.test(name) ? 'By' : '';
}

function timeOf(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000);
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)];
}
