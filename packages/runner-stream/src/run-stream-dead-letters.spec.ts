import { expect } from 'chai';
import { deadLetters } from '@stockafolio/engine';
import { foldByKey, int64, into, pipeline, record, table, text } from '@stockafolio/core';
import type { OutgoingMessage } from '@stockafolio/core/ports';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codeOf, messages, type Sale, sales } from '../test/totals.js';
import type { StreamEvent } from './options.js';

type Many = Extract<StreamEvent, { readonly type: 'many-dead-letters' }>;

const bad: OutgoingMessage = { key: null, value: new TextEncoder().encode('{'), partition: 0, timestamp: 0 };
const bads = (count: number): OutgoingMessage[] => new Array<OutgoingMessage>(count).fill(bad);

describe('a run with many dead letters', () => {
  let at: StreamUnderTest;
  const many = (): Many[] => at.events.flatMap((event) => (event.type === 'many-dead-letters' ? [event] : []));
  const letters = async (): Promise<number> => {
    let count = 0;
    for await (const { values } of at.tables.scanAll(deadLetters)) if (values[0] === 'totals') count++;
    return count;
  };

  beforeEach(() => void (at = new StreamUnderTest()));

  it('says so after its first 100 messages, if all of them are, and goes on', async () => {
    await at.topic.append(bads(150));
    const result = await at.catchUp();
    const [first, ...others] = many();
    expect(others).to.eql([]);
    expect(first?.records).to.be.within(100, 119);
    expect(first?.rejected).to.equal(first?.records);
    expect(first?.last).to.include({ partition: 0, code: 'ERR_BAD_RECORD', offset: (first?.records ?? 0) - 1 });
    expect(result).to.include({ records: 150, setAside: 150, caughtUp: true });
  });

  it('says nothing of few ones, or of fewer than 100 messages', async () => {
    await at.topic.append([...bads(2), ...messages(300)]);
    await at.catchUp();
    await at.topic.append(bads(50));
    await at.catchUp();
    expect(many()).to.eql([]);
  });

  it('says so each minute, by the time that passes and not the time of day', async () => {
    const stop = new AbortController();
    const running = at.start({ signal: stop.signal });
    for (let minute = 0; minute < 3; minute++) {
      await at.topic.append([...messages(200, 200 * minute), ...bads(minute === 1 ? 0 : 10)]);
      await at.clock.advance(61_000);
      await at.topic.append(messages(1, 10_000 + minute));
      await at.clock.advance(1_000);
    }
    stop.abort();
    await at.clock.until(running);
    expect(many().map(({ rejected }) => rejected)).to.eql([10, 10]);
  });

  it('ends if it is to, with what it has processed committed, so that the next run continues after it', async () => {
    await at.topic.append([...bads(120), ...messages(300)]);
    const ended = await codeOf(at.catchUp({ onManyDeadLetters: 'fail' }));
    expect(ended).to.equal('ERR_MANY_DEAD_LETTERS');
    const kept = await letters();
    expect(kept).to.be.within(100, 120);
    const next = await at.catchUp();
    expect(next.records).to.be.at.most(420 - kept);
    expect(await letters()).to.equal(120);
  });

  it('ends with that error too if only its end shows that they are many', async () => {
    await at.topic.append([...messages(300), ...bads(10)]);
    expect(await codeOf(at.catchUp({ onManyDeadLetters: 'fail' }))).to.equal('ERR_MANY_DEAD_LETTERS');
    expect(await letters()).to.equal(10);
    expect(await codeOf(at.catchUp({ onManyDeadLetters: 'fail' }))).to.equal(undefined);
  });

  it('has another share if it is given one', async () => {
    await at.topic.append([...messages(300), ...bads(10)]);
    await at.catchUp({ onManyDeadLetters: 'fail', deadLetterShare: 0.05 });
    expect(many()).to.eql([]);
    expect(await codeOf(at.catchUp({ deadLetterShare: 2 }))).to.equal('ERR_USAGE');
  });

  it('shows which function threw, and counts each record once', async () => {
    const Sum = record('sum', { amount: int64() });
    const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64() });
    const careless = pipeline('careless', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey('f', {
            ...{ key: (s: Sale) => [s.user] as const, state: Sum },
            fold: (sum, s) => void (sum.amount += (s as unknown as { lots: number[] }).lots.length),
          }),
        ),
      ),
    ]);
    await at.topic.append(messages(150));
    const result = await at.catchUp({ pipeline: careless });
    expect(result.setAside).to.equal(150);
    const [first] = many();
    expect(first?.rejected).to.equal(first?.records);
    expect(first?.last?.code).to.equal('ERR_PIPELINE_DEFECT');
    expect(first?.last?.cause).to.match(
      /^operator 'f' threw TypeError: .*\nat fold \(run-stream-dead-letters\.spec\.ts:/,
    );
  });
});
