import { expect } from 'chai';
import fc from 'fast-check';
import type { Pipeline } from '@stockafolio/core';
import {
  byItems,
  byUsers,
  type Event,
  NAMES,
  ofItems,
  ofLooseItems,
  ofUsers,
  ofUsersAndItems,
  ofWords,
} from './support/grown-pipelines.js';
import { failureOf, GrownWorld, newlyMade, stoppingAfter } from './support/grown-world.js';

/** A record to send: to which stream, and what it says. */
interface Step {
  readonly stream: number;
  readonly user: number;
  readonly item: number;
}

const steps = fc.array(fc.record({ stream: fc.nat(2), user: fc.nat(11), item: fc.nat(6) }), { maxLength: 40 });

/** A world, and what was sent to it. */
class Growing extends GrownWorld {
  readonly sent: Event[] = [];
  readonly #streams: number;

  constructor(pipeline: Pipeline, streams: number, partitions: number) {
    super(pipeline, () => partitions);
    this.#streams = streams;
  }

  async sendAll(all: readonly Step[], placedFor?: (n: number, stream: string) => number): Promise<void> {
    for (const [n, { stream, user, item }] of all.entries()) {
      const name = NAMES[stream % this.#streams] ?? 'one';
      const make = (time: number): Event => {
        const event = { user: `u${user}`, item: `i${item}`, n: this.sent.length, time };
        this.sent.push(event);
        return event;
      };
      await (placedFor === undefined ? this.send(name, make) : this.send(name, make, placedFor(n, name)));
    }
  }

  /** What a plain program makes of all that was sent: each key has its records in the order of their times. */
  wanted(): string[] {
    const rows = new Map<string, number[]>();
    const put = (key: string, n: number): void => void rows.set(key, [...(rows.get(key) ?? []), n]);
    const has = new Set(this.pipeline.plan.tables.map(({ name }) => name));
    for (const { user, item, n } of this.sent) {
      if (has.has(byUsers.name)) put(`${byUsers.name} {"key":"${user}"`, n);
      if (has.has(byItems.name)) put(`${byItems.name} {"key":"${item}"`, n);
    }
    return [...rows].map(([row, seen]) => `${row},"all":" ${seen.join(' ')}","count":${seen.length}}`).sort();
  }

  /** The rows of keys, without versions; and that sharded sums are of all that was sent. */
  async keyed(tables = this.made.tables): Promise<string[]> {
    const rows = (await this.rows(tables)).map((row) => row.replace(/ \d+$/, ''));
    const sums = rows.flatMap((row) => (row.startsWith('counts ') ? Number(/"count":(\d+)/.exec(row)?.[1]) : []));
    if (sums.length > 0) expect(sums.reduce((all, sum) => all + sum, 0)).to.equal(this.sent.length);
    return rows.filter((row) => !row.startsWith('counts '));
  }

  async expectWanted(made = this.made): Promise<void> {
    expect(await this.keyed(made.tables)).to.deep.equal(this.wanted());
  }
}

const growth = fc.record({
  streams: fc.integer({ min: 1, max: 3 }),
  was: fc.integer({ min: 1, max: 4 }),
  more: fc.integer({ min: 1, max: 4 }),
  sent: fc.record({ before: steps, unarchived: steps, mixed: steps, after: steps }),
  killedAfter: fc.option(fc.nat(30)),
});

/** A pipeline whose topics grew is refused, until it is repartitioned from the archives; then it goes on. */
async function growAndRepartition(
  make: (streams: number) => Pipeline,
  { streams, was, more, sent, killedAfter }: typeof growth extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  const is = was + more;
  const world = new Growing(make(streams), streams, was);
  const each = NAMES.slice(0, streams).map((_, stream): Step => ({ stream, user: 1, item: 1 }));
  await world.sendAll([...each, ...sent.before]);
  await world.stream();
  await world.expectWanted();
  await world.archiveAll();
  await world.sendAll(sent.unarchived);
  const old = await world.rows();
  const refused = async (work: Promise<unknown>): Promise<void> => {
    const { code, text } = await failureOf(work);
    expect(code).to.be.oneOf(['ERR_PARTITIONS_CHANGED', 'ERR_NOT_COPARTITIONED']);
    expect(text).to.contain(`batch --repartition ${is}`);
  };

  // First the topic of one stream, then those of all.
  world.grow('one', is);
  await refused(world.stream());
  world.growAll(is);
  await refused(world.stream());
  // Producers learn about the new partitions one after the other.
  await world.sendAll([...each, ...sent.mixed], (n) => (n % 3 === 2 ? was : is));
  await world.archiveAll();
  await refused(world.stream());
  await refused(world.batch());
  await refused(world.batch({}, newlyMade()));
  expect(await world.rows()).to.deep.equal(old);

  const made = newlyMade();
  if (killedAfter !== null) {
    await failureOf(world.batch({ repartition: is, signal: stoppingAfter(killedAfter) }, made));
    // Messages that are archived meanwhile are left to later runs.
    await world.sendAll(each);
    await world.archiveAll();
  }
  await world.batch({ repartition: is }, made);
  await world.sendAll(sent.after);
  await world.stream(made);
  await world.expectWanted(made);

  await world.archiveAll();
  expect(await world.rows(await world.recomputed(made.tables))).to.deep.equal(await world.rows(made.tables));
  const again = newlyMade();
  await world.batch({ repartition: is }, again);
  await world.batch({ toEnd: true }, again);
  await world.expectWanted({ ...again });
  // And the batch continues from what the stream has made.
  await world.sendAll(each);
  await world.archiveAll();
  await world.batch({ toEnd: true }, made);
  await world.expectWanted(made);
}

const wordsSteps = fc.array(fc.record({ isWord: fc.boolean(), user: fc.nat(3), item: fc.nat(3), pause: fc.nat(30) }), {
  maxLength: 30,
});

describe('a broadcast stream whose topic was given partitions', () => {
  it('is read on without a command, between runs, and stream, batch and reconcile agree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        wordsSteps,
        wordsSteps,
        wordsSteps,
        async (was, more, before, unread, after) => {
          const world = new GrownWorld(ofWords(), (name) => (name === 'words' ? was : 2));
          let n = 0;
          const wanted = new Map<string, string[]>();
          const known = new Map<string, string>();
          const send = async (all: typeof before): Promise<void> => {
            for (const { isWord, user, item, pause } of all) {
              await world.clock.advance(pause * 100);
              const id = n++;
              if (isWord) {
                await world.send('words', (time) => ({ item: `i${item}`, word: `w${id}`, time }));
                known.set(`i${item}`, `w${id}`);
              } else {
                await world.send('one', (time) => ({ user: `u${user}`, item: `i${item}`, n: id, time }));
                const seen = wanted.get(`u${user}`) ?? [];
                wanted.set(`u${user}`, [...seen, `${id}:${known.get(`i${item}`) ?? '-'}`]);
              }
            }
          };
          const expectWanted = async (tables = world.made.tables): Promise<void> => {
            const rows = (await world.rows(tables)).map((row) => row.replace(/ \d+$/, ''));
            const all = [...wanted].map(
              ([key, seen]) => `by_user {"key":"${key}","all":" ${seen.join(' ')}","count":${seen.length}}`,
            );
            expect(rows).to.deep.equal(all.sort());
          };
          const first = [
            { isWord: true, user: 0, item: 0, pause: 0 },
            { isWord: false, user: 0, item: 0, pause: 0 },
          ];
          await send([...first, ...before]);
          await world.stream();
          await expectWanted();
          await world.archiveAll();
          const batched = newlyMade();
          await world.batch({ toEnd: true }, batched);
          await send(unread);
          world.grow('words', was + more);
          await send([...first, ...after]);
          await world.stream();
          await expectWanted();
          await world.archiveAll();
          await world.batch({ toEnd: true }, batched);
          await expectWanted(batched.tables);
          expect(await world.rows(await world.recomputed(world.made.tables))).to.deep.equal(await world.rows());
          const again = newlyMade();
          await world.batch({ toEnd: true }, again);
          await expectWanted(again.tables);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a broadcast stream whose topic is given partitions while it is read', () => {
  it('has what it says there from the next start on, and the batch agrees', async () => {
    const world = new GrownWorld(ofWords(), (name) => (name === 'words' ? 1 : 2));
    const word = (item: string): Promise<void> =>
      world.send('words', (time) => ({ item, word: `${item}-${time - 1_000_000}`, time }));
    let n = 0;
    const event = (): Promise<void> => world.send('one', (time) => ({ user: 'u', item: 'i', n: n++, time }));
    await word('i');
    const stop = new AbortController();
    const run = world.passing(failureOf(world.run({ signal: stop.signal })));
    await event();
    await world.clock.advance(5_000);
    world.grow('words', 2);
    await world.send('words', (time) => ({ item: 'i', word: 'new', time }), 2);
    for (let more = 0; more < 5; more++) {
      await event();
      await world.clock.advance(2_000);
    }
    stop.abort();
    expect((await run).code).to.be.oneOf(['', 'ERR_PARTITIONS_CHANGED']);
    await event();
    await world.stream();
    const rows = await world.rows();
    expect(rows[0]).to.contain(`${n - 1}:new`);
    await world.archiveAll();
    expect(await world.rows(await world.recomputed(world.made.tables))).to.deep.equal(rows);
  });
});

describe('a pipeline whose topics were given partitions', () => {
  it('of one to three streams, is refused, and goes on after one command', async () => {
    await fc.assert(
      fc.asyncProperty(growth, (given) => growAndRepartition(ofUsers, given)),
      { numRuns: 40 },
    );
  });

  it('and that has a repartition, is refused, and goes on after one command', async () => {
    await fc.assert(
      fc.asyncProperty(growth, (given) => growAndRepartition(ofUsersAndItems, given)),
      { numRuns: 25 },
    );
  });
});

/** A pipeline that keeps nothing by the keys of its sources accepts partitions without a command. */
async function growAndGoOn(
  make: (streams: number) => Pipeline,
  { streams, was, more, sent }: typeof growth extends fc.Arbitrary<infer T> ? T : never,
  isLive: boolean,
): Promise<void> {
  const is = was + more;
  const world = new Growing(make(streams), streams, was);
  const each = NAMES.slice(0, streams).map((_, stream): Step => ({ stream, user: 1, item: 1 }));
  const batched = newlyMade();
  await world.sendAll([...each, ...sent.before]);
  await world.stream();
  await world.archiveAll();
  await world.batch({}, batched);
  await world.sendAll(sent.unarchived);
  const stop = new AbortController();
  const run = isLive ? world.passing(world.run({ signal: stop.signal })) : undefined;
  await world.clock.advance(1_000);
  world.grow('one', is);
  await world.sendAll([...each, ...sent.mixed], (n, name) => (n % 3 === 2 ? was : world.countOf(name)));
  await world.clock.advance(30_000);
  world.growAll(is);
  await world.sendAll(sent.after);
  if (run !== undefined) {
    await world.clock.advance(30_000);
    stop.abort();
    await run;
  }
  await world.stream();
  await world.archiveAll();
  const rows = await world.rows();
  expect(await world.rows(await world.recomputed(world.made.tables))).to.deep.equal(rows);
  if (!isLive) await world.expectWanted();
  else expect(countsOf(await world.keyed())).to.deep.equal(countsOf(world.wanted()));
  await world.batch({ toEnd: true }, batched);
  expect(countsOf(await world.keyed(batched.tables))).to.deep.equal(countsOf(world.wanted()));
}

/** Which records each row has, in any order. */
const countsOf = (rows: readonly string[]): readonly string[] =>
  rows.map((row) =>
    row.replace(/ \d+$/, '').replace(/"all":"([^"]*)"/, (_, all: string) => all.split(' ').sort().join(' ')),
  );

describe('a pipeline that keeps nothing by the keys of its sources', () => {
  it('accepts partitions between runs, and stream, batch and reconcile agree', async () => {
    await fc.assert(
      fc.asyncProperty(growth, (given) => growAndGoOn(ofItems, given, false)),
      { numRuns: 30 },
    );
  });

  it('accepts partitions between runs if its messages have no keys', async () => {
    await fc.assert(
      fc.asyncProperty(growth, (given) => growAndGoOn(() => ofLooseItems(), { ...given, streams: 1 }, false)),
      { numRuns: 20 },
    );
  });

  it('accepts partitions while it runs, and stream, batch and reconcile agree', async () => {
    await fc.assert(
      fc.asyncProperty(growth, (given) => growAndGoOn(ofItems, given, true)),
      { numRuns: 25 },
    );
  });

  it('is refused if somebody has given partitions to its own topic, and goes on with tables and a topic made anew', async () => {
    const world = new Growing(ofItems(1), 1, 2);
    const some = Array.from({ length: 20 }, (_, n): Step => ({ stream: 0, user: n % 5, item: n % 7 }));
    await world.sendAll(some);
    await world.stream();
    const topic = 'of-items-by-item';
    world.own.topics.get(topic)?.grow(3);
    await world.sendAll(some);
    for (let start = 0; start < 2; start++) {
      const { code, text } = await failureOf(world.stream());
      expect(code).to.equal('ERR_PARTITIONS_CHANGED');
      expect(text).to.contain(`delete topic '${topic}'`).and.to.contain('batch --to-end');
    }
    await world.archiveAll();
    const made = newlyMade();
    await world.batch({ toEnd: true }, made);
    world.own.topics.delete(topic);
    await world.sendAll(some);
    await world.stream(made);
    await world.expectWanted(made);
    await world.archiveAll();
    expect(await world.rows(await world.recomputed(made.tables))).to.deep.equal(await world.rows(made.tables));
  });
});
