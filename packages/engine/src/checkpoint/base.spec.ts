import { expect } from 'chai';
import { addTo, byUser, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, pipeline, shardedFold } from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { feed, feedAll, newEngine, stateOf } from '../../test/engines.js';
import {
  type PartitionEngine,
  CheckpointWriter,
  type PreparedCheckpoint,
  findCheckpoint,
  restoreCheckpoint,
  type CheckpointChain,
} from '@stockafolio/engine';
import { decodeContainer } from './container.js';
import { checkpointFolder, type CheckpointHeader } from './header.js';

const users = pipeline('users', { sales }, ({ sales }) => [
  into(byUser, sales.pipe(foldByKey('users', { key: (s) => [s.user], state: Sum, fold: addTo }))),
]);

const of = (user: number): Sale => sale({ user: `user ${user}` });

/** An engine that holds a state for each of this many users. */
function engineOf(count: number): PartitionEngine {
  const engine = newEngine(users);
  feedAll(
    engine,
    Array.from({ length: count }, (_, user) => of(user)),
  );
  return engine;
}

const writerOf = (
  engine: PartitionEngine,
  files: MemoryFiles,
  resumed?: CheckpointChain,
  chunk?: number,
): CheckpointWriter =>
  new CheckpointWriter(
    { pipeline: 'users', source: 'source-1', engine, files, ...(chunk === undefined ? {} : { chunk }) },
    resumed,
  );

const find = async (files: MemoryFiles): Promise<CheckpointChain | undefined> =>
  findCheckpoint(files, 'users', 0, () => undefined);

const accept = { source: 'source-1', acceptPlanChange: false };

/** The contents of a checkpoint file: its base, and the numbers of slots and texts. */
function contentOf({ name, bytes }: PreparedCheckpoint): {
  readonly base: string | null;
  readonly slots: number[];
  readonly texts: number;
} {
  const { header, sections } = decodeContainer(name, bytes);
  const { base, texts, operators } = header as CheckpointHeader;
  return {
    base,
    slots: operators.flatMap(({ state }) => [...(sections[state.slots] as Int32Array)]),
    texts: texts.reduce((sum, { ends }) => sum + (sections[ends]?.length ?? 0), 0),
  };
}

async function next(engine: PartitionEngine, writer: CheckpointWriter, user = 0): Promise<PreparedCheckpoint> {
  feed(engine, [of(user)]);
  const prepared = writer.prepare() ?? expect.fail('nothing to store');
  await writer.store(prepared);
  return prepared;
}

describe('a writer of checkpoints', () => {
  it('knows the offset of the last stored one, also of one that it continues from', async () => {
    const engine = engineOf(3);
    const files = memoryFiles();
    const writer = writerOf(engine, files);
    expect(writer.offset).to.equal(-1);
    const prepared = writer.prepare() ?? expect.fail('nothing to store');
    expect([writer.offset, prepared.offset]).to.eql([-1, 3]);
    await writer.store(prepared);
    expect(writer.offset).to.equal(3);
    const again = newEngine(users);
    const chain = (await find(files)) ?? expect.fail('no checkpoint');
    restoreCheckpoint(again, chain, accept);
    expect(writerOf(again, files, chain).offset).to.equal(3);
  });
});

describe('the base of a chain of checkpoints', () => {
  it('is spread over files: none holds more of it than configured, and each slot is in one file', async () => {
    const engine = engineOf(99);
    const files = memoryFiles();
    const writer = writerOf(engine, files, undefined, 70);
    const first = writer.prepare() ?? expect.fail('nothing to store');
    await writer.store(first);
    const contents = [contentOf(first)];
    // 100 texts, the empty one among them, and 99 slots; of those that change some are in the part that is written
    for (const user of [98, 40]) contents.push(contentOf(await next(engine, writer, user)));
    expect(contents.map(({ base }) => base)).to.eql([null, null, first.name]);
    for (const { slots } of contents) expect(slots).to.eql([...new Set(slots)]);
    for (const { slots, texts } of contents.slice(1)) expect(slots.length + texts).to.be.at.most(70 + 1);
    for (let slot = 0; slot < 99; slot++) {
      expect(contents.slice(1).some(({ slots }) => slots.includes(slot))).to.equal(true);
    }
  });

  it('is restored completely if it is spread over files while new keys arrive', async () => {
    const engine = engineOf(30);
    const files = memoryFiles();
    const writer = writerOf(engine, files, undefined, 20);
    const bases = new Set<string>();
    for (let n = 0; n < 130; n++) {
      const { base } = contentOf(await next(engine, writer, 30 + n));
      if (base !== null) bases.add(base);
      if (n < 90 || n % 3 > 0) continue;
      const again = newEngine(users);
      restoreCheckpoint(again, (await find(files)) ?? expect.fail('no checkpoint'), accept);
      expect(stateOf(again)).to.eql(stateOf(engine));
    }
    expect(bases.size).to.equal(2);
  });

  it('is started again only after twice as many files as it needs, if these are many', async () => {
    const amounts = pipeline('users', { sales }, ({ sales }) => {
      sales.pipe(shardedFold('amounts', { key: (s) => [s.amount], state: Sum, fold: addTo }));
      return [];
    });
    const engine = newEngine(amounts);
    feedAll(
      engine,
      Array.from({ length: 599 }, (_, amount) => sale({ amount })),
    );
    const writer = writerOf(engine, memoryFiles(), undefined, 6);
    const bases: (string | null)[] = [];
    for (let n = 0; n < 301; n++) bases.push(contentOf(await next(engine, writer)).base);
    const [none, first, second] = [...new Set(bases)];
    expect(none).to.equal(null);
    expect([bases.indexOf(first ?? null), bases.indexOf(second ?? null)]).to.eql([99, 299]);
  });

  it('is complete in one file if the run ends with it', () => {
    const engine = engineOf(300);
    const prepared = writerOf(engine, memoryFiles(), undefined, 1).prepare(true) ?? expect.fail('nothing to store');
    const { base, slots } = contentOf(prepared);
    expect(base).to.equal(prepared.name);
    expect(slots).to.have.lengthOf(300);
  });

  it('is followed by files that hold only the changes', async () => {
    const engine = engineOf(300);
    const writer = writerOf(engine, memoryFiles());
    await next(engine, writer);
    const { slots, texts } = contentOf(await next(engine, writer, 7));
    expect({ slots, texts }).to.eql({ slots: [7], texts: 0 });
    const fresh = contentOf(await next(engine, writer, 300));
    expect({ slots: fresh.slots, texts: fresh.texts }).to.eql({ slots: [300], texts: 1 });
  });

  it('is started again after a hundred files', async () => {
    const engine = engineOf(10);
    const files = memoryFiles();
    const writer = writerOf(engine, files);
    const bases: (string | null)[] = [];
    for (let n = 0; n < 201; n++) bases.push(contentOf(await next(engine, writer)).base);
    const names = [...new Set(bases)];
    expect(names).to.have.lengthOf(3);
    expect(names.map((name) => bases.indexOf(name))).to.eql([0, 100, 200]);
  });

  it('is started again after a hundred files if each was written by another run', async () => {
    const files = memoryFiles();
    let most = 0;
    for (let n = 0; n < 120; n++) {
      const chain = await find(files);
      most = Math.max(most, chain?.files.length ?? 0);
      const engine = chain === undefined ? engineOf(10) : newEngine(users);
      if (chain !== undefined) restoreCheckpoint(engine, chain, accept);
      await next(engine, writerOf(engine, files, chain));
    }
    expect(most).to.equal(100);
  });

  it('is started again once more has changed than the state holds, also across restarts', async () => {
    for (const restarts of [false, true]) {
      const count = 66_000;
      let engine = engineOf(count);
      const files = memoryFiles();
      let writer = writerOf(engine, files);
      const { name } = await next(engine, writer);
      const bases: (string | null)[] = [];
      for (const changed of [count - 10, 20, 1]) {
        if (restarts) {
          const chain = (await find(files)) ?? expect.fail('no checkpoint');
          engine = newEngine(users);
          restoreCheckpoint(engine, chain, accept);
          writer = writerOf(engine, files, chain);
        }
        feedAll(
          engine,
          Array.from({ length: changed }, (_, user) => of(user)),
        );
        bases.push(contentOf(await next(engine, writer, changed)).base);
      }
      expect(bases.slice(0, 2)).to.eql([name, name]);
      expect(bases[2]).not.to.equal(name);
    }
  });

  it('is kept with the previous one: if the newest is damaged, that one still leads to a complete state', async () => {
    const engine = engineOf(10);
    const files = memoryFiles();
    const writer = writerOf(engine, files);
    const states = new Map<number, string[]>();
    const bases: string[] = [];
    for (let n = 0; n < 310; n++) {
      const { base } = contentOf(await next(engine, writer, n % 10));
      states.set(engine.position.offset, stateOf(engine));
      if (base !== null && !bases.includes(base)) bases.push(base);
      if (bases.length < 2 || n % 50 !== 9) continue;
      const damaged = memoryFiles();
      for (const [name, bytes] of files.contents) damaged.contents.set(name, bytes);
      damaged.contents.delete(bases.at(-1) ?? '');
      const chain = (await find(damaged)) ?? expect.fail('no checkpoint');
      const again = newEngine(users);
      restoreCheckpoint(again, chain, accept);
      expect(chain.base).to.equal(bases.at(-2));
      expect(stateOf(again)).to.eql(states.get(again.position.offset));
    }
    expect(bases).to.have.lengthOf(4);
    expect([...files.contents.keys()].sort()[0]).to.equal(bases[2]);
  });

  it('is the only thing removed: no file that is not a checkpoint of this partition', async () => {
    const files = memoryFiles();
    const others = [
      `${checkpointFolder('users', 0)}00000000000000000000.checkpoint.part`,
      `${checkpointFolder('users', 1)}00000000000000000000.checkpoint`,
    ];
    for (const name of others) files.contents.set(name, new Uint8Array());
    const engine = engineOf(10);
    const writer = writerOf(engine, files);
    for (let n = 0; n < 310; n++) await next(engine, writer);
    expect(files.contents.size).to.be.below(210);
    for (const name of others) expect(files.contents.has(name), name).to.equal(true);
  });

  it('makes the writer list files only when it is complete and an older one can be removed', async () => {
    const files = memoryFiles();
    let listed = 0;
    const counting: MemoryFiles = {
      ...files,
      list(prefix) {
        listed++;
        return files.list(prefix);
      },
    };
    const engine = engineOf(10);
    const writer = writerOf(engine, counting);
    for (let n = 0; n < 210; n++) await next(engine, writer);
    expect(listed).to.equal(2);
  });
});
