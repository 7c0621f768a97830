import { expect } from 'chai';
import fc from 'fast-check';
import type { OwnTopics } from '@stockafolio/core/ports';
import { type MemoryTopic } from '@stockafolio/testing';
import { ofItems } from './support/grown-pipelines.js';
import { failureOf, GrownWorld } from './support/grown-world.js';

/** What happens while several processes share a topic. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('send', 'send', 'send', 'wait', 'restart', 'grow'),
    member: fc.nat(2),
    user: fc.nat(11),
    item: fc.nat(6),
  }),
  { minLength: 5, maxLength: 40 },
);

/** Processes that share the partitions of each topic, as `stream --workers` does: of each, those that are left at its turn. */
class Members {
  readonly #world: GrownWorld;
  readonly #count: number;
  readonly #running: { readonly stop: AbortController; readonly ended: Promise<string> }[] = [];

  constructor(world: GrownWorld, count: number) {
    this.#world = world;
    this.#count = count;
  }

  /** The partitions of this process, as many as the topic has now. */
  async #sourceOf(topic: MemoryTopic, member: number) {
    const partitions = (await topic.source([]).ranges()).map(({ partition }) => partition);
    return topic.source(partitions.filter((partition) => partition % this.#count === member));
  }

  start(member: number): void {
    const stop = new AbortController();
    this.#running[member] = { stop, ended: this.#world.passing(this.#run(member, stop.signal)) };
  }

  async #run(member: number, signal: AbortSignal): Promise<string> {
    const world = this.#world;
    const topic = world.topics.get('one');
    if (topic === undefined) throw new Error('there is no topic');
    const repartitions: OwnTopics = {
      open: async (name, shape) => {
        const opened = await world.own.open(name, shape);
        const own = world.own.topics.get(name);
        return own === undefined ? opened : { ...opened, source: await this.#sourceOf(own, member) };
      },
    };
    // A run begins again with the partitions that there are then.
    const lastOf = (): ReturnType<MemoryTopic['source']> =>
      topic.source(Array.from({ length: world.countOf('one') }, (_, n) => n).filter((n) => n % this.#count === member));
    const { code, text } = await failureOf(
      world.run({ source: lastOf(), reopen: lastOf, repartitions, signal } as Partial<
        Parameters<GrownWorld['run']>[0]
      >),
    );
    return `${code} ${text}`.trim();
  }

  async stop(member: number): Promise<void> {
    const running = this.#running[member];
    running?.stop.abort();
    expect(await running?.ended).to.equal('');
  }
}

describe('a topic that is given partitions while several processes share it', () => {
  it('is read on by all of them: each record counts once, and the batch has the same rows', async () => {
    let grown = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        steps,
        async (count, was, all) => {
          const world = new GrownWorld(ofItems(1), () => was);
          const members = new Members(world, count);
          let n = 0;
          const send = (user: number, item: number) =>
            world.send('one', (time) => ({ user: `u${user}`, item: `i${item}`, n: n++, time }));
          for (let user = 0; user < 6; user++) await send(user, user % 3);
          for (let member = 0; member < count; member++) {
            members.start(member);
            // They ask how many partitions there are at different times.
            await world.clock.advance(3_000);
          }
          for (const { kind, member, user, item } of all) {
            if (kind === 'send') await send(user, item);
            else if (kind === 'wait') await world.clock.advance(4_000);
            else if (kind === 'restart') {
              await members.stop(member % count);
              members.start(member % count);
            } else if (world.countOf('one') < 6) {
              // The archive knows all numbers of partitions that there were.
            await world.archiveAll();
            world.grow('one', world.countOf('one') + 1);
              grown++;
            }
          }
          for (let user = 0; user < 12; user++) await send(user, user % 7);
          await world.clock.advance(30_000);
          for (let member = 0; member < count; member++) await members.stop(member);
          await world.stream();
          const rows = await world.rows();
          const counted = rows.flatMap((row) =>
            row.startsWith('by_item ') ? (/"all":" ([^"]*)"/.exec(row)?.[1] ?? '').split(' ').map(Number) : [],
          );
          expect(counted.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: n }, (_, each) => each));
          await world.archiveAll();
          expect(await world.rows(await world.recomputed(world.made.tables))).to.deep.equal(rows);
        },
      ),
      { numRuns: 20 },
    );
    expect(grown, 'growths').to.be.greaterThan(20);
  });
});
