import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { signals, telemetrySettings } from './settings.js';

describe('the settings of the export', () => {
  const of = (env: NodeJS.ProcessEnv): object => Object.fromEntries(telemetrySettings(env));
  const all = (protocol: string): object => Object.fromEntries(signals.map((signal) => [signal, protocol]));
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

  it('are nothing without an endpoint or an exporter', () => {
    expect(of({})).to.deep.equal({});
    expect(of({ OTEL_SERVICE_NAME: 'prices', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).to.deep.equal({});
    expect(of({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' })).to.deep.equal({});
  });

  it('are all signals for a common endpoint, but those whose exporter is another one', () => {
    expect(of(endpoint)).to.deep.equal(all('http/protobuf'));
    expect(of({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).to.deep.equal(all('http/json'));
    expect(of({ ...endpoint, OTEL_METRICS_EXPORTER: 'prometheus', OTEL_LOGS_EXPORTER: 'none' })).to.deep.equal({
      traces: 'http/protobuf',
    });
    expect(of({ OTEL_LOGS_EXPORTER: 'console,otlp' })).to.deep.equal({ logs: 'http/protobuf' });
  });

  it('are those of a signal before the common ones', () => {
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' };
    expect(of({ ...own, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' })).to.deep.equal({ traces: 'http/json' });
  });

  it('cannot be gRPC', () => {
    const refused = (() => {
      try {
        return of({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
      } catch (error) {
        return error;
      }
    })();
    expect(isStockafolioError(refused, 'ERR_USAGE')).to.equal(true);
  });
});
