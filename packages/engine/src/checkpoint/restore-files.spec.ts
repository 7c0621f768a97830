import { expect } from 'chai';
import { addTo, byItem, byUser, codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, pipeline, type Pipeline, shardedFold, StockafolioError, topByKey } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { feed, newEngine, stateOf } from '../../test/engines.js';
import {
  type PartitionEngine,
  CheckpointWriter,
  findCheckpoint,
  restoreCheckpoint,
  type CheckpointChain,
} from '@stockafolio/engine';
import { decodeContainer, encodeContainer } from './container.js';
import { checkpointFolder, checkpointName, type CheckpointHeader } from './header.js';

const both = pipeline('mixed', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
  into(byItem, sales.pipe(shardedFold('items', { key: (s) => [s.item], state: Sum, fold: addTo }))),
]);

/** The same operators, in reverse order. */
const turned = pipeline('mixed', { sales }, ({ sales }) => [
  into(byItem, sales.pipe(shardedFold('items', { key: (s) => [s.item], state: Sum, fold: addTo }))),
  into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
]);

/** Checkpoints at these offsets, each after that many sales by as many users; amounts can be raised. */
async function stored(offsets: readonly number[], more = 0): Promise<{ files: MemoryFiles; engine: PartitionEngine }> {
  const files = memoryFiles();
  const engine = newEngine(both);
  const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files });
  for (const offset of offsets) {
    while (engine.position.offset < offset) {
      const n = engine.position.offset;
      feed(engine, [sale({ user: `u${n}`, item: `i${n % 3}`, amount: n + more })]);
    }
    await writer.store(writer.prepare() ?? expect.fail('nothing to store'));
  }
  return { files, engine };
}

interface Skipped {
  readonly name: string;
  readonly reason: string;
}

const find = (files: Files, skipped: Skipped[] = []): Promise<CheckpointChain | undefined> =>
  findCheckpoint(files, 'mixed', 0, (name, reason) => void skipped.push({ name, reason }));

const nameAt = (offset: number): string => checkpointName('mixed', 0, offset);

/** Writes a file again with another header and a correct checksum. */
function rewrite(files: MemoryFiles, offset: number, change: Partial<CheckpointHeader>): void {
  const name = nameAt(offset);
  const { header, sections } = decodeContainer(name, files.contents.get(name) ?? new Uint8Array());
  files.contents.set(name, encodeContainer({ ...(header as CheckpointHeader), ...change }, sections));
}

describe('findCheckpoint', () => {
  it('continues from the highest offset, however many digits it has', async () => {
    const { files } = await stored([0, 9, 10, 101]);
    expect((await find(files))?.last.header.position.offset).to.equal(101);
  });

  it('fails if the store cannot be read, and does not continue from an older checkpoint', async () => {
    const { files } = await stored([0, 5, 8]);
    for (const offset of [8, 5, 0]) {
      const read = async (name: string): Promise<Uint8Array> => {
        if (name === nameAt(offset)) throw new StockafolioError('ERR_FILES_UNAVAILABLE', 'down');
        return files.read(name);
      };
      const skipped: Skipped[] = [];
      expect(await codeOf(() => find({ ...files, read }, skipped))).to.equal('ERR_FILES_UNAVAILABLE');
      expect(skipped).to.eql([]);
    }
    const odd = { ...files, read: () => Promise.reject(new Error('odd')) };
    expect(await find(odd).catch((error: unknown) => (error as Error).message)).to.equal('odd');
  });

  it('continues from an older one if a file was removed since it was listed', async () => {
    const { files } = await stored([0, 5, 8]);
    const read = async (name: string): Promise<Uint8Array> => {
      files.contents.delete(nameAt(8));
      return files.read(name);
    };
    const skipped: Skipped[] = [];
    expect((await find({ ...files, read }, skipped))?.last.name).to.equal(nameAt(5));
    expect(skipped.map(({ name }) => name)).to.eql([nameAt(8)]);
  });

  it('ignores files that are not checkpoints, and does not report them', async () => {
    const { files } = await stored([0, 5]);
    for (const name of ['99999999999999999999.checkpoint.part', 'notes.txt', '~99999999999999999999.checkpoint']) {
      files.contents.set(`${checkpointFolder('mixed', 0)}${name}`, new Uint8Array(3));
    }
    const skipped: Skipped[] = [];
    expect((await find(files, skipped))?.last.name).to.equal(nameAt(5));
    expect(skipped).to.eql([]);
  });

  it('reads each file once, however many checkpoints it is part of', async () => {
    const { files } = await stored([0, 5, 8, 12, 20]);
    files.contents.set(nameAt(5), new Uint8Array(40));
    expect((await find(files))?.last.name).to.equal(nameAt(0));
    const names = files.reads.map(({ name }) => name);
    expect([...names].sort()).to.eql([...new Set(names)].sort());
  });

  it('reports each checkpoint that it skips, the newest first, and why', async () => {
    const { files } = await stored([0, 5, 8]);
    files.contents.set(nameAt(5), new Uint8Array(40));
    const skipped: Skipped[] = [];
    await find(files, skipped);
    expect(skipped.map(({ name }) => name)).to.eql([nameAt(8), nameAt(5)]);
    for (const { reason } of skipped) expect(reason).to.contain(nameAt(5));
  });

  it('skips one that does not lead back to the base that it names', async () => {
    const { files } = await stored([0, 5]);
    rewrite(files, 5, { base: nameAt(3) });
    expect((await find(files))?.last.name).to.equal(nameAt(0));
    rewrite(files, 0, { base: nameAt(3) });
    const skipped: Skipped[] = [];
    expect(await find(files, skipped)).to.equal(undefined);
    expect(skipped.map(({ name }) => name)).to.eql([nameAt(5), nameAt(0)]);
  });

  it('skips one that continues from a file that was replaced, even by a valid one', async () => {
    const { files } = await stored([0, 5, 8, 9]);
    const other = await stored([0, 5], 1);
    files.contents.set(nameAt(5), other.files.contents.get(nameAt(5)) ?? new Uint8Array());
    const skipped: Skipped[] = [];
    const chain = (await find(files, skipped)) ?? expect.fail('no checkpoint');
    expect(skipped.map(({ name }) => name)).to.eql([nameAt(9), nameAt(8)]);
    for (const { reason } of skipped) expect(reason).to.contain(`'${nameAt(5)}' is not the one`);
    const again = newEngine(both);
    restoreCheckpoint(again, chain, { source: 'source-1', acceptPlanChange: false });
    expect(stateOf(again)).to.eql(stateOf(other.engine));
  });

  it('reports how a damaged file is damaged', async () => {
    const { files } = await stored([0, 5]);
    const good = files.contents.get(nameAt(5)) ?? new Uint8Array();
    for (const [bytes, words] of [
      [good.slice(0, 15), 'has only 15 bytes'],
      [new Uint8Array(good.length), 'does not begin as a checkpoint does'],
      [good.slice(0, -1), 'does not match its checksum'],
    ] as const) {
      files.contents.set(nameAt(5), bytes);
      const skipped: Skipped[] = [];
      await find(files, skipped);
      expect(skipped.map(({ reason }) => reason)).to.eql([`checkpoint '${nameAt(5)}' ${words}`]);
    }
  });

  it('skips those that were written before the first base was complete', async () => {
    const { files } = await stored([0]);
    rewrite(files, 0, { base: null });
    const skipped: Skipped[] = [];
    expect(await find(files, skipped)).to.equal(undefined);
    expect(skipped.map(({ reason }) => reason)).to.eql([
      `checkpoint '${nameAt(0)}' was written before the first base was complete`,
    ]);
  });
});

describe('restoreCheckpoint', () => {
  const accept = { source: 'source-1', acceptPlanChange: false };

  it('finds each state by the name of its operator, in whatever order the pipeline has them', async () => {
    const { files, engine } = await stored([0, 5, 8]);
    const again = newEngine(turned);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    restoreCheckpoint(again, chain, accept);
    expect(stateOf(again)).to.eql(stateOf(engine));
  });

  it('ignores removed operators, and returns what happened to each', async () => {
    const { files, engine } = await stored([0, 5]);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    const less = newEngine(
      pipeline('mixed', { sales }, ({ sales }) => [
        into(byItem, sales.pipe(shardedFold('items', { key: (s) => [s.item], state: Sum, fold: addTo }))),
      ]),
    );
    const changes = restoreCheckpoint(less, chain, { ...accept, acceptPlanChange: true });
    expect(changes.map(({ subject, verdict }) => `${subject} ${verdict}`)).to.eql([
      "operator 'items' kept",
      "operator 'users' lost",
    ]);
    expect(stateOf(less)).to.eql(stateOf(engine).filter((line) => line.startsWith('["items"')));
  });

  it('begins new operators empty, and keeps unchanged ones', async () => {
    const { files } = await stored([0, 5]);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    const more = newEngine(
      pipeline('mixed', { sales }, ({ sales }) => [
        into(byItem, sales.pipe(shardedFold('new', { key: (s) => [s.item], state: Sum, fold: addTo }))),
        into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
      ]),
    );
    restoreCheckpoint(more, chain, { ...accept, acceptPlanChange: true });
    expect(stateOf(more)).to.have.length(5);
    expect(stateOf(more).every((line) => line.startsWith('["users"'))).to.equal(true);
  });

  it('restores nothing of a lost operator if others beside it were kept', async () => {
    const { files } = await stored([0, 5]);
    const changed = pipeline('mixed', { sales }, ({ sales }) => [
      into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
      into(
        byItem,
        sales.pipe(
          shardedFold('items', {
            key: (s) => [s.item],
            state: Sum,
            fold: addTo,
            expires: () => Number.MAX_SAFE_INTEGER,
          }),
        ),
      ),
    ]);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    const engine = newEngine(changed);
    restoreCheckpoint(engine, chain, { ...accept, acceptPlanChange: true });
    const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files }, chain);
    feed(engine, [sale({ user: 'u9', item: 'i9' })]);
    await writer.store(writer.prepare() ?? expect.fail('nothing to store'));
    const again = newEngine(changed);
    restoreCheckpoint(again, (await find(files)) ?? expect.fail('no checkpoint'), accept);
    expect(stateOf(again)).to.eql(stateOf(engine));
    expect(stateOf(again).filter((line) => line.startsWith('["items"'))).to.have.length(1);
  });

  it('drops a ranking whose keys now expire, or no longer do: the expiry of the present keys is unknown', async () => {
    const ranked = (expires: boolean): Pipeline =>
      pipeline('mixed', { sales }, ({ sales }) => {
        const options = { k: 3, by: 'amount', key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo } as const;
        const until = (): number => 1_000;
        sales.pipe(topByKey('top', expires ? { ...options, expires: until } : options));
        return [];
      });
    for (const before of [false, true]) {
      const files = memoryFiles();
      const engine = newEngine(ranked(before));
      feed(engine, [sale(), sale({ user: 'bob' })]);
      const writer = new CheckpointWriter({ pipeline: 'mixed', source: 'source-1', engine, files });
      await writer.store(writer.prepare() ?? expect.fail('nothing to store'));
      const chain = (await find(files)) ?? expect.fail('no checkpoint');
      expect(await codeOf(() => restoreCheckpoint(newEngine(ranked(!before)), chain, accept))).to.equal(
        'ERR_CHECKPOINT_PLAN_CHANGED',
      );
      const again = newEngine(ranked(!before));
      const [change] = restoreCheckpoint(again, chain, { ...accept, acceptPlanChange: true });
      expect(change).to.include({ verdict: 'lost' });
      feed(again, [sale({ time: 1 })]);
      expect(again.setAside).to.equal(0);
      expect(stateOf(again)).to.eql(['["top",["ann"],{"amount":1,"count":1},1000]']);
    }
  });
});
