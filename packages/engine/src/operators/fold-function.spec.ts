import { expect } from 'chai';
import { byUser, codeOf, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, latestByKey, pipeline, shardedFold, topByKey, tumblingWindow } from '@stockafolio/core';

describe('a fold', () => {
  it('that is not complete when it returns, or no function, is refused when the pipeline is made', async () => {
    const folds: Record<string, unknown> = {
      async: async () => Promise.resolve(),
      generator: function* () {
        yield 1;
      },
      none: undefined,
    };
    for (const [name, fold] of Object.entries(folds)) {
      const options = { key: ['user'], state: Sum, fold } as never;
      for (const operator of [
        foldByKey('f', options),
        shardedFold('f', options),
        latestByKey('f', options),
        tumblingWindow('f', { ...(options as object), size: 1 } as never),
        topByKey('f', { ...(options as object), k: 1, by: 'amount' } as never),
      ]) {
        const make = (): unknown =>
          pipeline('p', { sales }, ({ sales }) => [into(byUser, sales.pipe(operator as never) as never)]);
        expect(await codeOf(make), name).to.equal('ERR_PIPELINE_INVALID');
      }
    }
  });
});
