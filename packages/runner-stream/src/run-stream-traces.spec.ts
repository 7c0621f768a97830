import { expect } from 'chai';
import fc from 'fast-check';
import { StockafolioError } from '@stockafolio/core';
import type { Span, SpanFacts, Tables, Tracer } from '@stockafolio/core/ports';
import { memoryTopic } from '@stockafolio/testing';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codeOf, messages, slow } from '../test/totals.js';
import { CommitTraces, MOST_LINKS } from './commit-traces.js';

/** A span as it was reported. */
class NotedSpan implements Span {
  readonly children: NotedSpan[] = [];
  ends = 0;
  failure: unknown;

  readonly name: string;
  readonly facts: SpanFacts;
  readonly links: readonly string[];

  constructor(name: string, facts: SpanFacts, links: readonly string[] = []) {
    this.name = name;
    this.facts = facts;
    this.links = links;
  }

  child(name: string, facts: SpanFacts = {}): Span {
    const span = new NotedSpan(name, facts);
    this.children.push(span);
    return span;
  }

  set(): void {}

  within<R>(work: () => R): R {
    return work();
  }

  end(failure?: { readonly error: unknown }): void {
    this.ends++;
    this.failure = failure?.error;
  }
}

class NotedTracer implements Tracer {
  readonly spans: NotedSpan[] = [];

  begin(name: string, facts: SpanFacts, links?: readonly string[]): Span {
    const span = new NotedSpan(name, facts, links);
    this.spans.push(span);
    return span;
  }

  get all(): readonly NotedSpan[] {
    return this.spans.flatMap((span) => [span, ...span.children]);
  }
}

describe('the spans of a run', () => {
  let at: StreamUnderTest;
  let tracer: NotedTracer;

  beforeEach(() => {
    at = new StreamUnderTest();
    tracer = new NotedTracer();
  });

  it('are one for each commit, and every one ends once', async () => {
    const one = memoryTopic({ clock: at.clock, partitions: 1, batch: 20 });
    await one.append(messages(60));
    const { commits } = await at.catchUp({ source: one.source(), commitRecords: 20, tracer });
    expect(tracer.spans.map(({ name }) => name)).to.deep.equal(Array.from({ length: commits }, () => 'commit totals'));
    expect(tracer.all.map(({ ends }) => ends)).to.deep.equal(tracer.all.map(() => 1));
    expect(tracer.all.map(({ failure }) => failure)).to.deep.equal(tracer.all.map(() => undefined));
  });

  it('say why a commit failed, at the step that failed', async () => {
    await at.topic.append(messages(60));
    const refused = new StockafolioError('ERR_USAGE', 'these tables take nothing');
    let writes = 0;
    const tables: Tables = {
      ...slow(at.tables, at.clock, () => 0),
      write: async (rows) => {
        // What comes before the run itself is written.
        if (rows.some(({ table }) => !table.name.startsWith('stockafolio')) && ++writes > 1) throw refused;
        await at.tables.write(rows);
      },
    };
    expect(await codeOf(at.catchUp({ tables, commitRecords: 20, tracer }))).to.equal('ERR_USAGE');
    const failed = tracer.all.filter(({ failure }) => failure !== undefined);
    expect(failed.map(({ name, failure }) => ({ name, failure }))).to.deep.equal([
      { name: 'commit totals', failure: refused },
      { name: 'writing progress', failure: refused },
    ]);
  });
});

describe('the links of a commit', () => {
  const hex = (length: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
  const context = fc
    .tuple(hex(32), hex(16), fc.constantFrom('00', '01', '03'))
    .map(([trace, span, flags]) => `00-${trace}-${span}-${flags}`);
  const header = fc.oneof(context, fc.constantFrom(undefined, '', 'nonsense', '00-12-34-01'));

  it('are the different contexts that are sampled, up to a bound, and the others are counted', () => {
    fc.assert(
      fc.property(fc.array(fc.array(header, { maxLength: 60 }), { maxLength: 5 }), (batches) => {
        const tracer = new NotedTracer();
        const traces = new CommitTraces(tracer, 'totals', 'totals');
        for (const batch of batches)
          traces.takeIn(
            batch.map((traceparent, offset) => {
              const headers = traceparent === undefined ? {} : { headers: { traceparent } };
              return { offset, timestamp: 0, key: null, value: null, ...headers };
            }),
          );
        traces.begin([], {});
        traces.begin([], {});
        const [first, second] = tracer.spans;
        const sampled = [...new Set(batches.flat())].filter(
          (each) => /-0[13]$/.test(each ?? '') && each?.length === 55,
        );
        expect(first?.links).to.deep.equal(sampled.slice(0, MOST_LINKS));
        expect(first?.facts['unlinked'] ?? 0).to.equal(Math.max(0, sampled.length - MOST_LINKS));
        expect(second?.links).to.deep.equal([]);
      }),
    );
  });
});
