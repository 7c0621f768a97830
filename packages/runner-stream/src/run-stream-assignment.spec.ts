import type { AssignmentListener, Position, Source } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { dump, messages, slow } from '../test/totals.js';

describe('an assignment', () => {
  let at: StreamUnderTest;

  beforeEach(() => {
    at = new StreamUnderTest();
  });

  /** A stream whose commits take 400 ms, each with a checkpoint, and the listener that its source calls. */
  function startSlowly(signal: AbortSignal): { running: Promise<unknown>; listener: () => AssignmentListener } {
    const reader = at.topic.source();
    let heard: AssignmentListener | undefined;
    const source: Source = {
      ...forward(reader),
      open: (group, listener) => {
        heard = listener;
        return reader.open(group, listener);
      },
    };
    const tables = slow(at.tables, at.clock, () => 400);
    const running = at.start({ source, tables, commitInterval: 20, checkpointInterval: 0, signal });
    return {
      running,
      listener: () => {
        if (heard === undefined) throw new Error('the source was not opened');
        return heard;
      },
    };
  }

  it('waits for the current commit, and continues from the checkpoint that it writes', async () => {
    await at.topic.append(messages(80));
    const stop = new AbortController();
    const { running, listener } = startSlowly(stop.signal);
    await at.clock.advance(3_000);
    const committed = at.events.filter(({ type }) => type === 'committed').length;
    await at.topic.append(messages(80, 80));
    await at.clock.advance(100);
    expect(at.events.filter(({ type }) => type === 'committed')).to.have.length(committed);

    const positions: readonly Position[] = await at.clock.until(listener().assigned([0, 1, 2, 3], 7));

    const ends = (await at.topic.source().ranges()).map(({ partition, end }) => ({ partition, offset: end }));
    expect(positions.map(({ partition, offset }) => ({ partition, offset }))).to.deep.equal(ends);
    stop.abort();
    await at.clock.until(running);
    expect(await dump(at.tables)).to.eql(await at.wanted(160));
  });
});
