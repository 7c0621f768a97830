import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { readLog, valueOf } from './support/read-log.js';
import { must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

describe('P7: the same input makes the same tables, to the byte', () => {
  const at = tempFolder();
  const seed = seedOf('deterministic');
  const random = randomFrom(seed);

  const generate = (to: string, trades: number, of: number): ReturnType<typeof must> =>
    must([
      ...['generate', '--to', to, '--trades', String(trades), '--users', '2000', '--rate', '5'],
      ...[
        '--seed',
        String(of),
        '--start',
        '2026-01-05',
        '--out-of-order',
        '5000',
        '--user-skew',
        'zipf:1',
        '--fractions',
        '0.25',
      ],
    ]);
  const linesOf = async (log: string): Promise<string[]> =>
    (await readLog(log)).map((m) => `${m.partition}-${m.offset} ${m.timestamp} ${String(m.key)} ${valueOf(m)}`);

  it('a seed makes the same trades, as lines and as a log; another seed makes others', async () => {
    const [one, two, other] = await Promise.all([
      generate('-', 20_000, seed),
      generate('-', 20_000, seed),
      generate('-', 20_000, seed + 1),
    ]);
    expect(one.stdout === two.stdout, 'equal lines').to.equal(true);
    expect(one.stdout === other.stdout, 'equal lines of two seeds').to.equal(false);
    await generate(`log:${at('log')}`, 40_000, seed);
    await generate(`log:${at('log-2')}`, 40_000, seed);
    expectSameLines(await linesOf(at('log-2')), await linesOf(at('log')), 'logs');
  });

  it('steps of any size, with restarts or without, make the same tables', async () => {
    const large = ['--commit-interval', '5000', '--commit-records', '100000', '--checkpoint-interval', '60000'];
    await stream(at('log'), at('large'), at('large-checkpoints'), ...large);
    const expected = await dump(at('large'));

    const small = ['--commit-interval', '1', '--commit-records', '137', '--checkpoint-interval', '50'];
    await stream(at('log'), at('small'), at('small-checkpoints'), ...small);
    expectSameLines(await dump(at('small')), expected, 'small steps');

    for (let life = 0; life < 6; life++) {
      const steps = ['--commit-interval', String(1 + Math.floor(random() * 300))];
      steps.push('--commit-records', String(1 + Math.floor(random() * 5_000)));
      steps.push('--checkpoint-interval', String(1 + Math.floor(random() * 500)));
      const running = start([...streamArgs(at('log'), at('restarted'), at('restarted-checkpoints')), ...steps]);
      await running.says(/partition 3: (begins|continues)/);
      await pause(random() * 600);
      running.child.kill('SIGTERM');
      const { code, stderr } = await running.ended;
      expect(code, stderr).to.equal(0);
    }
    await stream(at('log'), at('restarted'), at('restarted-checkpoints'));
    expectSameLines(await dump(at('restarted')), expected, 'restarts');
  });
});
