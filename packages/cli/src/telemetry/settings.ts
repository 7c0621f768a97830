import { StockafolioError } from '@stockafolio/core';

/** What can be exported. */
export const signals = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof signals)[number];

/** The encodings of OTLP over HTTP. */
export type Protocol = 'http/protobuf' | 'http/json';

/** Which signals are exported, and how each is encoded. */
export type TelemetrySettings = ReadonlyMap<Signal, Protocol>;

/**
 * What the standard environment of OpenTelemetry says. A signal is exported if there is an endpoint for it, or its exporter
 * is named `otlp`; not if its exporter is `none`, or the SDK is disabled.
 *
 * @throws ERR_USAGE if the protocol is one that is not spoken, such as gRPC
 */
export function telemetrySettings(env: NodeJS.ProcessEnv = process.env): TelemetrySettings {
  const settings = new Map<Signal, Protocol>();
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return settings;
  for (const signal of signals) {
    const name = signal.toUpperCase();
    const endpoint = read(env, `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT');
    const exporter = read(env, `OTEL_${name}_EXPORTER`) ?? (endpoint === undefined ? 'none' : 'otlp');
    const isExported = exporter.split(',').some((each) => each.trim() === 'otlp');
    if (isExported)
      settings.set(signal, protocolOf(env, `OTEL_EXPORTER_OTLP_${name}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'));
  }
  return settings;
}

/** The first of these variables that is set; an empty one counts as not set. */
function read(env: NodeJS.ProcessEnv, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
}

function protocolOf(env: NodeJS.ProcessEnv, ...names: readonly string[]): Protocol {
  const protocol = read(env, ...names) ?? 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw new StockafolioError('ERR_USAGE', `OTLP is not exported with the protocol '${protocol}'`, {
    hint: `set ${names.at(-1) ?? ''} to http/protobuf or http/json, and the endpoint to the HTTP port of the collector, usually 4318`,
  });
}
