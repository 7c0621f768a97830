import { expect } from 'chai';
import { filter, map, type Observable } from 'rxjs';
import { codeOf, sale, Sale } from '@stockafolio/conformance';
import {
  distinctByKey,
  foldByKey,
  int64,
  into,
  type Joined,
  joinWithin,
  optional,
  pipeline,
  type Pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { comparePlans, findCheckpoint } from '@stockafolio/engine';
import { Buy, buys, harnessOf, joining, pushArrival, pushJoined, Visit, visits } from '../../test/joining.js';

const NONE = -1;
const Part = record('part', { id: int64() });
const Count = record('count', { pairs: int64() });
const pairs = table(
  'pairs',
  { partitionBy: ['user'], clusterBy: ['visit', 'buy'] },
  { user: text(), visit: int64(), buy: int64(), time: timestamp() },
);
const numbers = table('numbers', { partitionBy: ['user'] }, { user: text(), pairs: int64() });
/** A stream in whose records `user` and `time` are read. */
const sold = stream('sales', Sale, { key: 'user', time: (s) => s.time });

interface Shape {
  readonly after: number;
  readonly allowedLateness: number;
  readonly kind: 'inner' | 'left';
}

const toPair = ({
  key: [user],
  left,
  right,
  time,
}: Joined<readonly [string], { readonly id: number } | undefined, { readonly id: number } | undefined>) => ({
  ...{ user, visit: left?.id ?? NONE, buy: right?.id ?? NONE, time },
});

describe('joinWithin in a plan', () => {
  it('is a part of the plan, which is compared with that of a checkpoint', async () => {
    const join = (shape: Partial<Shape> = {}, Left = Part): Pipeline =>
      joining(({ visits, buys }) => [
        into(
          pairs,
          visits.pipe(
            joinWithin('joined', buys, {
              ...{ before: 1, after: 2, key: ['user'], otherKey: ['buyer'], ...shape },
              left: { state: Left, select: ({ id }) => ({ id }) },
            }),
            map(toPair),
          ),
        ),
      ]).made;
    const { plan } = join();
    expect(plan.edges.map(({ stream, to, other }) => [stream, to, other])).to.deep.equal([
      ['visits', 'joined', undefined],
      ['buys', 'joined', true],
      [undefined, 'pairs', undefined],
    ]);
    expect([...plan.keyKinds.values(), plan.meetings]).to.deep.equal([['text'], [[0, 1]]]);
    expect(plan.operators.map(({ settings }) => settings)).to.deep.equal([
      { key: 'user', otherKey: 'buyer', before: 1, after: 2, join: 'inner', allowedLateness: 0 },
    ]);
    const harness = harnessOf(join());
    await pushJoined(harness, [{ isLeft: true, user: 'ann', id: 1, time: 1 }]);
    await harness.checkpoint();
    const chain = await findCheckpoint(harness.files, 'joining', 0, () => undefined);
    const changes = (changed: Pipeline): string =>
      comparePlans((chain ?? expect.fail('no checkpoint')).last.header, changed.plan)
        .map(({ verdict, detail }) => `${verdict}: ${detail}`)
        .join();
    expect(changes(join())).to.equal('kept: is unchanged');
    expect(changes(join({ allowedLateness: 5 }))).to.equal('kept: is unchanged');
    expect(changes(join({ after: 3 }))).to.match(/^lost: after was 2 and is 3/);
    expect(changes(join({ kind: 'left' }))).to.match(/^lost: join was inner and is left/);
    const More = record('more', { id: int64(), note: optional(text()) });
    expect(changes(join({}, More as typeof Part))).to.equal('migrated: left.note begin at their initial values');
  });

  it('is refused where it would join the wrong records, and says how to correct it', async () => {
    const join =
      (
        options: object,
        other: (inputs: Parameters<Parameters<typeof joining>[0]>[0]) => unknown = ({ buys }) => buys,
      ) =>
      () =>
        joining((inputs) => [
          into(
            pairs,
            inputs.visits.pipe(
              joinWithin('joined', other(inputs) as typeof inputs.buys, {
                ...{ before: 1, after: 1, key: ['user'], otherKey: ['buyer'], ...options },
              }),
              map(toPair),
            ),
          ),
        ]).made;
    for (const duration of [-1, 0.5, Number.NaN]) {
      for (const option of ['before', 'after', 'allowedLateness'])
        expect(join({ [option]: duration }))
          .to.throw(`${option} cannot be`)
          .with.property('code', 'ERR_PIPELINE_INVALID');
    }
    expect(join({ otherKey: ['id'] }))
      .to.throw("that of stream 'buys'")
      .with.property('code', 'ERR_KEY_NOT_PARTITIONED');
    expect(join({ otherKey: ['buyer', 'id'] }))
      .to.throw('are (text), and (text, number) in its other input')
      .with.property('code', 'ERR_PIPELINE_INVALID');
    expect(join({}, ({ buys }) => buys.pipe(filter(() => true))))
      .to.throw("what to keep of 'right'")
      .with.property('code', 'ERR_PIPELINE_INVALID');
    const windows = ({ buys }: { buys: Observable<Buy> }): unknown =>
      buys.pipe(tumblingWindow('w', { size: 1, key: ['buyer'], state: Count, fold: () => undefined }));
    expect(join({ otherKey: () => ['ann'], right: { state: Part, select: () => ({ id: 1 }) } }, windows))
      .to.throw("what operator 'w' (tumblingWindow) emits")
      .with.property('code', 'ERR_PIPELINE_INVALID');
    const elsewhere = stream('elsewhere', Buy, { key: 'buyer', partitioner: 'crc32', time: (b) => b.time });
    const apart = (): unknown =>
      pipeline('apart', { visits, elsewhere }, ({ visits, elsewhere }) => [
        into(
          pairs,
          visits.pipe(
            joinWithin('joined', elsewhere, { before: 1, after: 1, key: ['user'], otherKey: ['buyer'] }),
            map(toPair),
          ),
        ),
      ]);
    expect(apart).to.throw('murmur2 and crc32').with.property('code', 'ERR_NOT_COPARTITIONED');
    const harness = harnessOf(join({ otherKey: ({ id }: Buy) => [`${id}`] })());
    harness.pushTo(buys, { buyer: 'ann', id: 1, time: 1 });
    expect(await codeOf(() => harness.commit())).to.equal('ERR_KEY_NOT_PARTITIONED');
  });

  it('keeps only the fields that the pipeline reads', async () => {
    const lean = pipeline(
      'lean',
      { visits, sales: sold },
      ({ visits, sales }) => [
        into(
          numbers,
          visits.pipe(
            joinWithin('joined', sales, { before: 9, after: 9, key: ['user'], otherKey: ['user'] }),
            foldByKey('numbers', {
              key: ({ left: { user } }) => [user],
              state: Count,
              fold: (count, { right }) => void (count.pairs += Object.keys(right).length),
            }),
          ),
        ),
      ],
      { reads: ['user', 'id', 'time'] },
    );
    const harness = harnessOf(lean);
    harness.push({ user: 'ann', id: 1, time: 1 });
    harness.pushTo(sold, sale({ time: 2 }));
    await harness.commit();
    expect(await harness.rows(numbers)).to.deep.equal([{ user: 'ann', pairs: 2 }]);
  });

  it('moves the time of what is behind it to that of each record that it emits alone', async () => {
    for (const after of [500, 0]) {
      const { made } = joining(({ visits, buys }) => [
        into(
          pairs,
          visits.pipe(
            joinWithin('joined', buys, { before: 0, after, kind: 'left', key: ['user'], otherKey: ['buyer'] }),
            distinctByKey('once', { key: ({ key }) => key, within: 1_000 }),
            map(toPair),
          ),
        ),
      ]);
      const harness = harnessOf(made);
      for (const [id, time] of [1_000, 1_900, 2_000, 2_999, 3_000, 90_000].entries())
        pushArrival(harness, { isLeft: true, user: 'ann', id, time });
      await harness.commit();
      // Each is forgotten when the time of the first one is a second ago.
      expect((await harness.rows(pairs)).map(({ visit }) => visit)).to.deep.equal([0, 2, 4]);
    }
  });

  it('emits alone under the own key of its streams, whichever other stream moves the time', async () => {
    const byBoth = stream('by_both', Visit, { key: ['user', 'id'], time: (v) => v.time });
    const made = pipeline('three', { visits, buys, byBoth }, ({ visits, buys, byBoth }) => [
      into(
        numbers,
        visits.pipe(
          joinWithin('joined', buys, {
            ...{ before: 0, after: 500, kind: 'left', key: ['user', 'id'], otherKey: ['buyer', 'id'] },
          }),
          foldByKey('numbers', {
            key: ({ key: [user] }) => [user],
            state: Count,
            fold: (count) => void (count.pairs += 1),
          }),
        ),
      ),
      into(
        pairs,
        byBoth.pipe(
          joinWithin('others', byBoth, {
            ...{ before: 0, after: 500, kind: 'left', key: ['user', 'id'], otherKey: ['user', 'id'] },
          }),
          map(({ left: { user, id, time } }) => ({ user, visit: id, buy: id, time })),
        ),
      ),
    ]);
    const harness = harnessOf(made);
    harness.push({ user: 'ann', id: 1, time: 1_000 });
    await harness.checkpoint();
    await harness.restart();
    harness.pushTo(byBoth, { user: 'ann', id: 2, time: 9_000 });
    await harness.commit();
    expect(await harness.rows(numbers)).to.deep.equal([{ user: 'ann', pairs: 1 }]);
  });

  it('joins what is behind windows with a stream, by the time of the one that is further behind', async () => {
    const { made } = joining(({ visits, buys }) => [
      into(
        pairs,
        visits.pipe(
          joinWithin(
            'joined',
            buys.pipe(
              tumblingWindow('seconds', {
                ...{ size: 1_000, allowedLateness: 2_000, key: ['buyer'], state: Part },
                fold: (part, { id }) => void (part.id = id),
              }),
              whenFinal(),
            ),
            {
              ...{ before: 0, after: 999, kind: 'left', key: ['user'], otherKey: ({ key }) => key },
              right: { state: Part, select: ({ value }) => value },
            },
          ),
          map(toPair),
        ),
      ),
    ]);
    const harness = harnessOf(made);
    const push = (isLeft: boolean, id: number, time: number): void =>
      pushArrival(harness, { isLeft, user: 'ann', id, time });
    push(true, 1, 1_000);
    push(true, 2, 2_500);
    push(false, 3, 1_900);
    push(false, 4, 3_300);
    await harness.commit();
    await harness.checkpoint();
    await harness.restart();
    // Now the window from 1,000 on is final: the watermark is 5,000, and the time of the join 3,000.
    push(true, 5, 6_000);
    await harness.commit();
    expect(await harness.rows(pairs)).to.deep.equal([{ user: 'ann', visit: 1, buy: 3, time: 1_999 }]);
    push(true, 6, 9_000);
    await harness.commit();
    expect(await harness.rows(pairs)).to.deep.equal([
      { user: 'ann', visit: 1, buy: 3, time: 1_999 },
      { user: 'ann', visit: 2, buy: NONE, time: 2_500 },
    ]);
    expect(await harness.deadLetters()).to.deep.equal([]);
  });
});
