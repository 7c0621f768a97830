import type { Source, SourceMessage } from '@stockafolio/core/ports';
import { rowObject } from '@stockafolio/core';
import { deadLetters } from '@stockafolio/engine';
import { expect } from 'chai';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { dump, messages } from '../test/totals.js';

describe('a partition of a stream', () => {
  let at: StreamUnderTest;

  beforeEach(() => {
    at = new StreamUnderTest();
  });

  it('processes no message below its position again, although the source returns it again', async () => {
    await at.topic.append(messages(400));
    const reader = at.topic.source();
    const before = new Map<number, readonly SourceMessage[]>();
    const stuttering: Source = {
      ...forward(reader),
      async next(wait) {
        const batch = await reader.next(wait);
        if (batch === undefined) return undefined;
        const again = before.get(batch.partition) ?? [];
        before.set(batch.partition, batch.messages);
        return { ...batch, messages: [...again, ...batch.messages] };
      },
    };
    await at.catchUp({ source: stuttering });
    expect(await dump(at.tables)).to.eql(await at.wanted(400));
  });

  it('dead-letters a message that is no record with its bytes', async () => {
    await at.topic.append([...messages(3), { partition: 0, key: null, value: Buffer.from('no sale'), timestamp: 0 }]);
    await at.catchUp();
    const letters: unknown[] = [];
    for await (const { values } of at.tables.scanAll(deadLetters)) letters.push(rowObject(deadLetters, values));
    expect(letters).to.have.length(1);
    expect(letters[0]).to.include({ message: 'no sale', code: 'ERR_BAD_RECORD', operator: '' });
  });

  it('keeps its position if all messages from the source are below it', async () => {
    await at.topic.append(messages(100));
    await at.catchUp();
    const reader = at.topic.source();
    const all = await forward(reader).ranges();
    let told = 0;
    const behind: Source = {
      ...forward(reader),
      async next(wait) {
        if (told++ > 0) return reader.next(wait);
        const messages = [{ offset: 0, timestamp: 0, key: null, value: new Uint8Array([1]) }];
        return { partition: 0, generation: 2, messages, endOffset: all[0]?.end ?? 0 };
      },
    };
    const stop = new AbortController();
    const running = at.start({ source: behind, signal: stop.signal });
    await at.clock.advance(1_000);
    stop.abort();
    expect((await at.clock.until(running)).setAside).to.equal(0);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });
});
