import { expect } from 'chai';
import { checkpointFolder, checkpointName, isCheckpoint } from './header.js';

describe('the name of a checkpoint file', () => {
  it('contains the pipeline, the partition and the next offset, in a folder for each partition', () => {
    expect(checkpointName('portfolio', 3, 1700)).to.equal('portfolio/partition=00003/00000000000000001700.checkpoint');
    expect(checkpointFolder('portfolio', 3)).to.equal('portfolio/partition=00003/');
  });

  it('sorts as the offsets do, up to the largest', () => {
    const offsets = [0, 9, 10, 99, 1_000, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const names = offsets.map((offset) => checkpointName('p', 0, offset));
    expect([...names].reverse().sort()).to.eql(names);
    for (const name of names) expect(isCheckpoint(name), name).to.equal(true);
  });

  it('is distinguished from the names of other files in the folder', () => {
    const name = checkpointName('p', 0, 5);
    for (const other of [
      `${name}.part`,
      `${name}/5`,
      name.replace('/0', '/a0'),
      name.replace('/0', '/'),
      name.replace('.checkpoint', '-checkpoint'),
      'p/partition=00000/notes.checkpoint',
    ]) {
      expect(isCheckpoint(other), other).to.equal(false);
    }
  });
});
