import { expect } from 'chai';
import { codeOf } from '../../test/sales.js';
import { checkWritten } from './written.js';

describe('checkWritten', () => {
  const at = { offset: 10, version: 7, latest: 1 };

  it('lets a run go on where the tables hold what the checkpoint holds, or more', () => {
    for (const written of [10, 11, 1_000]) checkWritten(0, at, written);
  });

  it('refuses a checkpoint that is ahead of the tables: what lies between would never be written', async () => {
    for (const written of [9, 0, undefined]) {
      expect(await codeOf(() => checkWritten(0, at, written)), String(written)).to.equal('ERR_CHECKPOINTS_AHEAD');
    }
  });

  it('asks nothing of the tables before the first record, wherever the source begins', () => {
    checkWritten(0, { offset: 10, version: 0, latest: null }, undefined);
    checkWritten(0, { offset: 10, version: 0, latest: null }, 3);
  });

  it('says up to where the tables are exact, or that they hold nothing', () => {
    expect(() => checkWritten(0, at, 9)).to.throw('are exact only up to 9');
    expect(() => checkWritten(0, at, undefined)).to.throw('hold nothing of it');
  });
});
