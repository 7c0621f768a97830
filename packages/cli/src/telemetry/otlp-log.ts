import { type ContextManager, trace } from '@opentelemetry/api';
import { type AnyValue, type Logger, SeverityNumber } from '@opentelemetry/api-logs';
import { isStockafolioError, messageOf } from '@stockafolio/core';
import type { Facts, Level, LogMirror } from '../output/log.js';

const SEVERITIES: Readonly<Record<Level, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** Gives log lines the ids of the span in which they are written, and exports them. */
export class OtlpLog implements LogMirror {
  readonly #contexts: ContextManager;
  #logger: Logger | undefined;

  constructor(contexts: ContextManager) {
    this.#contexts = contexts;
  }

  /** Exports lines from now on. */
  to(logger: Logger): void {
    this.#logger = logger;
  }

  ids(): Facts {
    const span = trace.getSpan(this.#contexts.active())?.spanContext();
    return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
  }

  write(level: Level, text: string, facts: Facts): void {
    const context = this.#contexts.active();
    const attributes: Record<string, AnyValue> = {};
    for (const [name, value] of Object.entries(facts)) attributes[name] = anyValue(value);
    const severity = { severityNumber: SEVERITIES[level], severityText: level.toUpperCase() };
    this.#logger?.emit({ ...severity, body: text, attributes, context });
  }
}

function anyValue(value: unknown): AnyValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isStockafolioError(value)) return { code: value.code, message: value.message };
  if (value instanceof Error) return { message: messageOf(value) };
  if (Array.isArray(value)) return value.map(anyValue);
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, anyValue(each)]));
}
