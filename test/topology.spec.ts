import { expect } from 'chai';
import { ROOT, run } from './support/run-command.js';
import { APP } from './support/two-streams.js';

describe('the topology of a pipeline', () => {
  it('says which output goes where, and what is below a key', async () => {
    const app = ['topology', '--app', './examples/sensors/dist/sensors.js'];
    expect((await run(app, ROOT)).stdout.split('\n').slice(0, 6)).to.deep.equal([
      'pipeline sensors reads stream readings',
      "  -> processByKey 'watch' (key sensor, timers silent high, maps values, outputs alerts changes) keeps latest: timestamp, lastHigh: timestamp, values of (value: int32, revision: int32)",
      '     -> alerts -> table alerts',
      "     -> changes -> foldByKey 'hours' (key sensor, (timestamp)) keeps sum: int64, count: int64",
      '        -> table hours',
      '',
    ]);
    expect((await run([...app, '--format', 'mermaid'], ROOT)).stdout).to.contain('watch -- alerts --> t_alerts');
  });

  it('says what each of several streams goes into', async () => {
    expect((await run(['topology', ...APP], ROOT)).stdout.trimEnd().split('\n')).to.deep.equal([
      'pipeline accounts reads stream orders',
      "  -> foldByKey 'balances' keeps cents: int64, log: text",
      '     -> table balances',
      "  -> tumblingWindow 'by-second' (size 1000, allowedLateness 0) keeps cents: int64, log: text",
      '     -> table balances_by_second',
      'pipeline accounts reads stream payments',
      "  -> 'balances', as above",
      "  -> 'by-second', as above",
    ]);
  });
});
