import { expect } from 'chai';
import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import { readMetrics, sumOf, valueOf } from './metrics-text.js';

describe('the text of metrics', () => {
  it('gives back every value with its labels, whatever these contain', async () => {
    const label = fc.string({
      maxLength: 12,
      unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', '=', ' ', 'n'),
    });
    const values = fc.double({ noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(label, { maxLength: 6 }), values, async (labels, value) => {
        const registry = new Registry();
        const gauge = new Gauge({ name: 'a_gauge', help: 'x', labelNames: ['of', 'and'], registers: [registry] });
        labels.forEach((of, n) => gauge.set({ of, and: 'b' }, n === 0 ? value : n));
        const samples = readMetrics(await registry.metrics());
        expect((samples.get('a_gauge') ?? []).map((sample) => sample.labels)).to.deep.equal(
          labels.map((of) => ({ of, and: 'b' })),
        );
        for (const [n, of] of labels.entries())
          expect(valueOf(samples, 'a_gauge', { of }), of).to.equal(n === 0 ? value : n);
      }),
    );
  });

  it('says nothing of what is not there, and leaves out what it cannot read', () => {
    const samples = readMetrics('a 1\nb{x="1"} 2 1700000000000\nb{x="2"} 3\nc NaN\n<html>\n# a 5\n\n');
    expect(valueOf(samples, 'a')).to.equal(1);
    expect(valueOf(samples, 'b', { x: '2' })).to.equal(3);
    expect(sumOf(samples, 'b')).to.equal(5);
    for (const name of ['c', 'd', '<html>']) expect(sumOf(samples, name), name).to.equal(undefined);
    expect(valueOf(samples, 'b', { x: '3' })).to.equal(undefined);
  });
});
