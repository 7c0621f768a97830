import { expect } from 'chai';
import { BadRecordError } from '../errors/index.js';
import { int64, oneOf, optional, record, text } from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

const Entry = record(
  'entry',
  {
    id: text({ min: 1 }),
    kind: optional(oneOf('note', 'sale')),
    pieces: optional(int64({ min: 1 })),
    price: optional(int64()),
    words: optional(text()),
  },
  { needs: ({ kind }) => (kind === 'note' ? ['words'] : ['pieces', 'price']) },
);

describe('fields that a record needs by its kind', () => {
  const codec = jsonCodec(Entry, { names: { pieces: 'n' } });
  const read = (message: object): unknown => {
    try {
      return codec.decode(Buffer.from(JSON.stringify(message)));
    } catch (error) {
      if (error instanceof BadRecordError) return error.message;
      throw error;
    }
  };

  it('are read where they are there', () => {
    expect(read({ id: 'a', n: 2, price: 3 })).to.include({ id: 'a', pieces: 2, price: 3 });
    expect(read({ id: 'a', kind: 'note', words: 'hm' })).to.include({ words: 'hm' });
  });

  it('are named by their foreign names where they are missing, in the usual order of members and in another', () => {
    for (let n = 0; n < 3; n++) expect(read({ id: 'a', price: 3 })).to.equal('n: is missing');
    expect(read({ price: null, id: 'a' })).to.equal('n: is missing; price: is missing');
    expect(read({ kind: 'note', id: 'a', n: 1 })).to.equal('words: is missing');
  });

  it('are named along with all other bad fields, each once', () => {
    expect(read({})).to.equal('id: is missing; n: is missing; price: is missing');
    expect(read({ id: '', n: 0 })).to.match(/^id: .*; n: .*; price: is missing$/);
  });
});
