import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Context,
  type ContextManager,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { isStockafolioError, messageOf } from '@stockafolio/core';
import type { Span, SpanFacts, Tracer } from '@stockafolio/core/ports';
import type { TracedPipeline } from './telemetry.js';

/** Facts that OpenTelemetry's conventions for messaging have a name for; the others are `stockafolio.*`. */
const CONVENTIONAL: ReadonlyMap<string, string> = new Map([
  ['group', 'messaging.consumer.group.name'],
  ['records', 'messaging.batch.message_count'],
]);

/** The tracer of a pipeline: makes the spans of its runs with OpenTelemetry. */
export class SpanTracer implements Tracer {
  readonly #tracer: OtelTracer;
  readonly #contexts: ContextManager;
  readonly #pipeline: TracedPipeline;

  constructor(tracer: OtelTracer, contexts: ContextManager, pipeline: TracedPipeline) {
    this.#tracer = tracer;
    this.#contexts = contexts;
    this.#pipeline = pipeline;
  }

  begin(name: string, facts: SpanFacts, links: readonly string[] = []): Span {
    // Only what a group reads is a consumption of messages; and stages read other topics than the pipeline.
    const isConsumer = 'group' in facts;
    const isOwn = isConsumer && facts['pipeline'] === this.#pipeline.name;
    const attributes = {
      ...(isConsumer ? { 'messaging.operation.type': 'process', 'messaging.operation.name': 'commit' } : {}),
      ...(isOwn ? this.#pipeline.attributes : {}),
      ...attributesOf(facts),
    };
    const kind = isConsumer ? SpanKind.CONSUMER : SpanKind.INTERNAL;
    const span = this.#tracer.startSpan(name, { kind, attributes, links: links.flatMap(linkTo) }, ROOT_CONTEXT);
    return new TracedSpan(span, this.#tracer, this.#contexts);
  }
}

class TracedSpan implements Span {
  readonly #span: OtelSpan;
  readonly #tracer: OtelTracer;
  readonly #contexts: ContextManager;
  readonly #context: Context;

  constructor(span: OtelSpan, tracer: OtelTracer, contexts: ContextManager) {
    this.#span = span;
    this.#tracer = tracer;
    this.#contexts = contexts;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
  }

  child(name: string, facts: SpanFacts = {}): Span {
    const span = this.#tracer.startSpan(name, { attributes: attributesOf(facts) }, this.#context);
    return new TracedSpan(span, this.#tracer, this.#contexts);
  }

  set(facts: SpanFacts): void {
    this.#span.setAttributes(attributesOf(facts));
  }

  within<R>(work: () => R): R {
    return this.#contexts.with(this.#context, work);
  }

  end(failure?: { readonly error: unknown }): void {
    if (failure !== undefined) {
      const { error } = failure;
      const message = messageOf(error);
      this.#span.recordException(error instanceof Error ? error : message);
      this.#span.setAttribute('error.type', isStockafolioError(error) ? error.code : '_OTHER');
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    this.#span.end();
  }
}

function attributesOf(facts: SpanFacts): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(facts))
    attributes[CONVENTIONAL.get(name) ?? `stockafolio.${name}`] = typeof value === 'object' ? [...value] : value;
  return attributes;
}

function linkTo(traceparent: string): readonly Link[] {
  const context = parseTraceParent(traceparent);
  return context === null ? [] : [{ context: { ...context, isRemote: true } }];
}
