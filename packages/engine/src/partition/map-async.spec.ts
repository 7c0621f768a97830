import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import {
  byUser,
  codeOf,
  Rated,
  rated,
  type RateOf,
  rateOfSale,
  ratesOfItem,
  ratesOfUser,
  type Sale,
  sale,
  sales,
  Sum,
  addTo,
} from '@stockafolio/conformance';
import { foldByKey, into, mapAsync, pipeline } from '@stockafolio/core';
import { pipelineHarness, type PipelineHarness, virtualClock } from '@stockafolio/testing';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 30);

const clock = virtualClock();

/** Answers each call with another rate, after another while; every seventh sale has none. */
function restless(): RateOf {
  let calls = 0;
  return async (each) => {
    const rate = ++calls;
    await clock.sleep((rate * 7) % 4);
    if (each.amount % 7 === 6) throw new Error(`no rate at call ${rate}`);
    return { ...each, rate };
  };
}

async function disturb(harness: PipelineHarness<Sale>, what: string): Promise<void> {
  if (what === 'idle') harness.idle();
  else if (what === 'commit') await harness.commit({ settle: false });
  else if (what === 'checkpoint') await harness.checkpoint({ settle: false });
  else if (what === 'restart') await harness.restart();
  else if (what === 'redeliver') await harness.redeliver(4);
  else if (what === 'zombies') await harness.zombies();
}

const anySteps = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob', 'cem'),
    item: fc.constantFrom('tea', 'rum'),
    step: fc.nat(40),
    what: fc.constantFrom('', '', 'commit', 'checkpoint', 'restart', 'redeliver', 'zombies'),
  }),
  { maxLength: 40 },
);

/** The rates of figures in which each sale is once, by its amount. */
function ratesIn(rows: readonly { readonly all: string }[]): Map<number, number> {
  const found = rows.flatMap(({ all }) =>
    all
      .trim()
      .split(' ')
      .filter((each) => each !== ''),
  );
  const rates = new Map(found.map((each) => each.split(':').map(Number) as [number, number]));
  expect(rates.size).to.equal(found.length);
  return rates;
}

describe('mapAsync in a pipeline', () => {
  for (const isKeyed of [true, false]) {
    it(`counts each record once, by its first recorded result${isKeyed ? '' : ', also without keys'}`, async () => {
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          const harness = pipelineHarness<Sale>(rated(restless(), { isKeyed }), { partitions: 2, callClock: clock });
          let time = 0;
          const shown = new Map<number, number>();
          for (const [amount, { user, item, step, what }] of steps.entries()) {
            harness.push(sale({ user, item, amount, time: (time += step) }));
            await clock.until(disturb(harness, what));
            for (const { amount: of, rate } of await harness.rows(rateOfSale)) {
              expect(rate).to.equal(shown.get(of) ?? rate);
              shown.set(of, rate);
            }
          }
          await clock.until(harness.commit());
          await clock.until(harness.redeliver(10));
          await clock.until(harness.commit());
          const rows = await harness.rows(rateOfSale);
          const rates = new Map(rows.map(({ amount, rate }) => [amount, rate]));
          for (const [amount, rate] of shown) expect(rates.get(amount)).to.equal(rate);
          const failed = (await harness.deadLetters()).map(({ message }) => (JSON.parse(message) as Sale).amount);
          const [known, lost] = [
            [...steps.keys()].filter((n) => n % 7 !== 6),
            [...steps.keys()].filter((n) => n % 7 === 6),
          ];
          expect([...rates.keys()].sort((a, b) => a - b)).to.deep.equal(known);
          expect(failed.sort((a, b) => a - b)).to.deep.equal(lost);
          expect(new Map([...ratesIn(await harness.rows(ratesOfItem))].sort())).to.deep.equal(
            new Map([...rates].sort()),
          );
          if (isKeyed)
            expect(new Map([...ratesIn(await harness.rows(ratesOfUser))].sort())).to.deep.equal(
              new Map([...rates].sort()),
            );
        }),
        { numRuns: RUNS },
      );
    }).timeout(120_000);
  }

  it('says in the dead letter what was asked, for which record and why there is no result', async () => {
    const harness = pipelineHarness<Sale>(
      rated(() => Promise.reject(new Error('the exchange is closed'))),
      { partitions: 1, callClock: clock },
    );
    harness.push(sale({ amount: 3, time: 5 }));
    await clock.until(harness.commit());
    const [letter] = await harness.deadLetters();
    expect(letter).to.include({
      ...{ pipeline: 'rated.rates', operator: '', code: 'ERR_CALL_FAILED' },
      message: '{"user":"ann","item":"tea","amount":3,"time":"1970-01-01T00:00:00.005Z"}',
    });
    expect(letter?.cause).to.equal("mapAsync 'rates' failed: the exchange is closed (2 attempts)");
  });

  it('ends the run where bad records do, and the next run calls again', async () => {
    let isAway = true;
    const rateOf: RateOf = async (each) => {
      if (isAway) throw new Error('away');
      return Promise.resolve({ ...each, rate: 1 });
    };
    const harness = pipelineHarness<Sale>(rated(rateOf), { partitions: 1, onBadRecord: 'fail', callClock: clock });
    harness.push(sale());
    expect(await codeOf(() => clock.until(harness.commit()))).to.equal('ERR_CALL_FAILED');
    isAway = false;
    await harness.restart();
    await clock.until(harness.commit());
    expect(await harness.rows(rateOfSale)).to.deep.equal([{ user: 'ann', amount: 1, rate: 1 }]);
  });

  it('is refused where it is not at the head, or its options do not fit', async () => {
    const rateOf: RateOf = (each) => Promise.resolve({ ...each, rate: 1 });
    const behindMap = () =>
      pipeline('p', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            map((each) => each),
            mapAsync('r', { schema: Rated, map: rateOf }),
            foldByKey('f', { key: ['user'], state: Sum, fold: addTo }),
          ),
        ),
      ]);
    expect(await codeOf(behindMap)).to.equal('ERR_PIPELINE_INVALID');
    const wrong = (options: object) => () =>
      pipeline('p', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            mapAsync('r', { schema: Rated, map: rateOf, ...options }),
            foldByKey('f', { key: ['user'], state: Sum, fold: addTo }),
          ),
        ),
      ]);
    for (const options of [{ concurrency: 0 }, { timeout: 0.5 }, { attempts: 0 }, { retryAfter: -1 }])
      expect(await codeOf(wrong(options)), JSON.stringify(options)).to.equal('ERR_SCHEMA_INVALID');
    expect(await codeOf(wrong({ attempts: Number.POSITIVE_INFINITY, retryAfter: 0 }))).to.equal(undefined);
  });
});
