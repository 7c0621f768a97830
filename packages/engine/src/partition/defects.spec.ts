import { expect } from 'chai';
import { filter, map } from 'rxjs';
import { addTo, byUser, codeOf, type Sale, Sale as SaleRecord, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  jsonCodec,
  keyPart,
  pipeline,
  type Pipeline,
  stream,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import { deadLetters, MessageIntake, type PartitionEngine } from '@stockafolio/engine';
import type { Mutation } from '@stockafolio/core/ports';
import { pipelineHarness } from '@stockafolio/testing';
import { feed, feedAll, newEngine } from '../../test/engines.js';

/** Throws a TypeError for sales of nothing. */
function careless(s: Sale): number {
  const tags = s.amount === 0 ? undefined : [s.item];
  return (tags as readonly string[]).length;
}

const sum = { key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo };
const spoilt =
  (fold: typeof addTo): typeof addTo =>
  (state, s) => {
    fold(state, s);
    careless(s);
  };

type Build = Parameters<typeof pipeline<{ sales: typeof sales }>>[2];

const made = (build: Build, of = sales): Pipeline => pipeline('made', { sales: of }, build);

/** By what threw, a pipeline whose function throws. */
const pipelines: Readonly<Record<string, Pipeline>> = {
  "operator 'f'": made(({ sales }) => [into(byUser, sales.pipe(foldByKey('f', { ...sum, fold: spoilt(addTo) })))]),
  "operator 'k'": made(({ sales }) => {
    sales.pipe(foldByKey('k', { ...sum, key: ['user', keyPart(int64(), (s: Sale) => careless(s))] }));
    return [];
  }),
  "operator 'e'": made(({ sales }) => {
    sales.pipe(topByKey('e', { ...sum, k: 1, by: 'count', expires: (s) => careless(s) + 2 ** 40 }));
    return [];
  }),
  "operator 'i'": made(({ sales }) => {
    sales.pipe(tumblingWindow('i', { ...sum, size: 1, initial: (s) => ({ count: careless(s) }) }));
    return [];
  }),
  "a function before operator 'm'": made(({ sales }) => {
    sales.pipe(
      filter((s) => careless(s) > 0),
      foldByKey('m', sum),
    );
    return [];
  }),
  "a function before table 'by_user'": made(({ sales }) => [
    into(byUser, sales.pipe(map((s) => ({ user: s.user, amount: careless(s), count: 1 })))),
  ]),
  "the function time of stream 'sales'": made(
    () => [],
    stream('sales', SaleRecord, { key: (s) => s.user, time: (s) => s.time + careless(s) }),
  ),
  "the function key of stream 'sales'": made(
    () => [],
    stream('sales', SaleRecord, { key: (s) => s.user.slice(careless(s)), time: (s) => s.time }),
  ),
};

const letterOf = (row: Mutation | undefined): Record<string, unknown> =>
  Object.fromEntries(deadLetters.columns.map(({ name }, n) => [name, row?.values[n]]));

const lettersOf = (engine: PartitionEngine): Record<string, unknown>[] =>
  engine
    .commit()
    .filter((row) => row.table === deadLetters)
    .map(letterOf);

const three = [sale({ amount: 1 }), sale({ amount: 0, time: 1 }), sale({ amount: 2, time: 2 })];

describe('an error that the language throws in a function of the pipeline', () => {
  for (const [where, of] of Object.entries(pipelines)) {
    it(`is no bad record if ${where} throws it: the letter has a code of its own, and the function`, () => {
      const [single, together] = [newEngine(of), newEngine(of)];
      feed(single, three);
      feedAll(together, three);
      const [letter, ...others] = lettersOf(single);
      expect(others).to.eql([]);
      expect(letter).to.include({ code: 'ERR_PIPELINE_DEFECT', operator: '', offset: 1 });
      const [message, frame, ...more] = String(letter?.['cause']).split('\n');
      expect(message).to.match(new RegExp(`^${where} threw TypeError: .*length`));
      expect(frame).to.match(/^at careless \(defects\.spec\.ts:\d+:\d+\)$/);
      expect(more.length).to.be.lessThan(6);
      expect(lettersOf(together)).to.eql([letter]);
      expect([single.setAside, single.rejected, single.lastRejection?.offset]).to.eql([1, 1, 1]);
    });

    it(`fails the harness if ${where} throws it, unless the harness is to dead-letter it`, async () => {
      const messages = three.map((each) => jsonCodec(SaleRecord).encode(each));
      const harness = pipelineHarness<Sale>(of, { partitions: 1 });
      harness.pushMessage(messages[0] ?? null);
      expect(() => harness.pushMessage(messages[1] ?? null))
        .to.throw(`partition 0, offset 1: ${where} threw TypeError: `)
        .that.satisfies(
          (error: Error) => error.message.includes('careless (defects.spec.ts') && error.cause instanceof TypeError,
        )
        .with.property('code', 'ERR_PIPELINE_DEFECT');

      const lenient = pipelineHarness<Sale>(of, { partitions: 1, onDefect: 'dead-letter' });
      for (const message of messages) lenient.pushMessage(message);
      await lenient.commit();
      expect((await lenient.deadLetters()).map(({ code, offset }) => [code, offset])).to.eql([
        ['ERR_PIPELINE_DEFECT', 1],
      ]);
    });
  }

  it('rolls the record back everywhere, as a bad record', async () => {
    const of = pipelines["operator 'f'"] ?? expect.fail('no pipeline');
    const harness = pipelineHarness<Sale>(of, { partitions: 1, onDefect: 'dead-letter' });
    harness.push(...three);
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 3, count: 2 }]);
  });

  it('fails the harness at the commit if a figure of a window cannot be made', async () => {
    const windowed = made(({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('w', { ...sum, size: 10 }),
          map(({ key: [user], value }) => ({ user, ...value, count: careless(sale({ amount: value.amount })) })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(windowed, { partitions: 1 });
    harness.push(sale({ amount: 0 }));
    harness.idle();
    expect(await codeOf(() => harness.push(sale({ user: 'bob', time: 20 })))).to.equal('ERR_PIPELINE_DEFECT');
    const lenient = pipelineHarness<Sale>(windowed, { partitions: 1, onDefect: 'dead-letter' });
    lenient.push(sale({ amount: 0 }), sale({ user: 'bob', time: 20 }));
    await lenient.commit();
    const [letter] = await lenient.deadLetters();
    expect(letter).to.include({ code: 'ERR_PIPELINE_DEFECT', operator: 'w (figure)' });
    expect(letter?.cause).to.contain("a function before table 'by_user' threw TypeError");
  });

  it('ends a run that is to end at bad records, with its own code', () => {
    const of = pipelines["operator 'f'"] ?? expect.fail('no pipeline');
    for (const push of [feed, feedAll])
      expect(() => push(newEngine(of, 'fail'), three))
        .to.throw('offset 1')
        .with.property('code', 'ERR_PIPELINE_DEFECT');
  });

  it('is told from a record that is rejected on purpose, and from one that the library rejects', async () => {
    const picky = made(({ sales }) => [
      into(
        byUser,
        sales.pipe(
          foldByKey('f', {
            ...sum,
            fold: (state, s) => {
              if (s.amount === 0) throw new Error('nothing was sold');
              state.amount = s.amount / 2;
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(picky, { partitions: 1 });
    harness.push(...three);
    await harness.commit();
    expect((await harness.deadLetters()).map(({ code, cause }) => [code, cause])).to.eql([
      ['ERR_OVERFLOW', "operator 'f': 0.5 does not fit 'amount' exactly"],
      ['ERR_BAD_RECORD', 'nothing was sold'],
    ]);
  });

  it('names the origin of the message, if it has one', () => {
    const of = pipelines["the function time of stream 'sales'"] ?? expect.fail('no pipeline');
    const intake = new MessageIntake<unknown>({
      ...{ stream: of.stream, codec: jsonCodec(SaleRecord) as never, partition: 0, partitions: 1 },
    });
    const value = jsonCodec(SaleRecord).encode(sale({ amount: 0 }));
    const taken = intake.take({ offset: 0, timestamp: 0, key: null, value, headers: { origin: 'sales.csv:7' } });
    expect('rejected' in taken && taken.rejected.message).to.match(/ threw TypeError: .* \(from sales\.csv:7\)$/);
    expect('rejected' in taken && taken.rejected.code).to.equal('ERR_PIPELINE_DEFECT');
  });
});
