/** What is known of a span, by name; lists are parallel, one entry for each partition. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** A piece of work, from its begin to its end, for a tracing system. */
export interface Span {
  /** Begins a part of this work. It may end after the work itself. */
  child(name: string, facts?: SpanFacts): Span;
  /** Adds facts that were not known at the begin. */
  set(facts: SpanFacts): void;
  /** Runs a function, so that log lines which it causes, also asynchronously, have the ids of this span. */
  within<R>(work: () => R): R;
  /** @param failure why the work failed; absent if it did not */
  end(failure?: { readonly error: unknown }): void;
}

/** Where runners report their commits and units as spans. An implementation must not throw, and must not block. */
export interface Tracer {
  /**
   * Begins a span.
   *
   * @param links W3C trace contexts (`traceparent`) of what caused the work
   */
  begin(name: string, facts: SpanFacts, links?: readonly string[]): Span;
}

/**
 * Does work as a part of a span, and ends that part with the work. Without a span it only does the work.
 *
 * @throws the error of the work, which is noted at the part
 * @example
 * await traced(commit, 'write rows', { rows: rows.length }, () => tables.write(rows));
 */
export async function traced<R>(
  parent: Span | undefined,
  name: string,
  facts: SpanFacts,
  work: () => Promise<R>,
): Promise<R> {
  return parent === undefined ? work() : endedWith(parent.child(name, facts), work);
}

/** Does work within a span, and ends the span with it. @throws the error of the work */
export async function endedWith<R>(span: Span, work: (span: Span) => Promise<R>): Promise<R> {
  try {
    const result = await span.within(() => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end({ error });
    throw error;
  }
}
