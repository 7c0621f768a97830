import { expect } from 'chai';
import { pipeline, type Stream } from '@stockafolio/core';
import type { PartitionRange, Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { memoryFiles } from '@stockafolio/testing';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codec, codeOf, messages, totals, type Sale } from '../test/totals.js';
import type { StreamOptions } from './options.js';
import { openPartition, type PartitionTask } from './partition-task.js';

describe('the opening of a partition', () => {
  let at: StreamUnderTest;
  let source: string;

  /** Partition 0 of 4: a run has processed 100 of its messages and stored a checkpoint. */
  beforeEach(async () => {
    at = new StreamUnderTest();
    await at.topic.append(messages(100).map((message) => ({ ...message, partition: 0 })));
    await at.catchUp({ onPartitionMismatch: 'dead-letter' });
    at.events = [];
    source = await at.topic.source().identity();
  });

  function open(
    range: Partial<PartitionRange>,
    written: number | undefined,
    given: Partial<StreamOptions<Sale>> = {},
    isHeard = true,
  ): Promise<PartitionTask> {
    const options: StreamOptions<Sale> = {
      ...{ pipeline: totals, codec, source: at.topic.source(), tables: at.tables, checkpoints: at.checkpoints },
      ...{ clock: at.clock, ...given },
      ...(isHeard ? { onEvent: (event) => void at.events.push(event) } : {}),
    };
    return openPartition(options, {
      ...{ source, sources: [source], counts: [4], generation: 7, tableIds: {}, isNoted: true },
      range: { partition: 0, oldest: 0, end: 100, ...range },
      whole: written === undefined ? undefined : { progress: written, cut: written },
    });
  }

  it('continues from its checkpoint if the source ends right there, and is rejected if it ends before', async () => {
    const task = await open({ end: 100 }, 100);
    expect(task.engine.position.offset).to.equal(100);
    expect(task).to.include({
      partition: 0,
      generation: 7,
      end: 100,
      dirty: false,
      owing: false,
      open: false,
      oldest: null,
    });
    expect(task.writer.prepare()).to.equal(undefined);
    expect(at.events.map(({ type }) => type)).to.eql(['resumed']);
    expect(await codeOf(open({ end: 99 }, 100))).to.equal('ERR_CHECKPOINTS_AHEAD');
  });

  it('reads the progress of the tables again only if they seemed to be behind its checkpoint', async () => {
    let asked = 0;
    const scan: Tables['scan'] = (table, prefix, options) => {
      if ((table as unknown) === progress) asked++;
      return at.tables.scan(table, prefix, options);
    };
    const tables = { ...at.tables, scan };
    await open({}, 100, { tables });
    await open({}, 101, { tables });
    expect(asked).to.equal(0);
    await open({}, 99, { tables });
    await open({}, undefined, { tables });
    expect(asked).to.equal(2);
    expect(at.events.map(({ type }) => type)).to.eql(['resumed', 'resumed', 'resumed', 'resumed']);
  });

  it('begins at the oldest message if there is no checkpoint, unless tables hold earlier messages', async () => {
    const checkpoints = memoryFiles();
    for (const [range, written, offset] of [
      [{ oldest: 0 }, undefined, 0],
      [{ oldest: 5 }, undefined, 5],
      [{ oldest: 0 }, 3, 0],
    ] as const) {
      at.events = [];
      const task = await open(range, written, { checkpoints });
      expect(task.engine.position).to.eql({ offset, version: 0, latest: null });
      expect(at.events).to.eql([{ type: 'started', partition: 0, offset }]);
    }
    for (const written of [0, 3, 9]) {
      expect(await codeOf(open({ oldest: 1 }, written, { checkpoints }))).to.equal('ERR_OFFSET_GONE');
    }
  });

  it('reports each checkpoint that it skips', async () => {
    const [name = ''] = [...at.checkpoints.contents.keys()].filter((each) => each.includes('partition=00000'));
    at.checkpoints.contents.set(name, new Uint8Array(3));
    await open({}, undefined);
    expect(at.events.map(({ type }) => type)).to.eql(['checkpoint-skipped', 'started']);
    expect(at.events[0]).to.include({ partition: 0, name }).and.have.property('reason').that.contains('3 bytes');
  });

  it('needs nobody who listens to its events', async () => {
    expect((await open({}, 100, {}, false)).engine.position.offset).to.equal(100);
    const [name = ''] = [...at.checkpoints.contents.keys()].filter((each) => each.includes('partition=00000'));
    at.checkpoints.contents.set(name, new Uint8Array(3));
    expect((await open({}, undefined, {}, false)).engine.position.offset).to.equal(0);
  });

  it('rejects a changed pipeline, unless that is accepted', async () => {
    const other = pipeline(totals.name, { records: totals.stream as Stream<never> }, () => []);
    expect(await codeOf(open({}, 100, { pipeline: other }))).to.equal('ERR_CHECKPOINT_PLAN_CHANGED');
    const task = await open({}, 100, { pipeline: other, acceptPlanChange: true });
    expect(task.engine.position.offset).to.equal(100);
  });

  it('gives it its own turns for figures and checkpoints, so that no two partitions write at once', async () => {
    const due: number[][] = [];
    for (const partition of [0, 1, 2, 3]) {
      const task = await open({ partition, oldest: 0 }, 100, { figuresInterval: 400, checkpointInterval: 4_000 });
      const now = at.clock.now();
      const first = (isDue: (time: number) => boolean): number => {
        for (let step = 0; ; step++) if (isDue(now + step * 100)) return step * 100;
      };
      due.push([first((time) => task.figures.isDue(time)), first((time) => task.checkpoint.isDue(time))]);
    }
    expect(due).to.eql([
      [400, 4_000],
      [300, 3_000],
      [200, 2_000],
      [100, 1_000],
    ]);
  });
});
