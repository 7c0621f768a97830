import { expect } from 'chai';
import { codeOf } from '@stockafolio/conformance';
import { checkWritten } from './written.js';

describe('checkWritten', () => {
  const at = { offset: 10, version: 7, latest: 1 };

  it('lets a run continue if the tables hold what the checkpoint holds, or more', () => {
    for (const written of [10, 11, 1_000]) checkWritten(0, at, written);
  });

  it('rejects a checkpoint that is ahead of the tables: the rows in between would never be written', async () => {
    for (const written of [9, 0, undefined]) {
      expect(await codeOf(() => checkWritten(0, at, written)), String(written)).to.equal('ERR_CHECKPOINTS_AHEAD');
    }
  });

  it('requires nothing of the tables before the first record, wherever the source begins', () => {
    checkWritten(0, { offset: 10, version: 0, latest: null }, undefined);
    checkWritten(0, { offset: 10, version: 0, latest: null }, 3);
  });

  it('states up to which offset the tables are exact, or that they hold nothing', () => {
    expect(() => checkWritten(0, at, 9)).to.throw('are exact only up to 9');
    expect(() => checkWritten(0, at, undefined)).to.throw('hold nothing of it');
  });
});
