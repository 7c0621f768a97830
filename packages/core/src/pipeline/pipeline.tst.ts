import type { Observable } from 'rxjs';
import { expect, test } from 'tstyche';
import { byUser, type Sale, sales } from '@stockafolio/conformance';
import {
  type Infer,
  int32,
  into,
  jsonCodec,
  pipeline,
  type Pipeline,
  record,
  type RecordOf,
  stream,
  type Stream,
  text,
} from '@stockafolio/core';
import type { Codec } from '@stockafolio/core/ports';

const Plain = record('plain', { name: text(), size: int32() });
type Plain = Infer<typeof Plain>;

test('a stream has the record type of its schema', () => {
  const plains = stream('plains', Plain, {
    key: (p) => {
      expect(p).type.toBe<Plain>();
      return p.name;
    },
    time: (p) => p.size,
  });
  expect(plains).type.toBe<Stream<Plain>>();
  expect<RecordOf<typeof plains>>().type.toBe<Plain>();
  expect(stream).type.not.toBeCallableWith('plains', Plain, { key: () => new Date(), time: () => 0 });
});

test('a codec reads and writes the record of its schema', () => {
  expect(jsonCodec(Plain)).type.toBe<Codec<Plain>>();
  expect(jsonCodec).type.toBeCallableWith(Plain, { names: { name: 'foreign' } });
  expect(jsonCodec).type.not.toBeCallableWith(Plain, { names: { missing: 'foreign' } });
});

test('a build gets the fields that it declares to read, and no others', () => {
  pipeline(
    'p',
    { sales },
    ({ sales: lean }) => {
      expect(lean).type.toBe<Observable<Pick<Sale, 'user' | 'amount'>>>();
      return [];
    },
    { reads: ['user', 'amount'] },
  );
  expect(pipeline).type.not.toBeCallableWith('p', { sales }, () => [], { reads: ['price'] });
});

test('a build gets the stream under its name, and returns destinations', () => {
  const made = pipeline('p', { sales }, (inputs) => {
    expect(inputs.sales).type.toBe<Observable<Sale>>();
    expect(inputs).type.not.toHaveProperty('other');
    return [into(byUser, inputs.sales as never)];
  });
  expect(made).type.toBe<Pipeline>();
  expect(pipeline).type.not.toBeCallableWith('p', { sales }, () => [1]);
});
