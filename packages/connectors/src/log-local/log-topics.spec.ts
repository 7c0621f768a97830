import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStockafolioError } from '@stockafolio/core';
import { logTopics } from './log-topics.js';
import { growLog, readMeta } from './meta.js';

describe('logTopics', () => {
  let dir = '';
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'log-topics-'))));
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** Opens the topic, and returns how many partitions it has, and its source says. */
  async function opened(partitions: number, isFixed: boolean): Promise<readonly [number, number]> {
    const topic = await logTopics(dir).open('own', { partitions, isFixed });
    const count = (await topic.source.ranges()).length;
    await topic.source.close();
    await topic.producer.close();
    return [topic.partitions, count];
  }

  it('makes a topic with the partitions that are asked for', async () => {
    expect(await opened(3, false)).to.deep.equal([3, 3]);
  });

  it('gives a topic the partitions that it lacks, if it must have them, and it stays the same log', async () => {
    await opened(2, false);
    const before = await readMeta(join(dir, 'own'));
    expect(await opened(4, true)).to.deep.equal([4, 4]);
    expect((await readMeta(join(dir, 'own')))?.identity).to.equal(before?.identity);
  });

  it('leaves a topic as it is otherwise', async () => {
    await opened(2, false);
    expect(await opened(4, false)).to.deep.equal([2, 2]);
  });

  it('refuses a topic with more partitions than it must have', async () => {
    await opened(2, false);
    await growLog(join(dir, 'own'), 5);
    const error = await opened(2, true).catch((thrown: unknown) => thrown);
    expect(isStockafolioError(error, 'ERR_PARTITIONS_CHANGED') && error.hint).to.contain('batch --to-end');
  });
});
