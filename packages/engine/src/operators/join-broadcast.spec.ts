import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, merge } from 'rxjs';
import { codeOf } from '@stockafolio/conformance';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinBroadcast,
  keyBytes,
  partitionOf,
  pipeline,
  type Pipeline,
  record,
  repartition,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { withBroadcasts } from '@stockafolio/core/plan';
import { deadLetters, readLulls } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { newEngine } from '../../test/engines.js';
import { naiveOrder, type Ordered } from '../../test/naive-order.js';

const PARTITIONS = 3;
const NONE = -1;

const Visit = record('visit', { user: text(), id: int64(), group: text(), time: timestamp() });
const Rule = record('rule', { id: int64(), group: text(), time: timestamp() });
type Visit = Infer<typeof Visit>;

const visits = stream('visits', Visit, { key: 'user', time: (v) => v.time });
const rules = stream('rules', Rule, { broadcast: true, time: (r) => r.time });

const found = table(
  'found',
  { partitionBy: ['user'], clusterBy: ['visit'] },
  { user: text(), visit: int64(), rule: int64(), time: timestamp() },
);
const totals = table('totals', { partitionBy: ['user'] }, { user: text(), sum: int64() });
const Total = record('total', { sum: int64() });

type Kind = 'inner' | 'left';

const isBadPair = (visit: number, rule: number): boolean => (visit + 2 * rule) % 23 === 5;
const isBadRule = (id: number): boolean => id % 11 === 5;
const removes = ({ id }: { readonly id: number }): boolean => id % 7 === 6;

const joinOf = (kind: Kind): Pipeline =>
  pipeline('joining', { rules, visits }, ({ rules, visits }) => {
    const rows = visits.pipe(
      joinBroadcast('rule', rules, {
        kind,
        key: (visit) => [visit.group],
        otherKey: ({ id, group }) => {
          if (isBadRule(id)) throw new Error('this rule is bad');
          return [group];
        },
        removes,
      }),
      map(({ left: { user, id, time }, right }) => {
        if (isBadPair(id, right?.id ?? NONE)) throw new Error('this pair is bad');
        return { user, visit: id, rule: right?.id ?? NONE, time };
      }),
    );
    return [
      into(found, rows),
      into(
        totals,
        rows.pipe(
          foldByKey('totals', {
            key: ({ user }) => [user],
            state: Total,
            fold: (state, { rule }) => (state.sum += rule),
          }),
          map(({ key: [user], value: { sum } }) => ({ user, sum })),
        ),
      ),
    ];
  });

/** A visit, or a rule; `id` is unique over both. */
interface Deed {
  readonly isRule: boolean;
  readonly user: string;
  readonly group: string;
  readonly id: number;
  readonly time: number;
}

const kinds = ['', '', '', 'settle', 'commit', 'checkpoint', 'idle', 'restart', 'one', 'redeliver', 'zombies'] as const;

/** Some are out of order, or of one time, with pauses between them; after each the run is disturbed. */
const anyDeeds: fc.Arbitrary<readonly (Deed & { readonly then: (typeof kinds)[number] })[]> = fc
  .array(
    fc.record({
      ...{ isRule: fc.boolean(), user: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve') },
      ...{ group: fc.constantFrom('x', 'y'), back: fc.oneof(fc.constant(0), fc.nat(40)) },
      ...{ step: fc.oneof(fc.constant(0), fc.nat(9), fc.nat(90)), then: fc.constantFrom(...kinds) },
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let now = 10_000;
    return steps.map(({ step, back, ...rest }, id) => ({ ...rest, id, time: (now += step * 100) - back * 100 }));
  });

const harnessOf = (made: Pipeline): PipelineHarness<unknown> => pipelineHarness(made, { partitions: PARTITIONS });

function push(harness: PipelineHarness<unknown>, { isRule, ...deed }: Deed): void {
  if (isRule) harness.pushTo(rules, { id: deed.id, group: deed.group, time: deed.time });
  else harness.pushTo(visits, { user: deed.user, id: deed.id, group: deed.group, time: deed.time });
}

/** Pushes all, with what happens after each; returns when each was sent. */
async function run(
  harness: PipelineHarness<unknown>,
  deeds: typeof anyDeeds extends fc.Arbitrary<infer D> ? D : never,
) {
  let now = Number.NEGATIVE_INFINITY;
  const sent: number[] = [];
  const pass = (): void => void (now += 1_001);
  for (const { then, ...deed } of deeds) {
    push(harness, deed);
    sent.push((now = Math.max(now, deed.time)));
    if (then === 'settle' || then === 'idle') pass();
    if (then === 'settle') await harness.commit();
    else if (then === 'idle') harness.idle();
    else if (then === 'redeliver') await harness.redeliver(3);
    else if (then === 'one') await harness.restart([deed.id % PARTITIONS]);
    else if (then === 'restart' || then === 'zombies') await harness[then]();
    else if (then !== '') await harness[then]({ settle: false });
  }
  await harness.commit();
  return sent;
}

type Message = Ordered & Deed;

/** The same by its plain definition: each partition has all rules, and its visits, in the order of the merge. */
async function naive(
  tables: PipelineHarness<unknown>['tables'],
  deeds: readonly Deed[],
  sent: readonly number[],
  kind: Kind,
) {
  const made = withBroadcasts(joinOf(kind), new Map([['rules', PARTITIONS]]));
  const rows: string[] = [];
  const sums = new Map<string, readonly [number, number]>();
  const letters = new Map<string, number>();
  const reject = (owner: string, partition: number, offset: number, version: number): void => {
    const name = JSON.stringify([`joining/${owner}`, partition, offset, '']);
    letters.set(name, Math.max(version, letters.get(name) ?? 0));
  };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const logs: Message[][] = Array.from({ length: PARTITIONS + 1 }, () => []);
    let ruleCount = 0;
    for (const deed of deeds) {
      const input = deed.isRule ? ruleCount++ % PARTITIONS : PARTITIONS;
      if (!deed.isRule && partitionOf(keyBytes(deed.user), PARTITIONS) !== partition) continue;
      const log = logs[input] ?? [];
      log.push({ ...deed, input, offset: log.length, sent: sent[deed.id] ?? 0 });
    }
    const values = new Map<string, number>();
    let version = 0;
    for (const { isRule, input, offset, id, group, user, time } of naiveOrder(
      logs,
      made.idleAfter,
      await readLulls(tables, made, partition),
    )) {
      version = Math.max(version + 1, time * 1000);
      if (isRule) {
        if (isBadRule(id)) reject('rules', input, offset, version);
        else if (removes({ id })) values.delete(group);
        else values.set(group, id);
        continue;
      }
      const rule = values.get(group) ?? NONE;
      if (rule === NONE && kind === 'inner') continue;
      if (isBadPair(id, rule)) reject('visits', partition, offset, version);
      else {
        rows.push(JSON.stringify([[user, id, rule, time], version]));
        sums.set(user, [(sums.get(user)?.[0] ?? 0) + rule, version]);
      }
    }
  }
  return {
    rows: rows.sort(),
    sums: [...sums].map(([user, [sum, version]]) => JSON.stringify([[user, sum], version])).sort(),
    letters: [...letters].map(([name, version]) => `${name} ${version}`).sort(),
  };
}

async function rowsOf({ tables }: PipelineHarness<unknown>, of: typeof found | typeof totals): Promise<string[]> {
  const rows: string[] = [];
  for await (const { values, version } of tables.scanAll(of)) rows.push(JSON.stringify([values, version]));
  return rows.sort();
}

describe('joinBroadcast', () => {
  it('gives each record the value of its key in the order of the merge, in every partition, at any kill and lull', async () => {
    await fc.assert(
      fc.asyncProperty(anyDeeds, fc.constantFrom<Kind>('inner', 'left'), async (deeds, kind) => {
        const harness = harnessOf(joinOf(kind));
        const sent = await run(harness, deeds);
        const expected = await naive(harness.tables, deeds, sent, kind);
        expect(await rowsOf(harness, found)).to.deep.equal(expected.rows);
        expect(await rowsOf(harness, totals)).to.deep.equal(expected.sums);
        const letters: string[] = [];
        for await (const { values, version } of harness.tables.scanAll(deadLetters))
          letters.push(`${JSON.stringify(values.slice(0, 4))} ${version}`);
        expect(letters.sort()).to.deep.equal(expected.letters);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a record the value of its own time if its stream is declared first, and the last of several', async () => {
    const harness = harnessOf(joinOf('left'));
    harness.pushTo(visits, { user: 'ann', id: 100, group: 'x', time: 999 });
    harness.pushTo(visits, { user: 'ann', id: 101, group: 'x', time: 1_000 });
    harness.pushTo(rules, { id: 1, group: 'x', time: 1_000 }, { id: 2, group: 'x', time: 2_000 });
    harness.pushTo(visits, { user: 'bob', id: 102, group: 'x', time: 2_500 });
    await harness.commit();
    // It comes late, and replaces the later one.
    harness.pushTo(rules, { id: 3, group: 'x', time: 1_500 });
    harness.pushTo(visits, { user: 'eve', id: 103, group: 'x', time: 9_000 });
    harness.pushTo(visits, { user: 'eve', id: 104, group: 'y', time: 9_000 });
    await harness.commit();
    const rows = await harness.rows(found);
    expect(rows.map(({ visit, rule }) => [visit, rule]).sort((a, b) => Number(a[0]) - Number(b[0]))).to.deep.equal([
      [100, NONE],
      [101, 1],
      [102, 2],
      [103, 3],
      [104, NONE],
    ]);
  });

  it('keeps one value of each key, and none of a key that was removed', async () => {
    const harness = harnessOf(joinOf('left'));
    const ids = [...Array<undefined>(60).keys()].filter((id) => !isBadRule(id) && !removes({ id }));
    for (const id of ids) harness.pushTo(rules, { id, group: `g${id % 4}`, time: 1_000 + id });
    await harness.commit();
    const sizes = (): number[] =>
      harness.engines.map(({ operators }) => operators.find(({ layout }) => layout.name === 'rule')?.state.size ?? -1);
    expect(sizes()).to.deep.equal([4, 4, 4]);
    harness.pushTo(rules, { id: 62, group: 'g1', time: 5_000 }, { id: 62, group: 'g9', time: 5_000 });
    await harness.commit();
    expect(sizes()).to.deep.equal([3, 3, 3]);
  });

  it('dead-letters a message of a broadcast stream once, in its own partition', async () => {
    const harness = harnessOf(joinOf('left'));
    harness.pushMessage(new Uint8Array([1, 2]), 2, 5, rules);
    await harness.commit();
    const letters = await harness.deadLetters();
    expect(letters.map(({ pipeline: owner, partition, offset }) => [owner, partition, offset])).to.deep.equal([
      ['joining/rules', 2, 0],
    ]);
  });

  it('is refused where its other input is no broadcast stream, and a broadcast stream everywhere else', async () => {
    type Build = Parameters<typeof pipeline<{ rules: typeof rules; visits: typeof visits }>>[2];
    const plan = (build: Build): Promise<string | undefined> =>
      codeOf(() => pipeline('refused', { rules, visits }, build));
    const sum = map(({ left: { id, user } }: { readonly left: Visit }) => ({ user, sum: id }));
    const idOf = map(({ id }: { readonly id: number }) => ({ user: '', sum: id }));
    const keys = { key: ['group'], otherKey: ['group'] } as const;
    const kept = { state: Rule, select: ({ id, group, time }: Infer<typeof Rule>) => ({ id, group, time }) };
    const some = filter(({ id }: Infer<typeof Rule>) => id > 3);

    const fits: readonly Build[] = [
      ({ rules, visits }) => [into(totals, visits.pipe(joinBroadcast('j', rules, keys), sum))],
      ({ rules, visits }) => [
        into(totals, visits.pipe(joinBroadcast('j', rules.pipe(some), { ...keys, right: kept }), sum)),
      ],
    ];
    for (const build of fits) expect(await plan(build)).to.equal(undefined);
    const refused: readonly Build[] = [
      ({ visits }) => [into(totals, visits.pipe(joinBroadcast('j', visits, keys), sum))],
      ({ visits, rules }) => [
        into(totals, visits.pipe(joinBroadcast('j', merge(rules, visits), { ...keys, right: kept }), sum)),
      ],
      ({ visits, rules }) => [
        into(totals, visits.pipe(joinBroadcast('j', rules, keys), sum)),
        into(found, rules as never),
      ],
      ({ rules }) => [into(totals, rules.pipe(idOf))],
      ({ rules, visits }) => [into(totals, merge(rules, visits).pipe(idOf))],
      ({ rules }) => [
        into(
          totals,
          rules.pipe(
            map((rule) => ({ ...rule, user: '' })),
            joinBroadcast('j', rules, keys),
            sum,
          ),
        ),
      ],
      ({ rules }) => [into(totals, rules.pipe(repartition('again', 'group'), idOf))],
      ({ rules }) => [
        into(
          totals,
          rules.pipe(
            foldByKey('f', { key: ['group'], state: Total, fold: (state, { id }) => (state.sum += id) }),
            map(({ key: [user], value }) => ({ user, sum: value.sum })),
          ),
        ),
      ],
    ];
    for (const build of refused) expect(await plan(build), String(build)).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => pipeline('alone', { rules }, () => []))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => newEngine(joinOf('inner')))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('reads a stream that merge() gives, which is not the broadcast one, as before', async () => {
    const more = stream('more', Visit, { key: 'user', time: (v) => v.time });
    const made = pipeline('merging', { rules, visits, more }, ({ rules, visits, more }) => [
      into(
        found,
        merge(visits, more).pipe(
          joinBroadcast('j', rules, { key: ['group'], otherKey: ['group'] }),
          map(({ left: { user, id, time }, right }) => ({ user, visit: id, rule: right.id, time })),
        ),
      ),
    ]);
    const harness = pipelineHarness(made, { partitions: 2 });
    harness.pushTo(rules, { id: 1, group: 'x', time: 1 });
    harness.pushTo(more, { user: 'ann', id: 2, group: 'x', time: 2 });
    harness.pushTo(visits, { user: 'ann', id: 3, group: 'x', time: 3 });
    await harness.commit();
    expect((await harness.rows(found)).map(({ visit, rule }) => [visit, rule])).to.deep.equal([
      [2, 1],
      [3, 1],
    ]);
  });
});
