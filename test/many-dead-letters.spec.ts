import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { lastLine, must, run } from './support/run-command.js';
import { archive, batchArgs, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

describe('a run whose messages are nearly all bad', () => {
  const at = tempFolder();
  const caughtUp = (tables: string): string[] => [
    ...streamArgs(at('log'), at(tables), at(`${tables}-checkpoints`)),
    '--until-caught-up',
  ];
  const said =
    /(\d+) of the last \1 messages were dead-lettered; the last one: partition 0, offset \d+: ERR_BAD_RECORD/;

  before(async () => {
    const producer = await logProducer(at('log'), {});
    await producer.append(
      Array.from({ length: 150 }, () => ({
        ...{ key: null, value: Buffer.from('{"trade"'), partition: 0, timestamp: Date.parse('2026-01-05T15:00:00Z') },
      })),
    );
    await producer.close();
    await archive(at('log'), at('archive'));
  });

  it('says so in a stream and in a batch, and ends well', async () => {
    const streamed = await must([...caughtUp('warned'), '--json']);
    expect(streamed.stderr).to.match(said);
    expect(lastLine(streamed)).to.include({ ok: true, setAside: 150 });
    const batched = await must([...batchArgs(at('archive'), at('batch'), at('batch-checkpoints')), '--json']);
    expect(batched.stderr).to.match(said);
    expect(lastLine(batched)).to.include({ ok: true, setAside: 150 });
  });

  it('ends with 2 if it is to, and says what to do', async () => {
    const fail = ['--on-many-dead-letters', 'fail'];
    for (const args of [
      [...caughtUp('ended'), ...fail],
      [...batchArgs(at('archive'), at('ended-batch'), at('ended-batch-checkpoints')), ...fail],
    ]) {
      const { code, stderr } = await run(args);
      expect(code).to.equal(2);
      expect(stderr).to.match(said).and.to.contain('(ERR_MANY_DEAD_LETTERS)').and.to.contain('replay');
    }
  });

  it('takes another share, which a unit of a batch has too, and refuses what is none', async () => {
    const all = ['--on-many-dead-letters', 'fail', '--dead-letter-share', '100%'];
    await must([...caughtUp('allowed'), ...all]);
    const places = batchArgs(at('archive'), at('units'), at('units-checkpoints'));
    const { stdout } = await must([...places, '--print-units', ...all]);
    const { unit } = JSON.parse(stdout.split('\n')[0] ?? '') as { unit: Record<string, unknown> };
    expect(unit).to.include({ deadLetterShare: 1, onManyDeadLetters: 'fail' });
    for (const wrong of ['101', '-1', 'x', ''])
      expect((await run([...caughtUp('wrong'), '--dead-letter-share', wrong])).code).to.equal(2);
    expect((await run([...caughtUp('wrong'), '--on-many-dead-letters', 'stop'])).code).to.equal(2);
  });
});
