import { createServer } from 'node:net';
import { once } from 'node:events';
import { createLog, logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { Collector, valuesOf, type OtlpSpan } from './support/collector.js';
import { dump, expectSameLines } from './support/dumps.js';
import { readLog } from './support/read-log.js';
import { type Ended, lastLine, must, ROOT, start, succeeded } from './support/run-command.js';
import { archive, batchArgs, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** Every how many messages of a partition one has a trace context; every second of these is not sampled. */
const EVERY = 100;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const traceOf = (partition: number, offset: number): string => hex(partition + 1, 16) + hex(offset + 1, 16);
const isSampled = (offset: number): boolean => (offset / EVERY) % 2 === 0;

const numbers = (span: OtlpSpan, name: string): readonly number[] =>
  (valuesOf(span.attributes)[`stockafolio.${name}`] ?? []) as readonly number[];
const number = (span: OtlpSpan, name: string): number => Number(valuesOf(span.attributes)[name]);
const sum = (spans: readonly OtlpSpan[], name: string): number =>
  spans.reduce((all, span) => all + number(span, name), 0);

describe('the export of telemetry', () => {
  const at = tempFolder();
  let collector: Collector;
  let expected: readonly string[] = [];
  /** How many messages each partition has. */
  const ends = new Map<number, number>();

  const variables = (url: string): NodeJS.ProcessEnv => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    STOCKAFOLIO_LOG: 'json',
    STOCKAFOLIO_LOG_LEVEL: 'debug',
  });
  const streamed = async (name: string, env: NodeJS.ProcessEnv): Promise<Ended> => {
    const args = [...streamArgs(at('log'), at(name), at(`${name}-checkpoints`)), '--until-caught-up', '--json'];
    return succeeded('stream', await start(args, ROOT, env).ended);
  };
  const named = (name: string): readonly OtlpSpan[] => collector.spans.filter((span) => span.name === name);

  before(async () => {
    await must([
      'generate',
      '--to',
      `log:${at('made')}`,
      '--trades',
      '12000',
      '--users',
      '100',
      '--start',
      '2026-01-05',
    ]);
    await createLog(at('log'), { partitions: 4 });
    const producer = await logProducer(at('log'));
    const made = (await readLog(at('made'))).map(({ partition, offset, key, value, timestamp }) => {
      const flags = isSampled(offset) ? '01' : '00';
      const traceparent = `00-${traceOf(partition, offset)}-${hex(offset + 1, 16)}-${flags}`;
      return { partition, key, value, timestamp, ...(offset % EVERY === 0 ? { headers: { traceparent } } : {}) };
    });
    await producer.append([...made, { partition: 0, key: null, value: Buffer.from('hello, world') }]);
    await producer.close();
    for (const { partition } of await readLog(at('log'))) ends.set(partition, (ends.get(partition) ?? 0) + 1);
    await streamed('plain', {});
    expected = await dump(at('plain'));
  });

  beforeEach(async () => {
    collector = new Collector();
    await collector.open();
  });

  afterEach(async () => {
    await collector.close();
  });

  it('has one span for each commit, linked to what it took in, and the metrics and logs of the run', async () => {
    const ended = await streamed('told', variables(collector.url));
    const { stderr } = ended;
    const result = lastLine(ended) as Record<'commits' | 'rows' | 'records' | 'setAside', number>;
    const commits = named('commit portfolio');
    expect(commits).to.have.length(result.commits);
    expect(sum(commits, 'messaging.batch.message_count')).to.equal(result.records);
    expect(sum(commits, 'stockafolio.rows')).to.equal(result.rows);
    expect(sum(commits, 'stockafolio.rejected')).to.equal(1).and.to.equal(result.setAside);
    expect(commits.map(({ kind, parentSpanId }) => ({ kind, parentSpanId }))).to.deep.equal(
      commits.map(() => ({ kind: 5, parentSpanId: undefined })),
    );

    // The commits of a partition follow each other without a gap, from its first offset to its end.
    const reached = new Map<number, number>();
    for (const commit of commits)
      numbers(commit, 'partitions').forEach((partition, n) => {
        expect(numbers(commit, 'offsets.from')[n]).to.equal(reached.get(partition) ?? 0);
        reached.set(partition, numbers(commit, 'offsets.to')[n] ?? 0);
      });
    expect(reached).to.deep.equal(ends);

    // Every sampled context is linked once, from the commit that took its message in.
    let linked = 0;
    for (const commit of commits) {
      const unlinked = valuesOf(commit.attributes)['stockafolio.unlinked'] ?? 0;
      linked += commit.links.length + Number(unlinked);
      for (const { traceId } of commit.links) {
        const partition = parseInt(traceId.slice(0, 16), 16) - 1;
        const offset = parseInt(traceId.slice(16), 16) - 1;
        const n = numbers(commit, 'partitions').indexOf(partition);
        expect(isSampled(offset)).to.equal(true);
        expect(offset).to.be.within(
          numbers(commit, 'offsets.from')[n] ?? NaN,
          (numbers(commit, 'offsets.to')[n] ?? NaN) - 1,
        );
      }
    }
    const sampled = [...ends].flatMap(([partition, end]) =>
      Array.from({ length: partition === 0 ? end - 1 : end }, (_, offset) => offset).filter(
        (offset) => offset % EVERY === 0 && isSampled(offset),
      ),
    );
    expect(linked).to.equal(sampled.length);

    const ids = new Set(commits.map(({ spanId }) => spanId));
    for (const name of ['writing rows', 'writing progress', 'telling the source', 'storing a checkpoint']) {
      expect(named(name), name).to.not.have.length(0);
      for (const { parentSpanId } of named(name)) expect(ids).to.include(parentSpanId);
    }
    expect(named('writing progress')).to.have.length(result.commits);

    const points = (name: string): readonly { readonly asDouble?: number; readonly count?: number }[] => {
      const { sum: total, gauge, histogram } = collector.metrics.find((metric) => metric.name === name) ?? {};
      return (total ?? gauge ?? histogram)?.dataPoints ?? [];
    };
    const total = (name: string): number => points(name).reduce((all, { asDouble = 0 }) => all + asDouble, 0);
    expect(total('stockafolio_records_total')).to.equal(result.records);
    expect(total('stockafolio_rows_written_total')).to.equal(result.rows);
    expect(total('stockafolio_table_rows_total')).to.equal(result.rows);
    expect(total('stockafolio_dead_letters_total')).to.equal(1);
    expect(total('stockafolio_checkpoints_total')).to.equal(named('storing a checkpoint').length);
    expect(points('stockafolio_commit_seconds').map(({ count }) => count)).to.deep.equal([result.commits]);

    const lines = stderr.split('\n').filter((line) => line.includes('"event":"checkpointed"'));
    const exported = collector.logs.filter(({ body }) => body.stringValue?.includes('checkpoint at offset'));
    expect(lines).to.have.length(named('storing a checkpoint').length);
    const idsOf = lines.map((line) => JSON.parse(line) as { readonly trace_id: string; readonly span_id: string });
    for (const { span_id: id } of idsOf) expect(ids).to.include(id);
    expect(exported.map(({ traceId, spanId }) => `${traceId} ${spanId}`)).to.deep.equal(
      idsOf.map(({ trace_id: trace, span_id: span }) => `${trace} ${span}`),
    );
    const services = collector.resources.map((resource) => resource['service.name']);
    expect(new Set(services)).to.deep.equal(new Set(['stockafolio']));
    expectSameLines(await dump(at('told')), expected, 'the tables of a run that is traced');
  });

  it('is encoded as Protobuf by default, and its resource is that of the environment', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'prices-of-today' };
    await streamed('binary', env);
    const traces = collector.requests.filter(({ path }) => path === '/v1/traces');
    expect(new Set(traces.map(({ type }) => type))).to.deep.equal(new Set(['application/x-protobuf']));
    const text = Buffer.concat(traces.map(({ bytes }) => bytes)).toString('latin1');
    expect(text).to.include('commit portfolio').and.to.include('prices-of-today');
  });

  it('is one signal, or none, as the environment says', async () => {
    await streamed('disabled', { ...variables(collector.url), OTEL_SDK_DISABLED: 'true' });
    expect(collector.requests).to.deep.equal([]);
    await streamed('traces', {
      ...variables(collector.url),
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(new Set(collector.requests.map(({ path }) => path))).to.deep.equal(new Set(['/v1/traces']));
  });

  const reports = (stderr: string): number => stderr.split('\n').filter((line) => /OpenTelemetry: /.test(line)).length;

  it('changes nothing about a run whose collector is unreachable, which is reported once', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close();
    await once(server, 'close');
    const { stderr } = await streamed('unreachable', variables(`http://127.0.0.1:${port}`));
    expect(reports(stderr), stderr).to.equal(1);
    expectSameLines(await dump(at('unreachable')), expected, 'the tables of a run without its collector');
  });

  it('changes nothing about a run whose collector refuses everything, or never answers', async () => {
    collector.status = 400;
    const refused = await streamed('refused', variables(collector.url));
    expect(reports(refused.stderr), refused.stderr).to.equal(1);
    collector.isSilent = true;
    const silent = await streamed('silent', variables(collector.url));
    expect(reports(silent.stderr), silent.stderr).to.equal(1);
    expectSameLines(await dump(at('silent')), expected, 'the tables of a run whose collector is silent');
  });

  it('has the error that ended a run among its logs', async () => {
    const args = [...streamArgs(at('log'), at('failed'), at('failed-checkpoints')), '--on-bad-record', 'fail'];
    const { code } = await start([...args, '--until-caught-up'], ROOT, variables(collector.url)).ended;
    expect(code).to.equal(2);
    const errors = collector.logs.filter(({ severityText }) => severityText === 'ERROR');
    expect(errors.map(({ body }) => body.stringValue)).to.have.length(1);
    expect(JSON.stringify(errors)).to.include('ERR_BAD_RECORD');
  });

  it('has one span for each unit of a batch, wherever it runs', async () => {
    await archive(at('log'), at('archive'));
    for (const workers of ['1', '2']) {
      collector.requests.length = 0;
      const args = batchArgs(at('archive'), at(`batch-${workers}`), at(`batch-checkpoints-${workers}`));
      const life = start([...args, '--workers', workers, '--json'], ROOT, variables(collector.url));
      const result = lastLine(succeeded('batch', await life.ended)) as { records: number; rows: number };
      const units = named('unit portfolio');
      expect(units.flatMap((unit) => numbers(unit, 'partitions'))).to.have.members([...ends.keys()]);
      expect(sum(units, 'messaging.batch.message_count')).to.equal(result.records);
      expect(sum(units, 'stockafolio.rows')).to.equal(result.rows);
      for (const unit of units)
        expect(numbers(unit, 'offsets.to')).to.deep.equal([ends.get(numbers(unit, 'partitions')[0] ?? -1)]);
    }
  });
});
