import { expect } from 'chai';
import { canCompile } from '../compile/index.js';
import { compiledMaker, compiledRecord, partialRecord, partialRecordMaker, plainRecord } from './partial-record.js';

describe('a partial record', () => {
  const names = ['user', 'class', 'constructor', 'price', 'toString'];

  it('has the values that were read, and refuses the others by name', () => {
    const made = [
      new (partialRecord(names, ['price', 'class']))('c', 1),
      partialRecordMaker(names, ['price', 'class'])(['c', 1]),
    ] as Readonly<Record<string, unknown>>[];
    for (const record of made) {
      expect(Object.entries(record)).to.deep.equal([
        ['class', 'c'],
        ['price', 1],
      ]);
      for (const name of ['user', 'constructor', 'toString']) {
        expect(() => record[name])
          .to.throw(`field '${name}' was not read`)
          .with.property('code', 'ERR_FIELD_NOT_READ');
      }
    }
  });

  it('is the same without compiling', function () {
    if (!canCompile()) this.skip();
    const reads = ['class', 'constructor', 'toString'];
    const values = [1, undefined, 'c'];
    const [compiled, plain] = [compiledRecord(reads), plainRecord(reads)];
    const records = [new compiled(...values), new plain(...values), compiledMaker(compiled, reads)(values)];
    for (const record of records)
      expect(Object.entries(record)).to.deep.equal(reads.map((name, n) => [name, values[n]]));
  });
});
