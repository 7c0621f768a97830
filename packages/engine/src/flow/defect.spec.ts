import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { BadRecordError, StockafolioError } from '@stockafolio/core';
import { asThrown, DefectError } from './defect.js';

const thrownBy = (throwing: () => unknown): unknown => {
  try {
    throwing();
  } catch (error) {
    return asThrown("operator 'f'", error);
  }
  return expect.fail('nothing was thrown');
};

class OddSymbol extends TypeError {}

describe('asThrown', () => {
  it('makes a defect of what the language throws for a mistake in code, with the function that threw', () => {
    const record = {} as { readonly tags: readonly string[] };
    const addTags = (): unknown => record.tags.length;
    const defect = thrownBy(addTags) as DefectError;
    expect(defect).to.be.an.instanceOf(DefectError);
    expect(defect).to.include({ code: 'ERR_PIPELINE_DEFECT', domain: 'user', retryable: false });
    expect(defect.message).to.match(/^operator 'f' threw TypeError: Cannot read properties of undefined/);
    expect(defect.cause).to.be.an.instanceOf(TypeError);
    expect(defect.frames.split('\n')[0]).to.match(/^at addTags \(defect\.spec\.ts:\d+:\d+\)$/);
  });

  it('does so for every class of them, also of another realm', () => {
    for (const throwing of [
      () => (undefined as never as () => void)(),
      () => new Array<number>(-1),
      () => runInNewContext('missing'),
      () => runInNewContext('null.x'),
      () => {
        throw new EvalError('no');
      },
    ])
      expect(thrownBy(throwing)).to.be.an.instanceOf(DefectError);
  });

  it('leaves alone what rejects a record on purpose, and what a parser throws at a text', () => {
    const errors: unknown[] = [
      new Error('unknown symbol'),
      new OddSymbol('XYZ'),
      new StockafolioError('ERR_OVERFLOW', 'too large'),
      new BadRecordError([]),
      'a text',
      undefined,
      null,
      { name: 'TypeError' },
      Object.create(null),
    ];
    for (const error of errors) expect(asThrown('f', error)).to.equal(error);
    for (const parse of [() => JSON.parse('{') as unknown, () => BigInt('1x'), () => decodeURIComponent('%')])
      expect(thrownBy(parse)).to.not.be.an.instanceOf(DefectError);
  });

  it('keeps few frames, none of the code that caught the error, and no folder', () => {
    const deep = (n: number): number => (n === 0 ? (null as never as { x: number }).x : deep(n - 1) + 1);
    const { frames } = thrownBy(() => deep(50)) as DefectError;
    expect(frames.split('\n')).to.have.lengthOf.within(1, 6);
    expect(frames).to.not.match(/[/\\]/);
    const shallow = thrownBy(() => (null as never as { x: number }).x) as DefectError;
    expect(shallow.frames).to.not.contain('Context');
  });
});
