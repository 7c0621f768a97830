import { DataPointType } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RegistryProducer } from './registry-producer.js';

/** A line of Prometheus's text format for each value, from what is exported. */
async function linesOf(registry: Registry): Promise<string[]> {
  const { resourceMetrics } = await new RegistryProducer(registry, '1.0.0', () => 1_500).collect();
  const lines: string[] = [];
  for (const { metrics } of resourceMetrics.scopeMetrics)
    for (const { descriptor, ...metric } of metrics) {
      const say = (end: string, labels: object, value: number): void => {
        const texts = Object.entries(labels).map(([name, label]) => `${name}="${String(label)}"`);
        lines.push(`${descriptor.name}${end}${texts.length === 0 ? '' : `{${texts.join(',')}}`} ${value}`);
      };
      if (metric.dataPointType === DataPointType.HISTOGRAM) {
        for (const { attributes, value } of metric.dataPoints) {
          let upTo = 0;
          value.buckets.counts.forEach((count, n) => {
            upTo += count;
            say('_bucket', { le: value.buckets.boundaries[n] ?? '+Inf', ...attributes }, upTo);
          });
          say('_sum', attributes, value.sum ?? 0);
          say('_count', attributes, value.count);
        }
      } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM)
        for (const { attributes, value } of metric.dataPoints) say('', attributes, value);
    }
  return lines;
}

describe('what is exported of a registry', () => {
  it('is what it shows to Prometheus, value by value', async () => {
    const label = fc.constantFrom('a', 'b', 'c');
    const step = fc.tuple(fc.constantFrom('counter', 'gauge', 'histogram'), label, fc.integer({ min: 0, max: 100 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const registers = [new Registry()];
        const [registry = new Registry()] = registers;
        const shared = { help: 'h', labelNames: ['of'], registers };
        const counter = new Counter({ ...shared, name: 'things_total' });
        const gauge = new Gauge({ ...shared, name: 'size_bytes' });
        const histogram = new Histogram({ ...shared, name: 'time_seconds', buckets: [1, 10, 50] });
        for (const [kind, of, value] of steps) {
          if (kind === 'counter') counter.inc({ of }, value);
          else if (kind === 'gauge') gauge.set({ of }, value);
          else histogram.observe({ of }, value);
        }
        const shown = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
        expect((await linesOf(registry)).sort()).to.deep.equal(shown.sort());
      }),
    );
  });

  it('has the units that the names say', async () => {
    const registry = new Registry();
    const registers = [registry];
    for (const name of ['a_seconds', 'b_bytes', 'c_total', 'd_seconds_total'])
      new Gauge({ name, help: 'h', registers });
    const { resourceMetrics } = await new RegistryProducer(registry, '1.0.0', Date.now).collect();
    const units = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor }) => descriptor.unit),
    );
    expect(units).to.deep.equal(['s', 'By', '', 's']);
  });
});
