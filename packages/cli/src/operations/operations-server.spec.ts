import { StockafolioError } from '@stockafolio/core';
import type { StreamEvent } from '@stockafolio/runner-stream';
import { expect } from 'chai';
import { streamMetrics } from './run-metrics.js';
import { operationsServer, type OperationsServer } from './operations-server.js';

const committed = (facts: Partial<Extract<StreamEvent, { type: 'committed' }>>): StreamEvent => ({
  type: 'committed',
  records: 10,
  rows: 25,
  tables: { positions: 20, user_totals: 5 },
  behind: 0,
  took: 40,
  partitions: [],
  ...facts,
});
const retry: StreamEvent = {
  type: 'retry',
  what: 'writing rows',
  error: new StockafolioError('ERR_TABLES_UNAVAILABLE', 'no node answers'),
  attempt: 1,
  delay: 100,
};

describe('the endpoints of a stream run', () => {
  let now = 100_000;
  let server: OperationsServer;
  beforeEach(async () => {
    now = 100_000;
    const clock = { now: () => now, elapsed: () => now };
    server = await operationsServer({ host: '127.0.0.1', port: 0 }, clock, await streamMetrics(clock));
  });
  afterEach(() => server.close());

  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const metric = async (line: string): Promise<string | undefined> =>
    (await get('/metrics')).text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length + 1);

  it('count records, rows, commits, retries, checkpoints and dead letters', async () => {
    const part = { partition: 2, offset: 70, behind: 5, latest: 90_000, oldest: 99_800, setAside: 3, keys: 11 };
    server.take({ type: 'started', partition: 2, offset: 0 });
    server.take(committed({ partitions: [part] }));
    server.take(committed({ partitions: [{ ...part, setAside: 4 }] }));
    server.take(retry);
    server.take({ type: 'checkpointed', partition: 2, offset: 70, bytes: 4_096 });
    const lag = { partition: 2, behind: 5, unsaved: 0, keys: { positions: 9, totals: 2 } };
    server.take({ type: 'lag', partitions: [lag], committing: 0, unanswered: 0 });
    server.take({ type: 'many-dead-letters', records: 100, rejected: 7, last: undefined });
    expect(await metric('stockafolio_many_dead_letters_total')).to.equal('1');
    expect(await metric('stockafolio_records_total')).to.equal('20');
    expect(await metric('stockafolio_rows_written_total')).to.equal('50');
    expect(await metric('stockafolio_table_rows_total{table="positions"}')).to.equal('40');
    expect(await metric('stockafolio_operator_keys{partition="2",operator="totals"}')).to.equal('2');
    expect(await metric('stockafolio_checkpoint_bytes{partition="2"}')).to.equal('4096');
    expect(await metric('stockafolio_checkpoint_time_seconds{partition="2"}')).to.equal('100');
    expect(await metric('stockafolio_commits_total')).to.equal('2');
    expect(await metric('stockafolio_dead_letters_total')).to.equal('4');
    expect(await metric('stockafolio_retries_total{what="writing rows"}')).to.equal('1');
    expect(await metric('stockafolio_checkpoints_total{result="stored"}')).to.equal('1');
    expect(await metric('stockafolio_lag_records{partition="2"}')).to.equal('5');
    expect(await metric('stockafolio_state_keys{partition="2"}')).to.equal('11');
    now = 105_000;
    expect(await metric('stockafolio_lag_seconds{partition="2"}')).to.equal('15');
    expect(await metric('stockafolio_end_to_end_seconds_count')).to.equal('2');
    expect(await metric('stockafolio_end_to_end_seconds_sum')).to.equal('0.4');
  });

  it('no longer mention a partition that has moved away', async () => {
    const part = { partition: 1, offset: 7, behind: 0, latest: 1, oldest: 1, setAside: 0, keys: 1 };
    server.take({ type: 'started', partition: 1, offset: 0 });
    server.take(committed({ partitions: [part] }));
    const lag = { partition: 1, behind: 0, unsaved: 0, keys: { totals: 1 } };
    server.take({ type: 'lag', partitions: [lag], committing: 0, unanswered: 0 });
    server.take({ type: 'checkpointed', partition: 1, offset: 7, bytes: 1 });
    server.take({ type: 'revoked', partition: 1, offset: 7 });
    expect((await get('/metrics')).text).to.not.contain('partition="1"');
    expect(await metric('stockafolio_partitions')).to.equal('0');
  });

  it('go on where the same process runs the stream once more', async () => {
    const letters = 'stockafolio_dead_letters_total';
    const part = { partition: 4, offset: 7, behind: 0, latest: 1, oldest: 1, setAside: 3, keys: 1 };
    server.take({ type: 'started', partition: 4, offset: 0 });
    server.take(committed({ partitions: [part] }));
    const before = Number(await metric(letters));
    server.take({ type: 'resumed', partition: 4, offset: 7, checkpoint: 'checkpoints/7', changes: [] });
    server.take(committed({ partitions: [{ ...part, setAside: 0 }] }));
    server.take(committed({ partitions: [{ ...part, setAside: 2 }] }));
    expect(Number(await metric(letters)) - before).to.equal(2);
    expect(await metric('stockafolio_partitions')).to.equal('1');
    server.take({ type: 'revoked', partition: 4, offset: 7 });
    expect(await metric('stockafolio_partitions')).to.equal('0');
  });

  it('report alive all the time, and ready while the tables accept rows', async () => {
    expect(await get('/ready')).to.deep.include({ status: 503 });
    server.take({ type: 'assigned', partitions: [] });
    expect(await get('/ready')).to.deep.include({ status: 200 });
    server.take(retry);
    now += 5_000;
    expect(await get('/ready'), 'a short failure does not count').to.deep.include({ status: 200 });
    now += 5_000;
    const failing = await get('/ready');
    expect(failing.status).to.equal(503);
    expect(failing.text).to.contain('no node answers');
    expect(await get('/health')).to.deep.include({ status: 200 });
    server.take(committed({}));
    expect(await get('/ready')).to.deep.include({ status: 200 });
  });

  it('answer nothing else, and report a port in use', async () => {
    expect(await get('/x')).to.deep.include({ status: 404 });
    const taken = Number(new URL(server.url).port);
    let message = '';
    const clock = { now: () => 0, elapsed: () => 0 };
    await operationsServer({ host: '127.0.0.1', port: taken }, clock, await streamMetrics(clock)).catch(
      (error: unknown) => {
        message = String(error);
      },
    );
    expect(message).to.contain(String(taken));
  });
});
