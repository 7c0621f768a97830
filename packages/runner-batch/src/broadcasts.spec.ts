import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import {
  codeOf,
  renamed,
  Rule,
  ruled,
  ruledByUser,
  ruledTwice,
  rules,
  sale,
  Sale as SaleSchema,
  type Sale,
  sales,
} from '@stockafolio/conformance';
import {
  into,
  joinBroadcast,
  jsonCodec,
  keyBytes,
  partitionOf,
  pipeline,
  type Pipeline,
  type Stream,
  type Table,
} from '@stockafolio/core';
import type { ArchiveEntry, Codec, OwnArchives, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import {
  memoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  virtualClock,
  type MemoryArchive,
} from '@stockafolio/testing';
import type { BatchOptions } from './options.js';
import { prepareBatch, runBatch, type BatchResult } from './run-batch.js';
import { runUnit } from './run-unit.js';

const PARTITIONS = 3;
const LANES = 2;
const codecs = { rules: jsonCodec(Rule), sales: jsonCodec(SaleSchema) };

/** A rule, a message that is none, or a sale; and when it is sent. */
type Sent = { readonly sent: number; readonly lane: number } & (
  { readonly rule: Rule } | { readonly bad: Uint8Array } | { readonly sold: Sale }
);

/** Archives of a pipeline's own, in memory. */
function memoryOwn(): OwnArchives {
  const archives = new Map<string, MemoryArchive<unknown>>();
  return {
    open: ({ name }: Stream<unknown>) => {
      const archive = archives.get(name) ?? memoryArchive<unknown>();
      archives.set(name, archive);
      return archive;
    },
    remove: async ({ name }) => void archives.delete(name),
  };
}

const isSale = (each: Sent): boolean => 'sold' in each;
const partitionOfSent = (each: Sent): number =>
  'sold' in each ? partitionOf(keyBytes(each.sold.user), PARTITIONS) : each.lane;

/** Archives of sales and rules that grow, and the ports of a batch in memory. */
class RuledArchived {
  readonly rules: MemoryArchive<Rule> = memoryArchive();
  readonly sales: MemoryArchive<Sale> = memoryArchive();
  readonly tables: Tables = memoryTables();
  readonly #checkpoints = memoryFiles();
  readonly #own = memoryOwn();
  readonly #pipeline: Pipeline;
  readonly #ends = new Map<string, number>();

  constructor(made: Pipeline) {
    this.#pipeline = made;
  }

  async add(all: readonly Sent[]): Promise<void> {
    for (const each of all) {
      const partition = partitionOfSent(each);
      const end = `${isSale(each)} ${partition}`;
      const offset = this.#ends.get(end) ?? 0;
      this.#ends.set(end, offset + 1);
      const file = { partition, first: offset, last: offset, day: '2020-01-01' };
      const at = { offset, ingested: each.sent };
      if ('sold' in each) {
        const facts = { source: 'topic-sales', partitions: PARTITIONS };
        await this.sales.write(file, facts, [{ ...at, record: each.sold }]);
        continue;
      }
      const entry: ArchiveEntry<Rule> =
        'rule' in each ? { ...at, record: each.rule } : { ...at, raw: each.bad, cause: 'no record' };
      await this.rules.write(file, { source: 'topic-rules', partitions: LANES }, [entry]);
    }
  }

  get ports() {
    return {
      ...{ pipeline: this.#pipeline, codec: codecs.rules, archive: this.rules, own: this.#own },
      others: { sales: { codec: codecs.sales as Codec<unknown>, archive: this.sales } },
      ...{ tables: this.tables, checkpoints: this.#checkpoints, clock: virtualClock() },
    };
  }

  run(options: BatchOptions = {}): Promise<BatchResult> {
    return runBatch<Rule>(this.ports, { allowMissingPartitions: true, ...options });
  }

  rows(): Promise<string[]> {
    return rowsOf(this.tables, this.#pipeline);
  }
}

async function rowsOf(tables: Tables, { plan }: Pipeline): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [...plan.tables, deadLetters as Table])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(`${table.name} ${version} ${JSON.stringify(values)}`);
  return rows.sort();
}

/** The rows of a stream over the same messages. */
async function streamed(made: Pipeline, all: readonly Sent[]): Promise<string[]> {
  const harness = pipelineHarness<Rule>(made, { partitions: PARTITIONS });
  for (const each of all) {
    const value =
      'sold' in each ? codecs.sales.encode(each.sold) : 'rule' in each ? codecs.rules.encode(each.rule) : each.bad;
    harness.pushMessage(value, partitionOfSent(each), each.sent, 'sold' in each ? sales : rules);
  }
  await harness.commit();
  return rowsOf(harness.tables, made);
}

const anyMessages = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cem', 'dan', 'eve'), item: fc.constantFrom('tea', 'rum') },
      ...{ kind: fc.constantFrom('sale', 'sale', 'rule', 'no rule', 'bad'), lane: fc.nat(LANES - 1) },
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps): Sent[] => {
    let sent = 1_700_000_000_000;
    const all = steps.map(({ kind, user, item, step, back, lane }, n): Sent => {
      sent += step;
      const time = sent - back;
      if (kind === 'sale') return { sent, lane, sold: sale({ user, item, amount: n, time }) };
      if (kind === 'bad') return { sent, lane, bad: new Uint8Array([n]) };
      return { sent, lane, rule: { item, word: kind === 'rule' ? `w${n}` : '', time } };
    });
    // All partitions are known from the start.
    const [from] = all;
    const first = (from?.sent ?? 0) - 1;
    return [
      ...users.map((user): Sent => ({ sent: first, lane: 0, sold: sale({ user, time: first }) })),
      ...[0, 1].map((lane): Sent => ({ sent: first, lane, rule: { item: 'tea', word: 'first', time: first } })),
      ...all,
    ];
  });
const users = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gil'];

/** What it fails at depends on a rule; it reads some of the fields. */
const narrow = pipeline(
  'narrow',
  { sales, rules },
  ({ sales, rules }) => [
    into(
      ruledByUser,
      sales.pipe(
        joinBroadcast('rule', rules, {
          key: ['item'],
          otherKey: ({ item, word }) => {
            if (/[37]$/.test(word)) throw new Error('this word is bad');
            return [item];
          },
        }),
        map(({ left: { user, time }, right }) => ({ user, all: right.word, count: time })),
      ),
    ),
  ],
  { reads: ['user', 'item', 'word', 'time'] },
);

describe('a batch with a broadcast stream', () => {
  for (const made of [ruled, ruledTwice, renamed]) {
    it(`makes the rows and versions of the stream, in any number of runs: ${made.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMessages, fc.nat(40), async (all, cut) => {
          const at = new RuledArchived(made);
          await at.add(all.slice(0, users.length + 2 + cut));
          await at.run();
          await at.add(all.slice(users.length + 2 + cut));
          await at.run();
          await at.run({ toEnd: true });
          const wanted = await streamed(made, all);
          expect(await at.rows()).to.deep.equal(wanted);
          await at.run({ toEnd: true, fromStart: true });
          expect(await at.rows()).to.deep.equal(wanted);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('completes dead letters of either partition of it, although a pipeline reads some fields', async () => {
    await fc.assert(
      fc.asyncProperty(anyMessages, async (all) => {
        const at = new RuledArchived(narrow);
        const { ports } = at;
        await at.add(all);
        const { rules: archive, sales } = at;
        await runBatch<Sale>(
          {
            ...{ ...ports, codec: codecs.sales, archive: sales },
            others: { rules: { codec: codecs.rules as Codec<unknown>, archive } },
          },
          { toEnd: true, allowMissingPartitions: true },
        );
        expect(await at.rows()).to.deep.equal(await streamed(narrow, all));
      }),
      { numRuns: 40 },
    );
  });

  it('has units that run anywhere: each says which partitions of it were planned', async () => {
    const at = new RuledArchived(ruled);
    await at.add([
      { sent: 5, lane: 1, rule: { item: 'tea', word: 'warm', time: 5 } },
      { sent: 6, lane: 0, sold: sale({ time: 6 }) },
    ]);
    const units = await prepareBatch<Rule>(at.ports, { allowMissingPartitions: true, toEnd: true });
    // Those without sales read the rules too, as the stream does.
    expect(units.map(({ partition }) => partition)).to.deep.equal([0, 1, 2]);
    const sent = JSON.parse(JSON.stringify(units)) as typeof units;
    for (const unit of sent) await runUnit<Rule>(at.ports, unit);
    expect((await at.rows()).filter((row) => row.includes('ann:tea:1:warm'))).to.have.length(1);
  });

  it('is refused if nothing of it is archived, unless partitions may be missing', async () => {
    const at = new RuledArchived(ruled);
    await at.add(users.map((user): Sent => ({ sent: 6, lane: 0, sold: sale({ user, time: 6 }) })));
    expect(await codeOf(() => at.run({ allowMissingPartitions: false }))).to.equal('ERR_ARCHIVE_INCOMPLETE');
    expect(await at.run({ toEnd: true })).to.include({ records: users.length });
  });
});
