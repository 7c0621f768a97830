import { expect } from 'chai';
import { sale, Sale } from '../../test/sales.js';
import { jsonCodec } from '../codec/index.js';
import type { SourceMessage } from '../ports/index.js';
import { stream } from '../stream/index.js';
import { takeIn, type Intake } from './intake.js';

const codec = jsonCodec(Sale);
const punctual = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time, maxSkew: 5_000 });

const take = (facts: Partial<SourceMessage>): Intake<Sale> =>
  takeIn(punctual, codec, 3, { offset: 7, timestamp: 1_000, key: null, value: codec.encode(sale()), ...facts });

const reason = (intake: Intake<Sale>): string => ('rejected' in intake ? intake.rejected.message : 'a record');

describe('a message', () => {
  it('is the record that it holds', () => {
    expect(take({ value: codec.encode(sale({ amount: 3, time: 900 })) })).to.deep.equal({
      record: sale({ amount: 3, time: 900 }),
    });
  });

  it('that is empty is no record', () => {
    expect(reason(take({ value: null }))).to.include('empty');
  });

  it('may be ahead of the time at which it was taken in by the skew, and by no more', () => {
    const at = (time: number): Intake<Sale> => take({ value: codec.encode(sale({ time })) });
    expect(reason(at(6_000))).to.equal('a record');
    expect(reason(at(6_001))).to.match(/time.*5 s ahead/);
    expect(reason(at(61_000))).to.match(/time.*60 s ahead/);
  });

  it('that is no record says where it came from, where its producer did', () => {
    const origin = { origin: 'sales.csv:17' };
    const value = new TextEncoder().encode('{');
    expect(reason(take({ value, headers: origin }))).to.match(/ \(from sales\.csv:17\)$/);
    expect(reason(take({ value }))).to.not.include('from');
  });

  it('tells the codec where it is; what is no fault of the message is thrown', () => {
    const places: unknown[] = [];
    const noting = {
      ...codec,
      decode: (_: Uint8Array, place: unknown) => {
        places.push(place);
        throw new TypeError('a fault of the codec');
      },
    };
    const message = { offset: 7, timestamp: 0, key: null, value: codec.encode(sale()) };
    expect(() => takeIn(punctual, noting, 3, message)).to.throw(TypeError);
    expect(places).to.deep.equal([{ partition: 3, offset: 7 }]);
  });
});
