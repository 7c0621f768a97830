import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** An attribute value of OTLP in JSON. */
export interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

export type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[];

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: OtlpAttributes;
  readonly events: readonly { readonly name: string; readonly attributes: OtlpAttributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface OtlpPoint {
  readonly attributes: OtlpAttributes;
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[]; readonly isMonotonic: boolean };
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}

export interface OtlpLogRecord {
  readonly severityText: string;
  readonly body: OtlpValue;
  readonly attributes: OtlpAttributes;
  readonly traceId?: string;
  readonly spanId?: string;
}

interface Resource {
  readonly resource: { readonly attributes: OtlpAttributes };
}

interface Body {
  readonly resourceSpans?: readonly (Resource & { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] })[];
  readonly resourceMetrics?: readonly (Resource & { scopeMetrics: readonly { metrics: readonly OtlpMetric[] }[] })[];
  readonly resourceLogs?: readonly (Resource & { scopeLogs: readonly { logRecords: readonly OtlpLogRecord[] }[] })[];
}

/** A request as it came. */
export interface Received {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Stands in for a collector of OpenTelemetry: takes OTLP over HTTP, and decodes it if it is JSON. */
export class Collector {
  readonly requests: Received[] = [];
  readonly #server = createServer((request, response) => {
    void take(request).then((received) => {
      this.requests.push(received);
      if (this.isSilent) return;
      response.writeHead(this.status, { 'content-type': received.type });
      response.end(received.type === 'application/json' ? '{}' : '');
    });
  });
  /** The status of its answers. */
  status = 200;
  /** Whether it takes requests, and never answers. */
  isSilent = false;
  url = '';

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.url = `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get spans(): readonly OtlpSpan[] {
    return this.#of('/v1/traces').flatMap(({ resourceSpans = [] }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  /** The metrics of the last request. */
  get metrics(): readonly OtlpMetric[] {
    const { resourceMetrics = [] } = this.#of('/v1/metrics').at(-1) ?? {};
    return resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  }

  get logs(): readonly OtlpLogRecord[] {
    return this.#of('/v1/logs').flatMap(({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
    );
  }

  /** What the resource of each request says, as text by name. */
  get resources(): readonly Readonly<Record<string, unknown>>[] {
    return ['/v1/traces', '/v1/metrics', '/v1/logs'].flatMap((path) =>
      this.#of(path).flatMap(({ resourceSpans, resourceMetrics, resourceLogs }) =>
        (resourceSpans ?? resourceMetrics ?? resourceLogs ?? []).map(({ resource }) => valuesOf(resource.attributes)),
      ),
    );
  }

  #of(path: string): readonly Body[] {
    return this.requests
      .filter((request) => request.path === path && request.type === 'application/json')
      .map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as Body);
  }
}

/** Attributes as plain values, by name. */
export function valuesOf(attributes: OtlpAttributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, intValue, doubleValue, arrayValue }: OtlpValue): unknown {
  if (arrayValue !== undefined) return arrayValue.values.map(plain);
  return stringValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
}

async function take(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
  return { path: request.url ?? '', type: request.headers['content-type'] ?? '', bytes };
}
