import { expect } from 'chai';
import { check } from './check.js';
import { type Input, inputsOf } from './inputs.js';
import { queries } from './queries/index.js';

const FAULTS = 6;

describe('Nexmark', () => {
  let inputs: Input[] = [];

  before(async () => {
    inputs = await inputsOf({
      events: 2_000,
      sideRows: 1_100,
      seed: 7,
      rate: 50,
      only: ['out of order', 'over days', 'ties', 'late'],
    });
    if (inputs.every(({ database }) => database === undefined)) console.log('DuckDB is not installed: not compared');
  });

  after(() => {
    for (const { database } of inputs) database?.close();
  });

  it('has all 23 queries', () => {
    expect(Object.keys(queries)).to.deep.equal(Array.from({ length: 23 }, (_, n) => `q${n}`));
  });

  for (const name of Object.keys(queries)) {
    it(`${name}: stream, restarted stream and batch make the same rows, which the independent programs make too`, async () => {
      let compared = 0;
      for (const input of inputs) {
        const { problems, rows, comparedWith } = await check(name, input, FAULTS);
        expect(problems, input.name).to.deep.equal([]);
        if (comparedWith.length > 0) compared += rows;
      }
      expect(compared).to.be.greaterThan(0);
    });
  }

  it('finds an answer that is not that of the events', async () => {
    const [input] = inputs;
    const [other] = await inputsOf({ events: 500, seed: 4, only: ['in order'] });
    if (input === undefined || other === undefined) throw new Error('there is no input');
    const { problems } = await check('q4', { ...input, watermark: 0, database: other.database }, FAULTS);
    other.database?.close();
    expect(problems.join()).to.contain(other.database === undefined ? '' : 'DuckDB differs');
    expect((await check('q5', { ...input, watermark: 0, database: undefined }, FAULTS)).problems[0]).to.contain(
      'the naive program differs',
    );
  });
});
