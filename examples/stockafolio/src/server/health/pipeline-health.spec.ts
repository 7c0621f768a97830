import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Tables } from '@stockafolio/core/ports';
import { deadLetters, progress } from '@stockafolio/engine';
import { systemClock } from '@stockafolio/connectors/clock-system';
import { expect } from 'chai';
import { marketTrades, traded, tradeOf, useServer } from '../../../test/traded.js';
import { readRows } from '../../figures/read-rows.js';
import { portfolio } from '../../pipeline.js';
import type { WireDeadLetters, WirePipeline } from '../wire/pipeline-types.js';
import { DeadLetterList } from './dead-letter-list.js';
import { PipelineHealth } from './pipeline-health.js';
import { metricsAt, type RunnerMetrics } from './runner-watch.js';

/** A clock that a test moves. */
function handClock() {
  const clock = { ...systemClock, at: 1_000_000, now: () => clock.at, elapsed: () => clock.at };
  return clock;
}

/** A runner that has processed this many messages, a tenth of them of `positions`. */
function runner(name: string, partition: number, state: { records: number; started?: number }): RunnerMetrics {
  return {
    name,
    text: async () =>
      [
        `process_start_time_seconds ${state.started ?? 5}`,
        `stockafolio_build_info{version="9.8.7"} 1`,
        `stockafolio_records_total ${state.records}`,
        `stockafolio_table_rows_total{table="positions"} ${state.records / 10}`,
        `stockafolio_operator_keys{partition="${partition}",operator="positions"} 7`,
        `stockafolio_offset{partition="${partition}"} ${state.records}`,
        `stockafolio_lag_records{partition="${partition}"} 3`,
        `stockafolio_checkpoint_time_seconds{partition="${partition}"} 990`,
      ].join('\n'),
  };
}

describe('the health of the pipeline', () => {
  const healthOf = async (
    runners: readonly RunnerMetrics[],
    tables?: Tables,
  ): Promise<{ health: PipelineHealth; clock: ReturnType<typeof handClock> }> => {
    const clock = handClock();
    const live = tables ?? (await traded([tradeOf({ id: '1' })])).tables;
    return {
      clock,
      health: new PipelineHealth({ live, clock, pipeline: portfolio.name, planned: portfolio, runners }),
    };
  };
  const rateTo = ({ edges }: WirePipeline, to: string): number | null | undefined =>
    edges.find((edge) => edge.to === to)?.rate;

  it('without runners is what the tables tell, and nothing that nobody knows', async () => {
    const { tables } = await traded(marketTrades(200));
    const { health } = await healthOf([], tables);
    const now = await health.now();
    const rows = await readRows(tables, progress, [portfolio.name]);
    expect(now.partitions.map(({ partition, offset }) => [partition, offset])).to.deep.equal(
      rows.map(({ partition, offset }) => [String(partition), offset]),
    );
    expect(now.hasRunners).to.equal(false);
    for (const figures of [now.rates, now.counts, ...now.edges.map(({ rate }) => ({ rate }))])
      for (const [name, value] of Object.entries(figures)) expect(value, name).to.equal(null);
    for (const { behind, unsavedSeconds, keys, runner: of } of now.partitions)
      expect([behind, unsavedSeconds, keys, of]).to.deep.equal([null, null, null, null]);
  });

  it('holds every part of the plan, and an edge for each of its edges', async () => {
    const { health } = await healthOf([]);
    const { nodes, edges } = await health.now();
    const ids = new Set(nodes.map(({ id }) => id));
    expect(ids.size).to.equal(nodes.length);
    expect(edges).to.have.length(portfolio.plan.edges.length);
    for (const { from, to } of edges) expect([ids.has(from), ids.has(to)], `${from} ${to}`).to.deep.equal([true, true]);
  });

  it('adds up the rates of all runners, known from the second look on', async () => {
    const [a, b] = [{ records: 1_000 }, { records: 50 }];
    const { health, clock } = await healthOf([runner('a', 0, a), runner('b', 1, b)]);
    expect((await health.now()).rates.messages).to.equal(null);
    clock.at += 2_000;
    Object.assign(a, { records: 1_200 });
    Object.assign(b, { records: 70 });
    const now = await health.now();
    expect(now.rates.messages).to.equal(110);
    expect(rateTo(now, 'operator positions')).to.equal(110);
    expect(rateTo(now, 'table positions')).to.equal(11);
    expect(now.counts, 'nothing has happened').to.include({ retries: 0, checkpointsFailed: 0 });
    expect(rateTo(now, 'table sector_totals'), 'not counted').to.equal(null);
    expect(now.nodes.find(({ id }) => id === 'operator positions')?.keys).to.equal(14);
    expect(now.partitions.slice(0, 2).map(({ runner: of, behind }) => [of, behind])).to.deep.equal([
      ['a', 3],
      ['b', 3],
    ]);
    expect(now.partitions[0]?.checkpointed).to.equal(new Date(990_000).toISOString());
    expect(now.runners.map(({ version, why }) => [version, why])).to.deep.equal([
      ['9.8.7', null],
      ['9.8.7', null],
    ]);
  });

  it('of some of the runners is not the health of the pipeline: sums are then not known', async () => {
    const silent: RunnerMetrics = { name: 'b', text: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const { health, clock } = await healthOf([runner('a', 0, { records: 10 }), silent]);
    await health.now();
    clock.at += 2_000;
    const now = await health.now();
    expect(now.rates.messages).to.equal(null);
    for (const [name, value] of Object.entries(now.counts)) expect(value, name).to.equal(null);
    expect(now.runners.map(({ name, why }) => [name, why])).to.deep.equal([
      ['a', null],
      ['b', 'connect ECONNREFUSED'],
    ]);
  });

  it('begins to count anew with a new process, and never tells a negative rate', async () => {
    const state = { records: 1_000, started: 5 };
    const { health, clock } = await healthOf([runner('a', 0, state)]);
    await health.now();
    clock.at += 2_000;
    Object.assign(state, { records: 10, started: 900 });
    expect((await health.now()).rates.messages).to.equal(null);
    clock.at += 2_000;
    state.records = 30;
    expect((await health.now()).rates.messages).to.equal(10);
  });

  it('is told although the tables cannot be read', async () => {
    const { tables } = await traded([]);
    const broken: Tables = {
      ...tables,
      scan: () => {
        throw new Error('gone');
      },
    };
    const { health } = await healthOf([runner('a', 0, { records: 10 })], broken);
    const now = await health.now();
    expect(now.isReadable).to.equal(false);
    expect(now.partitions.map(({ offset, behind }) => [offset, behind])).to.deep.equal([[10, 3]]);
  });

  it('is asked for at HTTP addresses alone, and says why one does not answer', async () => {
    expect(metricsAt('http://10.0.0.7:9464').name).to.equal('10.0.0.7:9464');
    for (const other of ['file:///etc/passwd', 'ftp://x', 'localhost']) expect(() => metricsAt(other)).to.throw();
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    await new Promise((closed) => listener.close(closed));
    const why = await metricsAt(`http://127.0.0.1:${port}`).text().then(String, String);
    expect(why).to.contain('ECONNREFUSED');
  });
});

describe('the dead letters of the pipeline', () => {
  const serve = useServer();
  const letter = (offset: number, code: string, more: object = {}): object => ({
    ...{ pipeline: portfolio.name, partition: 0, offset, operator: '', code, cause: `because of ${code}` },
    ...{ message: '<b>', encoding: 'utf8', truncated: false, ingested: 1_000 + offset, replayed: undefined, ...more },
  });
  const tablesWith = async (...letters: readonly object[]): Promise<Tables> => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    await tables.create([deadLetters]);
    const names = deadLetters.columns.map(({ name }) => name);
    await tables.write(
      letters.map((row) => ({
        ...{ table: deadLetters, version: 1 },
        values: names.map((name) => (row as Readonly<Record<string, never>>)[name]),
      })),
    );
    return tables;
  };

  it('are counted by cause, and listed, the newest first, without those of other pipelines', async () => {
    const live = await tablesWith(
      ...[letter(1, 'ERR_A'), letter(2, 'ERR_B'), letter(3, 'ERR_B', { replayed: 'done' })],
      ...[letter(4, 'ERR_C', { pipeline: 'other' }), letter(5, 'ERR_C', { pipeline: `${portfolio.name}2` })],
      letter(6, 'ERR_D', { pipeline: `${portfolio.name}.by-symbol` }),
    );
    const { server } = await serve({ live });
    const found = (await server.inject('/api/pipeline/dead-letters')).json<WireDeadLetters>();
    expect(found.letters.map(({ offset, replayed }) => [offset, replayed])).to.deep.equal([
      ...[
        [6, false],
        [3, true],
        [2, false],
        [1, false],
      ],
    ]);
    expect(found.causes.map(({ code, count }) => [code, count])).to.deep.equal([
      ...[
        ['ERR_B', 2],
        ['ERR_A', 1],
        ['ERR_D', 1],
      ],
    ]);
    expect([found.count, found.complete]).to.deep.equal([4, true]);
    const few = await new DeadLetterList(live, portfolio.name, systemClock, 2).now();
    expect([few.count, few.complete]).to.deep.equal([2, false]);
  });
});
