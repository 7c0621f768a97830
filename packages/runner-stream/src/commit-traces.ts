import type { SourceMessage, Span, SpanFacts, Tracer } from '@stockafolio/core/ports';
import type { PartitionTask } from './partition-task.js';

/** Most trace contexts to which one commit is linked; OpenTelemetry's own limit is 128. */
export const MOST_LINKS = 64;

/** A W3C trace context that is sampled: only then there is a span to link to. */
const SAMPLED = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][13579bdf](-|$)/;

/** What is known of a partition at its last commit. */
interface Known {
  readonly offset: number;
  readonly rejected: number;
}

/** Makes the span of each commit: what it took in since the one before, and by what that was caused. */
export class CommitTraces {
  readonly #tracer: Tracer;
  readonly #pipeline: string;
  readonly #group: string;
  readonly #links = new Set<string>();
  #unlinked = 0;
  readonly #known = new WeakMap<PartitionTask, Known>();

  constructor(tracer: Tracer, pipeline: string, group: string) {
    this.#tracer = tracer;
    this.#pipeline = pipeline;
    this.#group = group;
  }

  /** Notes the trace contexts of messages for the next commit. */
  takeIn(messages: readonly SourceMessage[]): void {
    for (const { headers } of messages) {
      const context = headers?.['traceparent'];
      if (context === undefined || !SAMPLED.test(context) || this.#links.has(context)) continue;
      if (this.#links.size < MOST_LINKS) this.#links.add(context);
      else this.#unlinked++;
    }
  }

  /** Begins the span of a commit of these partitions. */
  begin(tasks: readonly PartitionTask[], facts: SpanFacts): Span {
    const partitions: number[] = [];
    const from: number[] = [];
    const to: number[] = [];
    let rejected = 0;
    for (const task of tasks) {
      const { engine, partition } = task;
      const known = this.#known.get(task) ?? { offset: task.from, rejected: 0 };
      const { offset } = engine.position;
      const { setAside } = engine;
      this.#known.set(task, { offset, rejected: setAside });
      rejected += setAside - known.rejected;
      if (offset === known.offset) continue;
      partitions.push(partition);
      from.push(known.offset);
      to.push(offset);
    }
    const links = [...this.#links];
    const unlinked = this.#unlinked === 0 ? {} : { unlinked: this.#unlinked };
    this.#links.clear();
    this.#unlinked = 0;
    return this.#tracer.begin(
      `commit ${this.#pipeline}`,
      {
        ...{ pipeline: this.#pipeline, group: this.#group, partitions, 'offsets.from': from, 'offsets.to': to },
        ...{ ...facts, rejected, ...unlinked },
      },
      links,
    );
  }
}
