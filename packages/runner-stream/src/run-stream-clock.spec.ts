import { expect } from 'chai';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { messages } from '../test/totals.js';

const HOUR = 3_600_000;

describe('a run whose system clock is set', () => {
  for (const [direction, by] of [
    ['back', -HOUR],
    ['forward', HOUR],
  ] as const) {
    it(`${direction} by an hour commits and writes checkpoints as before`, async () => {
      const at = new StreamUnderTest();
      const stop = new AbortController();
      const running = at.start({ signal: stop.signal, commitInterval: 20, checkpointInterval: 1_000 });
      await at.topic.append(messages(60));
      await at.clock.advance(2_000);
      at.clock.set(at.clock.now() + by);
      at.events = [];
      await at.topic.append(messages(60));
      await at.clock.advance(2_000);
      const told = at.events.map(({ type }) => type);
      expect(told).to.include('committed').and.include('checkpointed');
      const records = at.events.reduce((sum, event) => sum + (event.type === 'committed' ? event.records : 0), 0);
      expect(records).to.equal(60);
      for (const event of at.events) if (event.type === 'committed') expect(event.took).to.be.within(0, 1_000);
      stop.abort();
      await at.clock.until(running);
    });
  }
});
